"""Conversations in numbers, put in as whole sets without the path that messages take."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from bench import place
from bench.place import Place
from inbox import clock, ids
from inbox.model import (
    Author,
    Contact,
    Conversation,
    Counter,
    Direction,
    Identity,
    Message,
    MessageState,
    SearchDocument,
    Status,
)

COMMON, RARE = "parcel", "quicksilver"
CHUNK = 5_000
RARELY = 2_500  # one message in so many has the rare word
LONG = 1  # the number of the conversation with many messages
TABLES: tuple[type[SQLModel], ...] = (Contact, Identity, Conversation, Message, SearchDocument)

Rows = dict[type[SQLModel], list[dict[str, Any]]]


async def fill(where: Place, conversations: int, messages_in_one: int) -> None:
    """One message in each conversation, and many in the first."""
    services = place.build(where.folder)
    began = clock.now() - timedelta(days=300)
    for first in range(0, conversations, CHUNK):
        numbers = range(first + 1, min(first + CHUNK, conversations) + 1)
        rows = _rows(where.inbox_id, numbers, began)
        if first == 0:
            for extra in range(messages_in_one - 1):
                _say(rows, rows[Conversation][0], LONG + extra, began)
            rows[Conversation][0]["message_count"] = messages_in_one
        services.database.run(lambda session, rows=rows: _store(session, rows))
    services.database.run(lambda session: _finish(session, where.inbox_id, conversations))
    await services.database.close()


def _rows(inbox_id: str, numbers: range, began: datetime) -> Rows:
    rows: Rows = {table: [] for table in TABLES}
    for number in numbers:
        name, at = f"Customer {number}", began + timedelta(seconds=number * 20)
        contact = {"id": ids.new(), "created_at": at, "updated_at": at, "name": name}
        rows[Contact].append(contact)
        rows[Identity].append(
            {
                "id": ids.new(), "created_at": at, "updated_at": at, "contact_id": contact["id"],
                "kind": "external", "value": f"filled-{number}", "name": name,
            }
        )  # fmt: skip
        conversation = {
            "id": ids.new(), "created_at": at, "updated_at": at, "number": number,
            "contact_id": contact["id"], "inbox_id": inbox_id, "subject": f"Question {number}",
            "status": Status.OPEN, "contact_name": name, "channel": "api",
            "preview": _text(number)[:160], "last_at": at, "unread": 1, "message_count": 1,
        }  # fmt: skip
        rows[Conversation].append(conversation)
        _say(rows, conversation, number, at)
    return rows


def _say(rows: Rows, conversation: dict[str, Any], number: int, at: datetime) -> None:
    message = {
        "id": ids.new(), "created_at": at, "updated_at": at, "indexed": True,
        "conversation_id": conversation["id"], "inbox_id": conversation["inbox_id"],
        "direction": Direction.INCOMING, "external_id": ids.new(),
        "author_kind": Author.CONTACT, "author_id": conversation["contact_id"],
        "author_name": conversation["contact_name"], "channel": "api", "text": _text(number),
        "recipients": {}, "edits": [], "sent_at": at, "state": MessageState.RECEIVED,
    }  # fmt: skip
    rows[Message].append(message)
    rows[SearchDocument].append(
        {
            "kind": "message", "subject_id": message["id"], "body": message["text"].lower(),
            "conversation_id": conversation["id"], "inbox_id": conversation["inbox_id"],
        }
    )  # fmt: skip


def _text(number: int) -> str:
    common = COMMON if number % 3 == 0 else "letter"
    rare = f" {RARE}" if number % RARELY == 0 else ""
    return f"Where is my {common} number {number}{rare} I ordered it and nobody could tell me"


def _store(session: Session, rows: Rows) -> None:
    for table, values in rows.items():
        session.execute(sa.insert(table), values)


def _finish(session: Session, inbox_id: str, conversations: int) -> None:
    """The index and the counters, at once for all."""
    session.execute(sa.text("INSERT INTO search_index(search_index) VALUES ('rebuild')"))
    for key in (f"inbox:{inbox_id}:open", f"inbox:{inbox_id}:unassigned:open"):
        session.execute(sa.insert(Counter), {"key": key, "value": conversations})
