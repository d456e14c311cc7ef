"""A conversation goes to another inbox, or turns out to be another customer's."""

import pytest
from sqlmodel import Session, select

from inbox.crm import contacts
from inbox.desk import counters, moving, reply_channels, search
from inbox.envelope import Address, AddressKind
from inbox.errors import Conflict
from inbox.events import SYSTEM, Actor
from inbox.model import Event, Inbox
from tests.cast import Cast
from tests.desk.incoming import conversation_of, mail, take

ANA = Actor("agent", "ana", "Ana")


@pytest.fixture
def sales(session: Session) -> Inbox:
    inbox = Inbox(name="Sales", kind="email", address="sales@ours.example", slug="sales")
    session.add(inbox)
    session.flush()
    return inbox


def test_it_is_seen_counted_and_found_where_it_is_now(
    session: Session, cast: Cast, sales: Inbox
) -> None:
    (message,) = take(session, cast.inbox, mail("marko@their.example", text="Pelikan"))
    search.index_new(session)
    conversation = conversation_of(session, message)

    moving.move(session, conversation, sales, by=ANA)
    again = mail("marko@their.example", text="A pelikan", subject=f"[#{conversation.number}]")
    take(session, cast.inbox, again)
    search.index_new(session)

    assert conversation_of(session, message).inbox_id == sales.id
    keys = [f"inbox:{sales.id}:open", f"inbox:{cast.inbox.id}:open"]
    assert list(counters.read(session, keys).values()) == [1, 0]
    assert len(search.find(session, "pelikan", [sales.id])) == 2
    assert search.find(session, "pelikan", [cast.inbox.id]) == []
    told = session.exec(select(Event).where(Event.kind == "message_received")).all()
    assert told[-1].inbox_id == sales.id


def test_answers_go_out_from_the_new_inbox(session: Session, cast: Cast, sales: Inbox) -> None:
    (message,) = take(session, cast.inbox, mail("marko@their.example"))
    conversation = conversation_of(session, message)

    moving.move(session, conversation, sales, by=ANA)

    found = reply_channels.channels_for(session, conversation)
    assert [(c.inbox_name, c.is_proposed) for c in found] == [("Sales", True), ("Mail", False)]


def test_an_inbox_that_is_off_takes_nothing(session: Session, cast: Cast, sales: Inbox) -> None:
    sales.enabled = False
    session.add(sales)

    with pytest.raises(Conflict):
        moving.move(session, cast.conversation(), sales, by=ANA)


def test_it_becomes_another_customers_with_its_history(session: Session, cast: Cast) -> None:
    (message,) = take(session, cast.inbox, mail("marko@their.example"))
    mia = contacts.create(
        session, "Mia", [Address(kind=AddressKind.EMAIL, value="mia@their.example")], by=SYSTEM
    )
    session.flush()
    conversation = conversation_of(session, message)

    moving.change_customer(session, conversation, mia, by=ANA)
    (answer,) = take(
        session, cast.inbox,
        mail("marko@their.example", subject=f"[#{conversation.number}] Boiler"),
    )  # fmt: skip

    shown = conversation_of(session, message)
    assert (shown.contact_id, shown.contact_name, shown.flagged) == (mia.id, "Mia", False)
    assert answer.conversation_id == conversation.id
    told = session.exec(select(Event).where(Event.conversation_id == conversation.id)).all()
    assert {e.contact_id for e in told if e.kind != "message_received"} == {mia.id}
