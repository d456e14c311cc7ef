"""Takes arrivals in batches, has them understood, and turns them into messages."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace

import structlog
from sqlmodel import col, select

from inbox.channels.base import (
    Channel,
    ChannelError,
    PermanentFailure,
    TemporaryFailure,
    Unparsable,
)
from inbox.db import Session
from inbox.desk import arrivals, delivery_reports, ingest
from inbox.desk.arrivals import Claimed
from inbox.desk.ingest import Understood
from inbox.envelope import (
    DeliveryReport,
    FilePart,
    Inbound,
    InboundEnvelope,
    RawItem,
    Spooled,
)
from inbox.errors import InboxError, message_of
from inbox.events import SYSTEM
from inbox.i18n import N_, Phrase
from inbox.model import ArrivalState, Inbox
from inbox.services import Services
from inbox.trouble import is_trouble
from inbox.workers.acknowledging import Acknowledging
from inbox.workers.parsing import ParserPool

log = structlog.get_logger()

BATCH = 100  # stored in one unit of work, of some 50 ms
TOGETHER = 20  # arrivals whose files are fetched and kept at the same time
DIGEST = "digest:"  # a remote reference to bytes that are in the file store already
FETCH_SECONDS = 60
EARLY_SECONDS = 5.0
RETRY_SECONDS = 20.0  # times the tries so far, where trouble is said to pass
LARGE_BYTES = 1024 * 1024  # of mail: read from the disk, in pieces
CLOSING_SECONDS = 5

Ready = tuple[Claimed, list[Understood]]


class Ingesting:
    def __init__(self, services: Services) -> None:
        self.services = services
        self.key = services.vault.key("mail")
        self.acknowledging = Acknowledging()
        self.pool = ParserPool(spool=services.settings.spool_dir)
        self._ahead: asyncio.Task[tuple[int, list[Ready]]] | None = None
        self._held: set[str] = set()  # claimed, and given back once the database takes that

    async def work(self) -> int:
        """How many arrivals were taken; while they are stored the next ones are read."""
        if self._held:
            held = frozenset(self._held)
            await self.services.database.write(lambda s: arrivals.give_back(s, held))
            self._held -= held
        ahead, self._ahead = self._ahead, None
        claimed, ready = await (ahead or self._take())
        if claimed == BATCH:
            self._ahead = asyncio.create_task(self._take(), name="ingest ahead")
        if ready:
            await self._store(ready)
        return claimed

    async def close(self) -> None:
        """What is being read is stored yet, or it would wait until its lease ends."""
        ahead, self._ahead = self._ahead, None
        if ahead:
            try:
                async with asyncio.timeout(CLOSING_SECONDS):
                    _, ready = await ahead
                    await self._store(ready)
            except Exception as error:  # noqa: BLE001  others take it when its lease ends
                log.warning("ingest_not_finished", error=repr(error))
        await self.acknowledging.close()
        await self.pool.close()

    async def _take(self) -> tuple[int, list[Ready]]:
        """How many were claimed, and those of them that could be understood."""
        claimed = await self.services.database.write(_claim, behind=True)
        by_inbox = defaultdict(list)
        for arrival, inbox in claimed:
            by_inbox[inbox.id].append((arrival, inbox))
        with self._held_in_trouble([arrival for arrival, _ in claimed]):
            groups = await asyncio.gather(
                *(self._understand(ps[0][1], [a for a, _ in ps]) for ps in by_inbox.values())
            )
        return len(claimed), [pair for group in groups for pair in group]

    @contextmanager
    def _held_in_trouble(self, taken: Sequence[Claimed]) -> Iterator[None]:
        """A full disk is no fault of theirs: it is no try, and they don't wait for their leases."""
        try:
            yield
        except Exception as error:
            if is_trouble(error):
                self._held.update(arrival.id for arrival in taken)
            raise

    async def _understand(self, inbox: Inbox, found: Sequence[Claimed]) -> list[Ready]:
        """Those that could be; of the others it is noted why not."""
        try:
            channel = self.services.channels.of(inbox)
            async with AsyncExitStack() as open_files:
                raws = [await self._raw(arrival, open_files) for arrival in found]
                answers = await self._parse(channel, inbox, raws)
        except Exception as error:
            if is_trouble(error):
                raise
            log.exception("inbox_not_read", inbox=inbox.id)
            for arrival in found:
                await self._fail(arrival, repr(error), final=False)
            return []
        done = []
        pairs = list(zip(found, answers, strict=True))
        for first in range(0, len(pairs), TOGETHER):  # disks and providers answer many at once
            some = pairs[first : first + TOGETHER]
            done += await asyncio.gather(*(self._finish(channel, *pair) for pair in some))
        return [one for one in done if one is not None]

    async def _parse(
        self, channel: Channel, inbox: Inbox, raws: Sequence[RawItem]
    ) -> Sequence[Sequence[Inbound] | Exception]:
        """Mail in a process that may be killed; the rest, which we wrote the formats of, here."""
        if channel.name == "email":
            settings = self.services.channels.account(inbox).settings
            return await self.pool.parse_many(inbox.kind, settings, raws)
        return [_attempt(channel, raw) for raw in raws]

    async def _finish(
        self, channel: Channel, arrival: Claimed, answer: Sequence[Inbound] | Exception
    ) -> Ready | None:
        """Only what can't be understood is final; a file that did not come is tried again."""
        error = answer if isinstance(answer, Exception) else None
        try:
            if not isinstance(answer, Exception):
                self.acknowledging.begin(channel, answer)
                return arrival, [await self._complete(channel, arrival, one) for one in answer]
        except Exception as trouble:  # noqa: BLE001  it is noted on this arrival and on no other
            error = trouble
        if error and is_trouble(error):
            raise error
        if not isinstance(error, ChannelError | InboxError | OSError | TimeoutError):
            log.error("arrival_failed", arrival=arrival.id, error=repr(error))
        text = message_of(error) if error else ""
        wait = RETRY_SECONDS * arrival.attempts if isinstance(error, TemporaryFailure) else 0
        await self._fail(arrival, text, final=isinstance(error, Unparsable), wait=wait)
        return None

    async def _raw(self, arrival: Claimed, open_files: AsyncExitStack) -> RawItem:
        """A large one stays on disk."""
        files, content, spooled = self.services.files, arrival.raw or b"", None
        if arrival.raw is None and arrival.size > LARGE_BYTES:
            spool = self.services.settings.spool_dir
            path = await open_files.enter_async_context(files.on_disk(arrival.digest, spool))
            spooled = Spooled(path=path, size=arrival.size, digest=arrival.digest)
        elif arrival.raw is None:
            content = await files.get(arrival.digest)
        return RawItem(
            external_id=arrival.external_id, content=content, meta=arrival.meta, spooled=spooled
        )

    async def _complete(self, channel: Channel, arrival: Claimed, inbound: Inbound) -> Understood:
        """With the bytes of every file in the file store."""
        digests: dict[int, str] = {}
        hours = inbound.window_hours if isinstance(inbound, InboundEnvelope) else 0
        if isinstance(inbound, InboundEnvelope) and inbound.files:
            is_last = arrival.attempts >= arrivals.TRIES
            files = [await self._file(channel, part, is_last=is_last) for part in inbound.files]
            for position, (part, digest) in enumerate(files):
                digests[position] = digest or await self._keep(part)
            inbound = replace(inbound, files=tuple(part for part, _ in files))
        return Understood(
            inbox_id=arrival.inbox_id,
            inbound=inbound,
            arrival_id=arrival.id,
            digests=digests,
            channel=channel.name,
            window_hours=hours or channel.capabilities.window_hours,
        )

    async def _keep(self, part: FilePart) -> str:
        if part.spooled:
            return await self.services.files.take(part.spooled)
        return await self.services.files.put(part.content or b"")

    async def _file(
        self, channel: Channel, part: FilePart, *, is_last: bool
    ) -> tuple[FilePart, str]:
        """A file that does not come at all keeps no message back: a word stands in for it."""
        if part.content is not None or part.spooled:
            return part, ""
        if part.remote.startswith(DIGEST):
            digest = part.remote.removeprefix(DIGEST)
            return replace(part, content=await self.services.files.get(digest)), digest
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return await channel.fetch(part), ""
        except (PermanentFailure, TemporaryFailure, TimeoutError) as error:
            why = message_of(error, N_("It did not come in time."))
            if not is_last and not isinstance(error, PermanentFailure):
                raise TemporaryFailure(
                    Phrase("The file %(name)s: %(why)s", name=part.name, why=Phrase.of(why))
                ) from None
            return _stand_in(part, why), ""

    async def _store(self, ready: Sequence[Ready]) -> None:
        """All in one transaction; if that fails one by one, so that a bad one sinks only itself."""
        with self._held_in_trouble([arrival for arrival, _ in ready]):
            try:
                await self._ingest(ready)
            except Exception as error:
                if is_trouble(error):
                    raise
                log.exception("batch_failed", arrivals=len(ready))
                for pair in ready:
                    await self._store_alone(pair)

    async def _store_alone(self, pair: Ready) -> None:
        try:
            await self._ingest([pair])
        except Exception as error:
            if is_trouble(error):
                raise
            log.exception("arrival_failed", arrival=pair[0].id)
            await self._fail(pair[0], repr(error), final=False)

    async def _ingest(self, ready: Sequence[Ready]) -> None:
        ignored = [arrival.id for arrival, items in ready if not items]

        def work(session: Session) -> None:
            early = {arrival.id for arrival, items in ready if _is_early(session, arrival, items)}
            taken = [(arrival, items) for arrival, items in ready if arrival.id not in early]
            ingest.ingest(session, self.key, [item for _, items in taken for item in items])
            arrivals.finish(session, [a.id for a, items in taken if items], ArrivalState.DONE)
            arrivals.finish(session, ignored, ArrivalState.IGNORED)
            if early:
                arrivals.put_off(session, early, EARLY_SECONDS)

        await self.services.database.write(work, behind=True)

    async def _fail(self, arrival: Claimed, error: str, *, final: bool, wait: float = 0) -> None:
        log.warning("arrival_not_understood", arrival=arrival.id, error=error)
        await self.services.database.write(
            lambda session: arrivals.fail(
                session, arrival.id, error, final=final, wait=wait, by=SYSTEM
            )
        )


def _is_early(session: Session, arrival: Claimed, items: Sequence[Understood]) -> bool:
    """A report that came before the note of what it reports on; one of nobody's is let go."""
    return arrival.attempts < arrivals.TRIES and any(
        isinstance(item.inbound, DeliveryReport)
        and not delivery_reports.is_known(session, item.inbox_id, item.inbound)
        for item in items
    )


def _stand_in(part: FilePart, why: str) -> FilePart:
    text = f"{part.name} could not be fetched: {why}"
    return FilePart(name=f"{part.name}.txt", content_type="text/plain", content=text.encode())


def _claim(session: Session) -> list[tuple[Claimed, Inbox]]:
    found = arrivals.claim_new(session, 1 if arrivals.suspects(session) else BATCH)
    wanted = {arrival.inbox_id for arrival in found}
    inboxes = {one.id: one for one in session.exec(select(Inbox).where(col(Inbox.id).in_(wanted)))}
    return [(arrival, inboxes[arrival.inbox_id]) for arrival in found]


def _attempt(channel: Channel, raw: RawItem) -> Sequence[Inbound] | Exception:
    try:
        return channel.parse(raw)
    except Exception as error:  # noqa: BLE001  it is noted on this arrival and on no other
        return error
