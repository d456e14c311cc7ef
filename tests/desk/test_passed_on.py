"""A customer's mail that somebody forwards into the inbox makes the customer the contact."""

from dataclasses import replace

import pytest
from sqlmodel import Session, col, select

from inbox.envelope import Address, Forwarded, InboundEnvelope, Proof
from inbox.model import Contact, Direction, Event, Inbox, Message
from tests.cast import Cast
from tests.desk.incoming import conversation_of, mail, take

CUSTOMER = "eva@customer.example"


def forwarded(sender: str, *, by: str = CUSTOMER) -> InboundEnvelope:
    inner = Forwarded(
        sender=Address(kind="email", value=by, name="Eva"),
        subject="Boiler",
        text="It leaks",
        above="She called twice",
    )
    return mail(
        sender, subject="Fwd: Boiler", text="She called twice", forwarded=inner, proof=Proof.PROVEN
    )


def set_rule(session: Session, inbox: Inbox, rule: str) -> None:
    inbox.settings = {"forwards": rule}
    session.add(inbox)
    session.flush()


def test_what_an_agent_forwards_is_the_customers(session: Session, cast: Cast) -> None:
    (message,) = take(session, cast.inbox, forwarded("ana@ours.example"))

    conversation = conversation_of(session, message)
    contact = session.get_one(Contact, conversation.contact_id)
    assert (contact.name, conversation.contact_name) == ("Eva", "Eva")
    assert (conversation.subject, message.text) == ("Boiler", "It leaks")
    assert message.recipients["from"] == CUSTOMER
    assert message.recipients["forwarded_by"] == "ana@ours.example"
    assert message.proof == Proof.CLAIMED
    assert message.reading["sender"] == {"why": "passed_on"}


def test_the_agents_own_words_become_a_note_of_theirs(session: Session, cast: Cast) -> None:
    (message,) = take(session, cast.inbox, forwarded("ana@ours.example"))

    query = select(Message).where(Message.direction == Direction.NOTE)
    note = session.exec(query).one()
    assert note.text == "She called twice"
    assert (note.author_id, note.conversation_id) == (
        cast.agents["Ana"].id,
        message.conversation_id,
    )
    event = session.exec(select(Event).where(col(Event.message_id) == note.id)).one()
    assert event.actor_id == cast.agents["Ana"].id


@pytest.mark.parametrize(
    ("rule", "sender", "contact"),
    [
        ("agents", "stranger@else.example", "stranger@else.example"),
        ("anyone", "stranger@else.example", CUSTOMER),
        ("nobody", "ana@ours.example", "ana@ours.example"),
    ],
)
def test_whose_forwards_are_believed_is_the_inboxs_choice(
    session: Session, cast: Cast, rule: str, sender: str, contact: str
) -> None:
    set_rule(session, cast.inbox, rule)

    (message,) = take(session, cast.inbox, forwarded(sender))

    assert message.recipients["from"] == contact


def test_a_stranger_is_no_agent_by_asking_for_answers_at_an_agents_address(
    session: Session, cast: Cast
) -> None:
    forged = replace(forwarded("ana@ours.example"), written_by="mallory@else.example")

    (message,) = take(session, cast.inbox, forged)

    assert message.recipients["from"] == "ana@ours.example"
    assert session.exec(select(Message).where(Message.direction == Direction.NOTE)).all() == []


def test_where_a_server_checks_senders_an_agents_name_alone_is_not_believed(
    session: Session, cast: Cast
) -> None:
    cast.inbox.settings = {"trusted_host": "mx.ours.example"}
    session.add(cast.inbox)
    session.flush()
    forged = replace(forwarded("ana@ours.example"), proof=Proof.CLAIMED)

    (message,) = take(session, cast.inbox, forged)
    (believed,) = take(session, cast.inbox, forwarded("ana@ours.example"))

    assert message.recipients["from"] == "ana@ours.example"
    assert believed.recipients["from"] == CUSTOMER
    notes = session.exec(select(Message).where(Message.direction == Direction.NOTE)).all()
    assert [note.conversation_id for note in notes] == [believed.conversation_id]


def test_who_left_forwards_for_nobody(session: Session, cast: Cast) -> None:
    cast.agents["Ana"].active = False
    session.flush()

    (message,) = take(session, cast.inbox, forwarded("ana@ours.example"))

    assert message.recipients["from"] == "ana@ours.example"


def test_our_own_mail_sent_back_to_us_makes_us_no_customer(session: Session, cast: Cast) -> None:
    (message,) = take(session, cast.inbox, forwarded("ana@ours.example", by="help@ours.example"))

    assert message.recipients["from"] == "ana@ours.example"


def test_a_forward_joins_the_conversation_that_the_customer_has(
    session: Session, cast: Cast
) -> None:
    (first,) = take(session, cast.inbox, mail(CUSTOMER, mail_message_id="first@customer.example"))
    again = forwarded("ana@ours.example")

    (message,) = take(
        session,
        cast.inbox,
        InboundEnvelope(**{**_values(again), "references": ("first@customer.example",)}),
    )

    assert message.conversation_id == first.conversation_id
    assert not conversation_of(session, message).flagged


def _values(envelope: InboundEnvelope) -> dict[str, object]:
    return {name: getattr(envelope, name) for name in InboundEnvelope.__dataclass_fields__}
