"""Old mail from an mbox file: conversations by the same rules as new mail, and nobody is disturbed.

No rule runs and nothing is answered: what is imported is history. Mail of our own becomes what we
answered. Mail that is there already is passed over, so an import may be repeated.
"""

import mailbox
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.archive.place import Progress
from inbox.channels.base import Unparsable
from inbox.channels.email.identity import identity
from inbox.channels.email.settings import EmailSettings
from inbox.desk import arrivals, counters
from inbox.desk.arrivals import INLINE_BYTES
from inbox.desk.ingest import Understood, ingest
from inbox.envelope import FilePart, InboundEnvelope, RawItem
from inbox.errors import Invalid, NotFound
from inbox.events import SYSTEM
from inbox.model import (
    Arrival,
    ArrivalState,
    Author,
    Conversation,
    Direction,
    Event,
    Inbox,
    Message,
    MessageState,
    Status,
)
from inbox.services import Services
from inbox.workers.parsing import ParserPool

BATCH = 50  # short transactions, so that the desk goes on meanwhile


@dataclass(slots=True)
class Imported:
    """How many mails were read, are new, were there already, and can't be understood."""

    read: int = 0
    added: int = 0
    known: int = 0
    quarantined: int = 0


@dataclass(slots=True)
class _Mail:
    raw: RawItem
    digest: str = ""
    envelope: InboundEnvelope | None = None
    problem: str = ""
    is_ours: bool = False
    digests: dict[int, str] = field(default_factory=dict)


async def import_mbox(
    services: Services, path: Path, inbox_name: str, progress: Progress
) -> Imported:
    """`inbox_name` is the name, the id or the address of an e-mail inbox."""
    inbox = await services.database.read(lambda s: _find(s, inbox_name))
    reader = _Reader(services, inbox)
    done = Imported()
    try:
        for batch in _batches(_mails(path)):
            done.read += len(batch)
            fresh = await _without_known(services, inbox.id, batch)
            done.known += len(batch) - len(fresh)
            mails = await reader.read(fresh)
            await services.database.write(partial(_store, reader.key, inbox, mails))
            done.quarantined += sum(bool(mail.problem) for mail in mails)
            done.added += sum(not mail.problem for mail in mails)
            progress(f"{done.read} mails read")
    finally:
        await reader.pool.close()
    return done


class _Reader:
    """Understands mails as the worker does, in a process that may be killed."""

    def __init__(self, services: Services, inbox: Inbox) -> None:
        self.services = services
        self.key = services.vault.key("mail")
        self.settings: EmailSettings = services.channels.account(inbox).settings
        self.pool = ParserPool(spool=services.settings.spool_dir)

    async def read(self, raws: Sequence[RawItem]) -> list[_Mail]:
        answers = await self.pool.parse_many("email", self.settings, raws)
        return [await self._mail(raw, answer) for raw, answer in zip(raws, answers, strict=True)]

    async def _mail(self, raw: RawItem, answer: Any) -> _Mail:
        mail = _Mail(raw)
        if raw.size > INLINE_BYTES:
            mail.digest = await self.services.files.put(raw.content)
        if isinstance(answer, Unparsable):
            mail.problem = str(answer)
            return mail
        (envelope,) = answer
        mail.is_ours = envelope.sender.value in self.settings.own_addresses()
        mail.envelope = _from_customer(envelope, self.settings) if mail.is_ours else envelope
        for position, part in enumerate(envelope.files):
            mail.digests[position] = await self._keep(part)
        return mail

    async def _keep(self, part: FilePart) -> str:
        if part.spooled:
            return await self.services.files.take(part.spooled)
        return await self.services.files.put(part.content or b"")


def _find(session: Session, name: str) -> Inbox:
    named = sa.or_(col(Inbox.name) == name, col(Inbox.id) == name, col(Inbox.address) == name)
    inbox = session.exec(select(Inbox).where(named)).first()
    if inbox is None:
        known = ", ".join(session.exec(select(Inbox.name).where(Inbox.kind == "email")))
        raise NotFound(f"There is no inbox {name!r}. E-mail inboxes: {known or 'none yet'}.")
    if inbox.kind != "email":
        raise Invalid(
            f"{name!r} is of the kind {inbox.kind}. Mail needs an inbox of the kind email."
        )
    return inbox


