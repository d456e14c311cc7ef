"""Agents are told by mail, and answer by mail: as themselves, once, and over nobody else."""

from typing import Any

import pytest
from sqlmodel import Session, col, select

from inbox.desk import assignment, forwards, notes, notice_mails, notices, outbound, replies
from inbox.desk.composing import Composed
from inbox.desk.ingest import Understood, ingest
from inbox.envelope import Bounce, FilePart, OutboundEnvelope, Proof
from inbox.events import SYSTEM, Actor, EventKind
from inbox.model import (
    Agent,
    Attachment,
    Conversation,
    Delivery,
    Direction,
    Event,
    MailNotice,
    Message,
    MessageState,
    NoticeKind,
    Status,
)
from tests.cast import Cast
from tests.desk.incoming import KEY, conversation_of, mail, take

URL = "https://inbox.example"
WISHES = ("mail_when_assigned", "mail_when_answered", "mail_when_unassigned")


@pytest.fixture
def ana(session: Session, cast: Cast) -> Agent:
    """Wants to know all of it."""
    for wish in WISHES:
        setattr(cast.agents["Ana"], wish, True)
    cast.inbox.settings = {"smtp_host": "smtp.ours.example"}
    session.add(cast.inbox)
    session.flush()
    return cast.agents["Ana"]


def react(session: Session) -> list[MailNotice]:
    """As the worker does, each event twice."""
    for event in session.exec(select(Event).order_by(col(Event.seq))).all() * 2:
        notices.queue(session, event)
    session.expire_all()
    return list(session.exec(select(MailNotice).order_by(col(MailNotice.id))))


def written(session: Session, notice: MailNotice) -> OutboundEnvelope:
    return notice_mails.build(session, notice, KEY, URL)[1]


def told(session: Session, cast: Cast, **values: Any) -> tuple[Conversation, OutboundEnvelope]:
    """Ana's conversation, in which the customer has just written."""
    (message,) = take(session, cast.inbox, mail(text="It leaks", **values))
    conversation = conversation_of(session, message)
    assignment.assign(session, conversation, cast.agents["Ana"].id, by=SYSTEM)
    session.flush()
    (notice, *_) = [n for n in react(session) if n.kind is NoticeKind.ASSIGNED]
    return conversation, written(session, notice)


def answer(
    session: Session,
    cast: Cast,
    to: OutboundEnvelope,
    sender: str = "ana@ours.example",
    **values: Any,
) -> None:
    envelope = mail(sender, **{"delivered_to": (to.reply_to,), "text": "On Friday", **values})
    item = Understood(cast.inbox.id, envelope, channel="email", digests={0: "d"})
    assert ingest(session, KEY, [item]) == []
    session.expire_all()


def outgoing(session: Session) -> list[Message]:
    return list(session.exec(select(Message).where(Message.direction == Direction.OUTGOING)))


def refusals(session: Session) -> list[MailNotice]:
    query = select(MailNotice).where(MailNotice.kind == NoticeKind.REFUSED)
    return list(session.exec(query))


def test_each_kind_of_news_goes_to_who_asked_for_it_once(
    session: Session, cast: Cast, ana: Agent
) -> None:
    (first,) = take(session, cast.inbox, mail(text="It leaks", mail_message_id="one@x"))
    assert [n.kind for n in react(session)] == [NoticeKind.UNASSIGNED]
    assignment.assign(session, conversation_of(session, first), ana.id, by=SYSTEM)
    session.flush()
    take(session, cast.inbox, mail(text="Still", references=("one@x",)))

    found = react(session)

    assert {n.kind for n in found} == {
        NoticeKind.UNASSIGNED,
        NoticeKind.ASSIGNED,
        NoticeKind.ANSWERED,
    }
    assert {n.agent_id for n in found} == {ana.id}
    assert len({(n.cause, n.kind) for n in found}) == len(found)


def test_who_asked_for_nothing_or_did_it_themselves_is_not_told(
    session: Session, cast: Cast, ana: Agent
) -> None:
    (message,) = take(session, cast.inbox, mail(automatic=True))
    conversation = conversation_of(session, message)
    assignment.assign(session, conversation, cast.agents["Boris"].id, by=SYSTEM)
    assignment.assign(session, conversation, ana.id, by=Actor.agent(ana))
    session.flush()

    assert react(session) == []


def test_no_agent_is_told_of_what_they_may_not_see(
    session: Session, cast: Cast, ana: Agent
) -> None:
    cast.inbox.restricted = True
    session.flush()
    take(session, cast.inbox, mail())

    assert react(session) == []


