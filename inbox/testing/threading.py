"""Which mails belong together, by taking them in as the desk does."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlmodel import Session, col, select

from inbox.channels.email.headers import message_ids
from inbox.db import Database
from inbox.desk.ingest import Understood, ingest
from inbox.envelope import Address, AddressKind, InboundEnvelope
from inbox.model import Inbox, Message

KEY = b"k" * 32
SENDER = Address(kind=AddressKind.EMAIL, value="customer@their.example")


def thread_keys(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """A conversation's key for each; they have message_id, in_reply_to, references, subject.

    In the order in which they came; ids may be given as lists or as they stand in the head.
    """
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'threads.sqlite'}")
        database.create()
        with database.transaction() as session:
            return _take_in(session, messages)


def _take_in(session: Session, messages: Sequence[Mapping[str, Any]]) -> list[str]:
    inbox = Inbox(kind="email", name="Threads", slug="threads")
    session.add(inbox)
    session.flush()
    for position, message in enumerate(messages):
        ingest(session, KEY, [Understood(inbox.id, _envelope(position, message), channel="email")])
    found = session.exec(select(Message).order_by(col(Message.id)))
    by_position = {message.external_id: message.conversation_id for message in found}
    return [by_position[str(position)] for position in range(len(messages))]


def _envelope(position: int, message: Mapping[str, Any]) -> InboundEnvelope:
    newest_first = [*_ids(message.get("in_reply_to")), *reversed(_ids(message.get("references")))]
    return InboundEnvelope(
        external_id=str(position),
        sender=SENDER,
        text="",
        subject=message.get("subject") or "",
        mail_message_id=next(iter(_ids(message.get("message_id"))), ""),
        references=tuple(dict.fromkeys(newest_first)),
    )


def _ids(value: str | Sequence[str] | None) -> list[str]:
    if isinstance(value, str):
        return message_ids(value) or [value] * bool(value.strip())
    return list(value or ())
