"""Proactive messages are checked before they are kept, and a change is an event."""

from typing import Any

import pytest
from sqlmodel import select

from inbox.db import Database
from inbox.desk import proactive
from inbox.desk.proactive import Said
from inbox.errors import Invalid, NotFound
from inbox.events import SYSTEM
from inbox.model import Event, Inbox


def chat(session: Any, kind: str = "webchat") -> str:
    inbox = Inbox(name=kind, kind=kind, slug=kind)
    session.add(inbox)
    session.flush()
    return inbox.id


async def test_one_is_kept_changed_and_removed(database: Database) -> None:
    def work(session: Any) -> None:
        inbox_id = chat(session)
        said = Said(text=" Hello ", pages=" /a*\n\n https://b.example/* ")
        message = proactive.create(session, inbox_id, said, by=SYSTEM)
        assert (message.text, message.pages) == ("Hello", "/a*\nhttps://b.example/*")

        proactive.update(session, message.id, {"seconds": 5}, by=SYSTEM)
        assert [one.seconds for one in proactive.every(session, inbox_id)] == [5]

        proactive.remove(session, message.id, by=SYSTEM)
        assert list(proactive.every(session, inbox_id)) == []
        session.flush()
        told = [one.particulars["setting"] for one in session.exec(select(Event))]
        assert told == ["proactive_message"] * 3

    await database.write(work)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Said(text="  "), "text"),
        (Said(text="x" * 501), "text"),
        (Said(text="Hi", seconds=-1), "seconds"),
        (Said(text="Hi", seconds=3601), "seconds"),
        (Said(text="Hi", pages="pricing"), "pages"),
        (Said(text="Hi", pages="/a b"), "pages"),
        (Said(text="Hi", pages="/a\n" * 21), "pages"),
    ],
)
async def test_what_can_not_be_names_its_field(database: Database, said: Said, field: str) -> None:
    def work(session: Any) -> None:
        inbox_id = chat(session)
        with pytest.raises(Invalid) as refused:
            proactive.create(session, inbox_id, said, by=SYSTEM)
        assert set(refused.value.fields) == {field}

    await database.write(work)


async def test_only_a_chat_speaks_and_not_without_end(database: Database) -> None:
    def work(session: Any) -> None:
        with pytest.raises(NotFound):
            proactive.create(session, chat(session, "form"), Said(text="Hi"), by=SYSTEM)
        inbox_id = chat(session)
        for _ in range(proactive.MOST):
            proactive.create(session, inbox_id, Said(text="Hi"), by=SYSTEM)
        with pytest.raises(Invalid):
            proactive.create(session, inbox_id, Said(text="Hi"), by=SYSTEM)

    await database.write(work)