def test_an_agent_whose_address_is_an_inboxs_gets_no_mail(
    session: Session, cast: Cast, ana: Agent
) -> None:
    ana.email = cast.inbox.address
    session.flush()
    take(session, cast.inbox, mail())

    assert react(session) == []


def test_the_mail_has_what_was_written_and_no_note(
    session: Session, cast: Cast, ana: Agent
) -> None:
    conversation, _ = told(session, cast)
    notes.note(session, conversation, "He never pays", by=Actor.agent(cast.agents["Boris"]))
    envelope = written(session, react(session)[0])

    assert envelope.recipient.value == "ana@ours.example"
    assert envelope.automatic
    assert "It leaks" in envelope.text
    assert f"{URL}/conversations/{conversation.number}" in envelope.text
    assert "never pays" not in envelope.text


@pytest.mark.parametrize("way", ["address", "reference", "marker"])
def test_an_answer_by_mail_is_the_agents_reply_to_the_customer(
    session: Session, cast: Cast, ana: Agent, way: str
) -> None:
    conversation, notice = told(session, cast)
    token = notice.reply_to.partition("+")[2].partition("@")[0]
    ways: dict[str, dict[str, Any]] = {
        "address": {},
        "reference": {"delivered_to": (), "references": (notice.message_id,)},
        "marker": {"delivered_to": (), "markers": (token,)},
    }
    file = FilePart(name="plan.pdf", content_type="application/pdf", content=b"x")

    answer(session, cast, notice, files=(file,), **ways[way])

    (message,) = outgoing(session)
    assert (message.text, message.author_id, message.via) == ("On Friday", ana.id, "e-mail")
    assert message.conversation_id == conversation.id
    assert message.state is MessageState.QUEUED
    assert message.recipients["to"] == ["marko@their.example"]
    assert [a.name for a in session.exec(select(Attachment))] == ["plan.pdf"]
    assert session.get_one(Conversation, conversation.id).status is Status.WAITING
    assert refusals(session) == []


def test_the_same_answer_again_is_posted_once(session: Session, cast: Cast, ana: Agent) -> None:
    _, notice = told(session, cast)
    for _ in range(2):
        answer(session, cast, notice, external_id="same")

    assert len(outgoing(session)) == 1


def test_only_what_stands_above_the_line_is_sent(session: Session, cast: Cast, ana: Agent) -> None:
    _, notice = told(session, cast)

    answer(session, cast, notice, text=f"On Friday\n\n> {notice.text}")

    (message,) = outgoing(session)
    assert message.text.rstrip("> \n") == "On Friday"


def test_an_answer_without_words_of_its_own_is_refused(
    session: Session, cast: Cast, ana: Agent
) -> None:
    _, notice = told(session, cast)

    answer(session, cast, notice, text=notice.text)

    assert outgoing(session) == []
    assert "nothing above" in refusals(session)[0].reason


def test_when_somebody_else_answered_meanwhile_the_agent_is_told_and_nothing_is_sent(
    session: Session, cast: Cast, ana: Agent
) -> None:
    conversation, notice = told(session, cast)
    by = Actor.agent(cast.agents["Boris"])
    replies.reply(session, conversation, Composed(text="Today"), by=by, request_id="b")
    session.flush()

    answer(session, cast, notice)

    assert [m.text for m in outgoing(session)] == ["Today"]
    (refusal,) = refusals(session)
    envelope = written(session, refusal)
    assert "Boris has answered meanwhile." in envelope.text
    assert "On Friday" in envelope.text
    assert envelope.recipient.value == "ana@ours.example"
    assert envelope.automatic


@pytest.mark.parametrize(
    "trouble", ["stranger", "unproven", "left", "no access", "reply-to of another"]
)
def test_who_is_not_proven_to_be_the_agent_or_has_no_access_sends_nothing(
    session: Session, cast: Cast, ana: Agent, trouble: str
) -> None:
    _, notice = told(session, cast)
    given: dict[str, Any] = {}
    if trouble == "stranger":
        given = {"sender": "mallory@else.example"}
    elif trouble == "reply-to of another":
        given = {"written_by": "mallory@else.example"}
    elif trouble == "unproven":
        cast.inbox.settings = {**cast.inbox.settings, "trusted_host": "mx.ours.example"}
    elif trouble == "left":
        ana.active = False
    else:
        cast.inbox.restricted = True
    session.add_all([cast.inbox, ana])
    session.flush()

    answer(session, cast, notice, **given)

    assert outgoing(session) == []
    assert [r.agent_id for r in refusals(session)] == [ana.id]


