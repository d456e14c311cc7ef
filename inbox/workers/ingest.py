"""Takes arrivals in batches, has them understood, and turns them into messages."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import structlog
from sqlmodel import col, select

from inbox.channels.base import Channel, ChannelError, TemporaryFailure, Unparsable
from inbox.db import Session
from inbox.desk import arrivals, ingest
from inbox.desk.arrivals import Claimed
from inbox.desk.ingest import Understood
from inbox.envelope import FilePart, Inbound, InboundEnvelope, RawItem
from inbox.errors import InboxError
from inbox.events import SYSTEM
from inbox.model import ArrivalState, Inbox
from inbox.services import Services
from inbox.workers.parsing import ParserPool

log = structlog.get_logger()

BATCH = 100  # stored in one unit of work, of some 50 ms
TOGETHER = 20  # arrivals whose files are fetched and kept at the same time
DIGEST = "digest:"  # a remote reference to bytes that are in the file store already
FETCH_SECONDS = 60
CLOSING_SECONDS = 5

Ready = tuple[Claimed, list[Understood]]


class Ingesting:
    def __init__(self, services: Services) -> None:
        self.services = services
        self.key = services.vault.key("mail")
        self.pool = ParserPool()
        self._ahead: asyncio.Task[tuple[int, list[Ready]]] | None = None

    async def work(self) -> int:
        """How many arrivals were taken; while they are stored the next ones are read."""
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
        await self.pool.close()

    async def _take(self) -> tuple[int, list[Ready]]:
        """How many were claimed, and those of them that could be understood."""
        claimed = await self.services.database.write(_claim, behind=True)
        by_inbox = defaultdict(list)
        for arrival, inbox in claimed:
            by_inbox[inbox.id].append((arrival, inbox))
        groups = await asyncio.gather(
            *(self._understand(pairs[0][1], [a for a, _ in pairs]) for pairs in by_inbox.values())
        )
        return len(claimed), [pair for group in groups for pair in group]

    async def _understand(self, inbox: Inbox, found: Sequence[Claimed]) -> list[Ready]:
        """Those that could be; of the others it is noted why not."""
        try:
            channel = self.services.channels.of(inbox)
            raws = [await self._raw(arrival) for arrival in found]
            answers = await self._parse(channel, inbox, raws)
        except Exception as error:
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
                return arrival, [await self._complete(channel, arrival, one) for one in answer]
        except Exception as trouble:  # noqa: BLE001  it is noted on this arrival and on no other
            error = trouble
        if not isinstance(error, ChannelError | InboxError | OSError | TimeoutError):
            log.error("arrival_failed", arrival=arrival.id, error=repr(error))
        text = str(error) or repr(error)
        await self._fail(arrival, text, final=isinstance(error, Unparsable))
        return None

    async def _raw(self, arrival: Claimed) -> RawItem:
        content = arrival.raw
        if content is None:
            content = await self.services.files.get(arrival.digest)
        return RawItem(external_id=arrival.external_id, content=content, meta=arrival.meta)

    async def _complete(self, channel: Channel, arrival: Claimed, inbound: Inbound) -> Understood:
        """With the bytes of every file in the file store."""
        digests: dict[int, str] = {}
        if isinstance(inbound, InboundEnvelope) and inbound.files:
            files = [await self._file(channel, part) for part in inbound.files]
            for position, (part, digest) in enumerate(files):
                digests[position] = digest or await self.services.files.put(part.content or b"")
            inbound = replace(inbound, files=tuple(part for part, _ in files))
        return Understood(
            inbox_id=arrival.inbox_id,
            inbound=inbound,
            arrival_id=arrival.id,
            digests=digests,
            channel=channel.name,
            window_hours=channel.capabilities.window_hours,
        )

    async def _file(self, channel: Channel, part: FilePart) -> tuple[FilePart, str]:
        if part.content is not None:
            return part, ""
        if part.remote.startswith(DIGEST):
            digest = part.remote.removeprefix(DIGEST)
            return replace(part, content=await self.services.files.get(digest)), digest
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return await channel.fetch(part), ""
        except TimeoutError:
            raise TemporaryFailure(f"The file {part.name} did not come in time.") from None

    async def _store(self, ready: Sequence[Ready]) -> None:
        """All in one transaction; if that fails one by one, so that a bad one sinks only itself."""
        try:
            await self._ingest(ready)
        except Exception:
            log.exception("batch_failed", arrivals=len(ready))
            for pair in ready:
                try:
                    await self._ingest([pair])
                except Exception as error:
                    log.exception("arrival_failed", arrival=pair[0].id)
                    await self._fail(pair[0], repr(error), final=False)

    async def _ingest(self, ready: Sequence[Ready]) -> None:
        items = [item for _, items in ready for item in items]
        done = [arrival.id for arrival, items in ready if items]
        ignored = [arrival.id for arrival, items in ready if not items]

        def work(session: Session) -> None:
            ingest.ingest(session, self.key, items)
            arrivals.finish(session, done, ArrivalState.DONE)
            arrivals.finish(session, ignored, ArrivalState.IGNORED)

        await self.services.database.write(work, behind=True)

    async def _fail(self, arrival: Claimed, error: str, *, final: bool) -> None:
        log.warning("arrival_not_understood", arrival=arrival.id, error=error)
        await self.services.database.write(
            lambda session: arrivals.fail(session, arrival.id, error, final=final, by=SYSTEM)
        )


def _claim(session: Session) -> list[tuple[Claimed, Inbox]]:
    found = arrivals.claim_new(session, BATCH)
    wanted = {arrival.inbox_id for arrival in found}
    inboxes = {one.id: one for one in session.exec(select(Inbox).where(col(Inbox.id).in_(wanted)))}
    return [(arrival, inboxes[arrival.inbox_id]) for arrival in found]


def _attempt(channel: Channel, raw: RawItem) -> Sequence[Inbound] | Exception:
    try:
        return channel.parse(raw)
    except Exception as error:  # noqa: BLE001  it is noted on this arrival and on no other
        return error
