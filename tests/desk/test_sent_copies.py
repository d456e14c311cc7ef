"""Answers written in a mail program: shown once, as the agent's, and never sent again."""

from typing import Any

import pytest
from sqlmodel import Session, select

from inbox import mailtokens
from inbox.desk import outbound, replies
from inbox.desk.composing import Composed
from inbox.desk.ingest import Understood, ingest
from inbox.envelope import Address, Bounce, FilePart, InboundEnvelope, Proof
from inbox.errors import Conflict
from inbox.events import Actor, EventKind
from inbox.model import (
    Attachment,
    Conversation,
    Delivery,
    Direction,
    Event,
    Message,
    MessageState,
    Status,
)
from tests.cast import Cast
from tests.desk.incoming import KEY, conversation_of, mail, take

OURS = "help@ours.example"
CUSTOMER = "marko@their.example"


def at(value: str) -> Address:
    return Address(kind="email", value=value)


def sent(name: str = "", **values: Any) -> InboundEnvelope:
    given = {
        "outgoing": True, "from_us": True, "text": "On Friday", "to": (at(CUSTOMER),),
        "sender": Address(kind="email", value=OURS, name=name), "references": ("first@x",),
        "mail_message_id": "thunderbird@x", **values,
    }  # fmt: skip
    return InboundEnvelope(**{**_values(mail()), **given})


def _values(envelope: InboundEnvelope) -> dict[str, Any]:
    return {name: getattr(envelope, name) for name in InboundEnvelope.__dataclass_fields__}


def find(
    session: Session, cast: Cast, *envelopes: InboundEnvelope, **digests: str
) -> list[Message]:
    """Our messages after these were found in the Sent folder."""
    items = [Understood(cast.inbox.id, one, channel="email", digests={0: "d"}) for one in envelopes]
    assert ingest(session, KEY, items) == []
    session.flush()
    session.expire_all()
    return list(session.exec(select(Message).where(Message.direction == Direction.OUTGOING)))


@pytest.fixture
def conversation(session: Session, cast: Cast) -> Conversation:
    (message,) = take(session, cast.inbox, mail(mail_message_id="first@x"))
    return conversation_of(session, message)


def test_an_answer_stands_in_its_conversation_as_the_agents_and_is_not_sent(
    session: Session, cast: Cast, conversation: Conversation
) -> None:
    file = FilePart(name="a.pdf", content_type="application/pdf", content=b"x")
    (message,) = find(session, cast, sent("Ana", files=(file,)))

    assert message.conversation_id == conversation.id
    assert (message.author_id, message.author_name) == (cast.agents["Ana"].id, "Ana")
    assert message.state is MessageState.SENT
    assert session.exec(select(Delivery)).all() == []
    assert [a.name for a in session.exec(select(Attachment))] == ["a.pdf"]
    assert (conversation.status, conversation.waiting_since) == (Status.WAITING, None)
    assert EventKind.REPLY_FOUND in session.exec(select(Event.kind)).all()


@pytest.mark.parametrize(
    ("address", "name", "author"),
    [("boris@ours.example", "B. B.", "Boris"), (OURS, "Shop support", ""), (OURS, "Vera", "Vera")],
)
def test_the_agent_is_known_by_the_address_or_by_the_name(
    session: Session, cast: Cast, conversation: Conversation, address: str, name: str, author: str
) -> None:
    who = Address(kind="email", value=address, name=name)
    (message,) = find(session, cast, sent(sender=who))

    expected = cast.agents[author].id if author else None
    assert (message.author_id, message.author_name) == (expected, author or name)


def test_it_is_shown_once_however_often_it_is_found(
    session: Session, cast: Cast, conversation: Conversation
) -> None:
    again = sent(external_id="another")

    assert len(find(session, cast, sent(), sent(), again)) == 1


def test_what_inbox_sent_itself_is_not_doubled_by_the_providers_copy(
    session: Session, cast: Cast, conversation: Conversation
) -> None:
    by = Actor.agent(cast.agents["Ana"])
    replies.reply(session, conversation, Composed(text="Here"), by=by, request_id="r")
    session.flush()
    delivery = session.exec(select(Delivery)).one()
    envelope = outbound.build(session, delivery, KEY).envelope
    kept = sent(mail_message_id=envelope.message_id)
    renamed = sent(mail_message_id="exchange@x", reply_to=(envelope.reply_to,))
    notice = sent(mail_message_id=mailtokens.notice_id(KEY, "abc", "x.example"))

    found = find(session, cast, kept, renamed, notice)

    assert [m.text for m in found] == ["Here"]


def test_the_customers_answer_to_it_joins(
    session: Session, cast: Cast, conversation: Conversation
) -> None:
    find(session, cast, sent())

    (message,) = take(session, cast.inbox, mail(references=("thunderbird@x",)))

    assert message.conversation_id == conversation.id
    assert conversation.status is Status.OPEN


def test_a_mail_to_somebody_new_begins_a_conversation_that_waits_for_them(
    session: Session, cast: Cast
) -> None:
    (message,) = find(session, cast, sent(references=(), to=(at("eva@new.example"),)))

    begun = conversation_of(session, message)
    assert (begun.contact_name, begun.status) == ("eva@new.example", Status.WAITING)


def test_passed_on_to_somebody_else_it_is_no_answer_to_the_customer(
    session: Session, cast: Cast, conversation: Conversation
) -> None:
    (message,) = find(session, cast, sent(to=(at("parts@supplier.example"),)))

    assert message.is_side
    assert conversation.status is Status.OPEN
    assert conversation.waiting_since is not None


def test_who_wrote_after_it_was_sent_waits_on(
    session: Session, cast: Cast, conversation: Conversation
) -> None:
    said = session.exec(select(Message)).one()
    before = said.sent_at.replace(year=said.sent_at.year - 1)

    find(session, cast, sent(sent_at=before))

    assert conversation.status is Status.OPEN


def test_a_copy_in_the_inbox_counts_only_when_it_is_known_or_proven(
    session: Session, cast: Cast, conversation: Conversation
) -> None:
    find(session, cast, sent())
    copied = sent(outgoing=False, external_id="in", automatic=True)
    assert len(find(session, cast, copied)) == 1

    proven = sent(
        outgoing=False,
        external_id="two",
        mail_message_id="two@x",
        proof=Proof.PROVEN,
        automatic=True,
    )
    assert len(find(session, cast, proven)) == 2

    claimed = sent(outgoing=False, external_id="three", mail_message_id="three@x")
    (message,) = take(session, cast.inbox, claimed)
    assert message.direction is Direction.INCOMING


def test_machines_and_mails_to_ourselves_are_not_shown(
    session: Session, cast: Cast, conversation: Conversation
) -> None:
    assert find(session, cast, sent(automatic=True), sent(to=(at(OURS),))) == []


def test_when_it_comes_back_it_has_failed_and_is_not_sent_from_here(
    session: Session, cast: Cast, conversation: Conversation
) -> None:
    (message,) = find(session, cast, sent())
    back = Bounce(
        original_message_id="thunderbird@x", recipients=(CUSTOMER,), status="5.1.1",
        permanent=True, explanation="There is no such mailbox.",
    )  # fmt: skip
    take(session, cast.inbox, mail("mailer-daemon@x.example", bounce=back, automatic=True))

    assert session.get_one(Message, message.id).state is MessageState.FAILED
    with pytest.raises(Conflict):
        replies.retry(session, message.id, by=Actor.agent(cast.agents["Ana"]))