def test_with_a_checking_server_the_agents_proven_answer_is_sent(
    session: Session, cast: Cast, ana: Agent
) -> None:
    _, notice = told(session, cast)
    cast.inbox.settings = {**cast.inbox.settings, "trusted_host": "mx.ours.example"}
    session.flush()

    answer(session, cast, notice, proof=Proof.PROVEN)

    assert len(outgoing(session)) == 1


def test_machines_that_answer_a_notice_are_not_heard_and_no_conversation_begins(
    session: Session, cast: Cast, ana: Agent
) -> None:
    conversation, notice = told(session, cast)
    back = Bounce(
        original_message_id=notice.message_id, recipients=("ana@ours.example",), status="5.1.1",
        permanent=True, explanation="There is no such mailbox.",
    )  # fmt: skip
    answer(session, cast, notice, automatic=True)
    answer(session, cast, notice, delivered_to=(), references=(notice.message_id,), automatic=True)
    answer(session, cast, notice, sender="mailer-daemon@x.example", delivered_to=(), bounce=back)

    assert outgoing(session) == refusals(session) == []
    assert [c.id for c in session.exec(select(Conversation))] == [conversation.id]
    assert session.get_one(MailNotice, notice.delivery_id).state is MessageState.FAILED


def test_a_notice_that_the_agents_mailbox_sends_back_begins_nothing(
    session: Session, cast: Cast, ana: Agent
) -> None:
    conversation, notice = told(session, cast)
    back = {"from_us": True, "automatic": True, "delivered_to": ("help@ours.example",)}

    answer(session, cast, notice, "help@ours.example", mail_message_id=notice.message_id, **back)
    answer(session, cast, notice, "help@ours.example", reply_to=(notice.reply_to,), **back)

    assert [c.id for c in session.exec(select(Conversation))] == [conversation.id]
    assert refusals(session) == outgoing(session) == []


@pytest.mark.parametrize("sender", ["ana@ours.example", "help@ours.example"])
def test_nobody_is_told_of_what_comes_from_themselves_or_from_us(
    session: Session, cast: Cast, ana: Agent, sender: str
) -> None:
    (message,) = take(session, cast.inbox, mail(sender, text="New in your conversation"))
    assignment.assign(session, conversation_of(session, message), ana.id, by=SYSTEM)
    session.flush()

    assert react(session) == []


def test_refusals_come_to_an_end_and_what_nobody_is_told_of_is_a_mail_as_any_other(
    session: Session, cast: Cast, ana: Agent
) -> None:
    _, notice = told(session, cast)
    mails = [mail("mallory@else.example", delivered_to=(notice.reply_to,)) for _ in range(20)]

    made = take(session, cast.inbox, *mails)

    assert len(refusals(session)) == 5
    assert len(made) == 15
    assert take(session, cast.inbox, *mails) == []
    assert outgoing(session) == []


def test_who_answers_a_notice_that_was_passed_on_to_them_is_heard(
    session: Session, cast: Cast, ana: Agent
) -> None:
    conversation, notice = told(session, cast)
    quoting = {"references": (notice.message_id,), "delivered_to": ("support@ours.example",)}

    (message,) = take(session, cast.inbox, mail("parts@supplier.example", **quoting))

    assert message.conversation_id != conversation.id
    assert refusals(session) == outgoing(session) == []


def test_an_answer_to_what_came_from_beside_goes_beside(
    session: Session, cast: Cast, ana: Agent
) -> None:
    conversation, _ = told(session, cast)
    wanted = forwards.Forward(to=["parts@supplier.example"])
    asked = forwards.forward(session, conversation, wanted, by=Actor.agent(ana), request_id="f")
    delivery = session.exec(select(Delivery).where(Delivery.message_id == asked.id)).one()
    token = outbound.build(session, delivery, KEY).envelope.reply_to
    take(session, cast.inbox, mail("parts@supplier.example", text="40 euro", delivered_to=(token,)))
    (notice,) = [n for n in react(session) if n.kind is NoticeKind.ANSWERED]

    answer(session, cast, written(session, notice), text="Too much")

    message = outgoing(session)[-1]
    assert (message.text, message.is_side) == ("Too much", True)
    assert message.recipients["to"] == ["parts@supplier.example"]


def test_a_kind_of_event_that_nobody_is_told_of_makes_no_mail(
    session: Session, cast: Cast, ana: Agent
) -> None:
    conversation, _ = told(session, cast)
    before = len(react(session))
    by = Actor.agent(cast.agents["Boris"])
    notes.note(session, conversation, "Between us", by=by)
    session.flush()

    assert len(react(session)) == before
    assert EventKind.NOTE_ADDED not in notices.TOLD_OF
