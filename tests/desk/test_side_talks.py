"""Forwarding to somebody else: answers come back beside, and never to the customer."""

from typing import Any

import pytest
from sqlmodel import Session, select

from inbox import clock, mailtokens
from inbox.desk import forwards, interactions, notes, outbound, replies
from inbox.desk.composing import Composed
from inbox.desk.forwards import Forward
from inbox.desk.interactions import Logged
from inbox.desk.reply_channels import channels_for
from inbox.envelope import Address, OutboundEnvelope
from inbox.errors import Conflict, Invalid
from inbox.events import Actor, EventKind
from inbox.model import (
    Attachment,
    Conversation,
    Delivery,
    Direction,
    Event,
    Inbox,
    InteractionKind,
    Message,
    MessageState,
    Status,
)
from tests.cast import Cast
from tests.desk.incoming import KEY, conversation_of, mail, take

SUPPLIER = "parts@supplier.example"
CUSTOMER = "marko@their.example"


def ask(session: Session, cast: Cast, conversation: Conversation, **values: Any) -> Message:
    wanted = Forward(**{"to": [SUPPLIER], "text": "Can you look at this?", **values})
    by = Actor.agent(cast.agents["Ana"])
    return forwards.forward(session, conversation, wanted, by=by, request_id="ask")


def sent(session: Session, message: Message) -> OutboundEnvelope:
    delivery = session.exec(select(Delivery).where(Delivery.message_id == message.id)).one()
    delivery.state = message.state = MessageState.SENT
    return outbound.build(session, delivery, KEY).envelope


def begun(session: Session, cast: Cast, **values: Any) -> Conversation:
    (message,) = take(session, cast.inbox, mail(mail_message_id="first@their.example", **values))
    return conversation_of(session, message)


def test_a_forward_quotes_what_the_customer_wrote_and_has_their_files(
    session: Session, cast: Cast
) -> None:
    conversation = begun(
        session, cast, text="It leaks [ref:abc-aaaaaaaaaaaaaaaa]", html="<p>It</p>"
    )
    said = session.exec(select(Message)).one()
    session.add(
        Attachment(
            message_id=said.id, name="leak.jpg", content_type="image/jpeg", size=1, digest="d"
        )
    )
    session.flush()

    message = ask(session, cast, conversation)
    envelope = sent(session, message)

    assert envelope.recipient.value == SUPPLIER
    assert envelope.subject == "Fwd: Boiler"
    assert envelope.text.startswith("Can you look at this?\n\n---------- Forwarded message")
    assert "It leaks" in envelope.text
    assert "[ref:" not in envelope.text
    assert "<p>It</p>" in envelope.html
    assert [file.name for file in envelope.files] == ["leak.jpg"]
    assert envelope.in_reply_to == ""
    assert envelope.references == ()
    assert len(session.exec(select(Attachment)).all()) == 2


def test_the_customer_waits_on_while_somebody_else_is_asked(session: Session, cast: Cast) -> None:
    conversation = begun(session, cast)
    waiting_since = conversation.waiting_since

    ask(session, cast, conversation)

    assert conversation.status is Status.OPEN
    assert conversation.waiting_since == waiting_since
    assert conversation.first_reply_at is None
    assert conversation.last_author == "contact"
    kinds = [kind for kind in session.exec(select(Event.kind)) if "queued" in kind]
    assert kinds == [EventKind.SIDE_MESSAGE_QUEUED]


@pytest.mark.parametrize("way", ["token", "reference", "none"])
def test_an_answer_from_beside_stands_in_the_conversation_marked(
    session: Session, cast: Cast, way: str
) -> None:
    conversation = begun(session, cast)
    envelope = sent(session, ask(session, cast, conversation))
    conversation.status = Status.RESOLVED
    session.flush()
    theirs: dict[str, Any] = {
        "token": {"delivered_to": (envelope.reply_to,)},
        "reference": {"references": (envelope.message_id,)},
        "none": {"references": ("first@their.example",)},
    }[way]

    (answer,) = take(session, cast.inbox, mail(SUPPLIER, text="A new valve", **theirs))

    assert answer.conversation_id == conversation.id
    assert answer.is_side
    assert not conversation.flagged
    assert conversation.status is Status.RESOLVED
    assert conversation.waiting_since is not None  # since the customer wrote, and no later
    assert conversation.waiting_since < answer.created_at
    assert conversation.unread == 2
    assert conversation.preview == "It leaks"
    assert EventKind.SIDE_MESSAGE_RECEIVED in session.exec(select(Event.kind)).all()


def test_an_answer_from_an_unknown_address_with_the_token_is_beside_too(
    session: Session, cast: Cast
) -> None:
    conversation = begun(session, cast)
    envelope = sent(session, ask(session, cast, conversation))

    (answer,) = take(
        session, cast.inbox, mail("boss@supplier.example", delivered_to=(envelope.reply_to,))
    )

    assert (answer.is_side, answer.conversation_id) == (True, conversation.id)


def test_what_the_customer_writes_is_never_beside(session: Session, cast: Cast) -> None:
    """Somebody passed our question on to them."""
    conversation = begun(session, cast)
    envelope = sent(session, ask(session, cast, conversation))

    (message,) = take(session, cast.inbox, mail(CUSTOMER, references=(envelope.message_id,)))

    assert (message.is_side, message.conversation_id) == (False, conversation.id)


