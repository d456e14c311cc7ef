"""Takes arrivals in batches, has them understood, and turns them into messages."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from inbox.channels.base import Channel, ChannelError, TemporaryFailure, Unparsable
from inbox.db import Session
from inbox.desk import arrivals, ingest
from inbox.desk.ingest import Understood
from inbox.envelope import FilePart, Inbound, InboundEnvelope, RawItem
from inbox.errors import InboxError
from inbox.events import SYSTEM
from inbox.model import Arrival, ArrivalState, Inbox
from inbox.services import Services

log = structlog.get_logger()

BATCH = 200
DIGEST = "digest:"  # a remote reference to bytes that are in the file store already
FETCH_SECONDS = 60


class Ingesting:
    def __init__(self, services: Services) -> None:
        self.services = services
        self.key = services.vault.key("mail")

    async def work(self) -> int:
        """How many arrivals were taken."""
        claimed = await self.services.database.write(
            lambda session: [
                (arrival, session.get_one(Inbox, arrival.inbox_id))
                for arrival in arrivals.claim_new(session, BATCH)
            ]
        )
        understood = await asyncio.gather(*(self._understand(*pair) for pair in claimed))
        ready = [
            (a, items)
            for (a, _), items in zip(claimed, understood, strict=True)
            if items is not None
        ]
        if ready:
            await self._store(ready)
        return len(claimed)

    async def _understand(self, arrival: Arrival, inbox: Inbox) -> list[Understood] | None:
        """None when it could not be, which is noted on the arrival."""
        try:
            channel = self.services.channels.of(inbox)
            raw = await self._raw(arrival)
            found = await self._parse(channel, raw)
            return [await self._complete(channel, arrival, inbound) for inbound in found]
        except Unparsable as error:
            await self._fail(arrival, str(error), final=True)
        except (ChannelError, InboxError, OSError, TimeoutError) as error:
            await self._fail(arrival, str(error) or repr(error), final=False)
        except Exception as error:
            log.exception("arrival_failed", arrival=arrival.id)
            await self._fail(arrival, repr(error), final=False)
        return None

    async def _raw(self, arrival: Arrival) -> RawItem:
        content = arrival.raw
        if content is None:
            content = await self.services.files.get(arrival.digest)
        return RawItem(external_id=arrival.external_id, content=content, meta=arrival.meta)

    async def _parse(self, channel: Channel, raw: RawItem) -> Sequence[Inbound]:
        return channel.parse(raw)

    async def _complete(self, channel: Channel, arrival: Arrival, inbound: Inbound) -> Understood:
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

    async def _store(self, ready: Sequence[tuple[Arrival, list[Understood]]]) -> None:
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

    async def _ingest(self, ready: Sequence[tuple[Arrival, list[Understood]]]) -> None:
        items = [item for _, items in ready for item in items]
        done = [arrival.id for arrival, items in ready if items]
        ignored = [arrival.id for arrival, items in ready if not items]

        def work(session: Session) -> None:
            ingest.ingest(session, self.key, items)
            arrivals.finish(session, done, ArrivalState.DONE)
            arrivals.finish(session, ignored, ArrivalState.IGNORED)

        await self.services.database.write(work)

    async def _fail(self, arrival: Arrival, error: str, *, final: bool) -> None:
        log.warning("arrival_not_understood", arrival=arrival.id, error=error)
        await self.services.database.write(
            lambda session: arrivals.fail(session, arrival.id, error, final=final, by=SYSTEM)
        )