def _mails(path: Path) -> Iterator[RawItem]:
    """Raises Invalid for a file that is no mbox."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.")
    box = mailbox.mbox(path, create=False)
    try:
        keys = box.keys()
        if not keys:
            raise Invalid(f"{path} holds no mails. An mbox file has a line “From …” before each.")
        for key in keys:
            content = box.get_bytes(key)
            yield RawItem(external_id=identity(content), content=content, meta={"mbox": path.name})
    finally:
        box.close()


def _batches(mails: Iterator[RawItem]) -> Iterator[list[RawItem]]:
    """Of mails that differ; the second of two with the same id counts as known."""
    batch: list[RawItem] = []
    for mail in mails:
        batch.append(mail)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _without_known(
    services: Services, inbox_id: str, batch: Sequence[RawItem]
) -> list[RawItem]:
    by_id = {mail.external_id[:500]: mail for mail in batch}

    def work(session: Session) -> set[str]:
        found = session.exec(
            select(Message.external_id).where(
                Message.inbox_id == inbox_id, col(Message.external_id).in_(list(by_id))
            )
        )
        return set(found)

    known = await services.database.read(work)
    return [mail for external_id, mail in by_id.items() if external_id not in known]


def _from_customer(envelope: InboundEnvelope, settings: EmailSettings) -> InboundEnvelope:
    """So that what we wrote stands in the conversation of whom we wrote to."""
    others = [one for one in envelope.to if one.value not in settings.own_addresses()]
    return replace(envelope, sender=others[0]) if others else envelope


def _store(key: bytes, inbox: Inbox, mails: Sequence[_Mail], session: Session) -> None:
    if not mails:
        return
    raws = [mail.raw for mail in mails]
    digests = {mail.raw.external_id: mail.digest for mail in mails if mail.digest}
    arrival_ids = arrivals.store(session, inbox.id, raws, digests)
    items = []
    for mail, arrival_id in zip(mails, arrival_ids, strict=True):
        if mail.envelope is None:
            arrivals.fail(session, arrival_id, mail.problem, final=True, by=SYSTEM)
            continue
        items.append(Understood(inbox.id, mail.envelope, arrival_id, mail.digests, "email"))
    made = ingest(session, key, items)
    arrivals.finish(session, [str(item.arrival_id) for item in items], ArrivalState.DONE)
    ours = [mail.raw.external_id[:500] for mail in mails if mail.is_ours]
    _make_history(session, made, ours)


def _make_history(session: Session, made: Sequence[str], ours: Sequence[str]) -> None:
    """Reactions are for what is new; a conversation that began here is over."""
    session.flush()
    mine = col(Message.id).in_(made)
    session.execute(
        sa.update(Event).where(col(Event.message_id).in_(made)).values(reacted_at=clock.now())
    )
    session.execute(
        sa.update(Message)
        .where(mine, col(Message.external_id).in_(ours))
        .values(
            direction=Direction.OUTGOING,
            state=MessageState.SENT,
            author_kind=Author.AGENT,
            author_id=None,
            author_name="",
            proof="",
        )
    )
    last = (
        sa.select(col(Message.conversation_id), sa.func.max(col(Message.sent_at)))
        .where(col(Message.conversation_id).in_(_begun_here(made)))
        .group_by(col(Message.conversation_id))
    )
    for conversation_id, sent_at in session.execute(last).all():
        conversation = session.get_one(Conversation, conversation_id)
        with counters.kept(session, conversation):
            conversation.status = Status.RESOLVED
            conversation.resolved_at = clock.now()
            conversation.unread = 0
            conversation.waiting_since = None
            conversation.last_at = sent_at


def _begun_here(made: Sequence[str]) -> sa.Select[Any]:
    """Conversations of these messages in which nothing is but what came out of an mbox file."""
    other = sa.orm.aliased(Message)
    arrival = sa.select(col(Arrival.meta)["mbox"].as_string()).where(
        col(Arrival.id) == col(other.arrival_id)
    )
    is_alive = sa.exists().where(
        col(other.conversation_id) == col(Message.conversation_id),
        arrival.scalar_subquery().is_(None),
    )
    return sa.select(col(Message.conversation_id)).where(col(Message.id).in_(made), ~is_alive)