def test_the_answer_to_the_customer_goes_to_the_customer_and_knows_nothing_of_it(
    session: Session, cast: Cast
) -> None:
    conversation = begun(session, cast)
    question = sent(session, ask(session, cast, conversation))
    take(
        session, cast.inbox, mail(SUPPLIER, text="Secret price", references=(question.message_id,))
    )

    proposed = next(c for c in channels_for(session, conversation) if c.is_proposed)
    by = Actor.agent(cast.agents["Ana"])
    reply = replies.reply(session, conversation, Composed(text="Soon"), by=by, request_id="r")
    envelope = sent(session, reply)

    assert proposed.address == CUSTOMER
    assert envelope.recipient.value == CUSTOMER
    assert envelope.text == "Soon"
    assert envelope.references == ("first@their.example",)
    assert envelope.cc == ()


def test_a_talk_beside_goes_on_in_its_own_thread(session: Session, cast: Cast) -> None:
    conversation = begun(session, cast)
    question = sent(session, ask(session, cast, conversation))
    take(
        session,
        cast.inbox,
        mail(SUPPLIER, mail_message_id="valve@supplier.example", references=(question.message_id,)),
    )
    side = next(c for c in channels_for(session, conversation) if c.is_side)

    by = Actor.agent(cast.agents["Ana"])
    composed = Composed(text="How much?", thread_id=side.thread_id)
    message = replies.reply(session, conversation, composed, by=by, request_id="r")
    envelope = sent(session, message)

    assert message.is_side
    assert envelope.recipient.value == SUPPLIER
    assert envelope.in_reply_to == "valve@supplier.example"
    assert conversation.status is Status.OPEN
    assert mailtokens.read_plus_address(KEY, envelope.reply_to) == side.thread_id


def test_nothing_said_beside_goes_to_the_customer(session: Session, cast: Cast) -> None:
    conversation = begun(session, cast)
    ask(session, cast, conversation)
    side = next(c for c in channels_for(session, conversation) if c.is_side)
    composed = Composed(text="Psst", thread_id=side.thread_id, cc=[CUSTOMER])

    with pytest.raises(Invalid) as refused:
        replies.reply(
            session, conversation, composed, by=Actor.agent(cast.agents["Ana"]), request_id="r"
        )

    assert "to" in refused.value.fields


@pytest.mark.parametrize("to", [CUSTOMER, "help@ours.example", "help+x@ours.example", "nobody", ""])
def test_a_forward_goes_to_neither_the_customer_nor_ourselves(
    session: Session, cast: Cast, to: str
) -> None:
    with pytest.raises(Invalid) as refused:
        ask(session, cast, begun(session, cast), to=[to] if to else [])

    assert "to" in refused.value.fields


def test_notes_and_talks_beside_are_not_forwarded_with_the_conversation(
    session: Session, cast: Cast
) -> None:
    conversation = begun(session, cast)
    by = Actor.agent(cast.agents["Ana"])
    note = notes.note(session, conversation, "He never pays", by=by)
    question = sent(session, ask(session, cast, conversation))
    take(session, cast.inbox, mail(SUPPLIER, text="40 euro", references=(question.message_id,)))

    wanted = Forward(to=["other@supplier.example"])
    message = forwards.forward(session, conversation, wanted, by=by, request_id="two")

    assert "It leaks" in message.quoted
    assert "never pays" not in message.quoted
    assert "40 euro" not in message.quoted
    ask_of_note = Forward(to=["other@supplier.example"], message_id=note.id)
    with pytest.raises(Invalid):
        forwards.forward(session, conversation, ask_of_note, by=by, request_id="three")


def test_a_call_as_we_wrote_it_up_is_not_forwarded_with_the_conversation(
    session: Session, cast: Cast
) -> None:
    conversation = begun(session, cast)
    by = Actor.agent(cast.agents["Ana"])
    call = Logged(
        kind=InteractionKind.CALL, direction=Direction.OUTGOING, at=clock.now(),
        text="He was rude and will not pay",
    )  # fmt: skip
    logged = interactions.log(session, conversation, call, by=by)

    whole = ask(session, cast, conversation)
    wanted = Forward(to=[SUPPLIER], message_id=logged.id)
    chosen = forwards.forward(session, conversation, wanted, by=by, request_id="two")

    assert "rude" not in whole.quoted
    assert "rude" in chosen.quoted


def test_a_forward_from_a_chat_goes_by_a_mailbox_that_is_open_to_all(
    session: Session, cast: Cast
) -> None:
    conversation = begun(session, cast)
    cast.inbox.kind = "webchat"
    closed = Inbox(name="Staff", kind="email", slug="hr", address="hr@x.example", restricted=True)
    session.add(closed)
    session.flush()
    open_one = Inbox(name="Help", kind="email", slug="help", address="help@x.example")
    session.add(open_one)
    session.flush()

    assert ask(session, cast, conversation).inbox_id == open_one.id


def test_the_same_forward_twice_is_one(session: Session, cast: Cast) -> None:
    conversation = begun(session, cast)

    assert ask(session, cast, conversation).id == ask(session, cast, conversation).id


@pytest.mark.parametrize("other", [{"to": ["other@supplier.example"]}, {"text": "And this?"}])
def test_another_forward_with_the_same_request_id_is_refused_and_not_lost(
    session: Session, cast: Cast, other: dict[str, Any]
) -> None:
    conversation = begun(session, cast)
    ask(session, cast, conversation)

    with pytest.raises(Conflict):
        ask(session, cast, conversation, **other)


def test_others_that_answer_to_all_beside_stay_beside(session: Session, cast: Cast) -> None:
    conversation = begun(session, cast)
    question = sent(session, ask(session, cast, conversation, cc=["boss@supplier.example"]))

    (answer,) = take(
        session,
        cast.inbox,
        mail(
            SUPPLIER, references=(question.message_id,), cc=(Address(kind="email", value="a@b.cc"),)
        ),
    )
    (later,) = take(session, cast.inbox, mail("a@b.cc", references=("first@their.example",)))

    assert answer.is_side
    assert conversation_of(session, later).flagged  # so an agent looks, and nobody is copied in
