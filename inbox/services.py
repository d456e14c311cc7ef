"""The composition root: everything a process needs, put together in one place."""

import asyncio
import contextlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import structlog
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from inbox import medialinks, outgoing
from inbox.bus import Bus
from inbox.channels import registry
from inbox.channels.base import Account, Channel, Enables, listens
from inbox.db import Database
from inbox.desk import accounts, arrivals, workspace
from inbox.desk.arrivals import INLINE_BYTES
from inbox.desk.recent import Recent
from inbox.desk.tokens import Bearer
from inbox.envelope import RawItem
from inbox.errors import InboxError
from inbox.files import Files
from inbox.grants import Grants
from inbox.model import Inbox, Workspace
from inbox.settings import Settings
from inbox.vault import Vault, find_or_make_key

log = structlog.get_logger()

TOGETHER = 200
WORKSPACE_SECONDS = 30.0
# Each time the loop sends or receives it lets go of the interpreter, and while the writer computes
# it comes back only after this long. At Python's own 5 ms a busy writer stops all answers.
SWITCH_SECONDS = 0.0005


@dataclass(slots=True)
class _Waiting:
    """What one caller hands over, and where their answer goes."""

    inbox_id: str
    items: Sequence[RawItem]
    digests: Mapping[str, str]
    answer: asyncio.Future[list[str]]


@dataclass(slots=True)
class Arrivals:
    """The door by which every channel hands over what came."""

    database: Database
    files: Files
    _waiting: list[_Waiting] = field(default_factory=list)
    _writing: asyncio.Task[None] | None = None

    async def record(
        self,
        inbox_id: str,
        items: Sequence[RawItem],
        checkpoint: Mapping[str, Any] | None = None,
        epoch: int = 0,
    ) -> list[str]:
        """Ids of the arrivals once they are committed, with the checkpoint if one is given."""
        large = [item for item in items if item.size > INLINE_BYTES or item.spooled]
        kept = await asyncio.gather(*(self._keep(item) for item in large))
        digests = {item.external_id: digest for item, digest in zip(large, kept, strict=True)}
        if checkpoint is None:
            return await self._with_others(inbox_id, items, digests)

        def work(session: Any) -> list[str]:
            found = arrivals.store(session, inbox_id, items, digests)
            arrivals.move_checkpoint(session, inbox_id, checkpoint, epoch)
            return found

        return await self.database.write(work)

    async def _keep(self, item: RawItem) -> str:
        if item.spooled:
            return await self.files.take(item.spooled)
        return await self.files.put(item.content)

    async def _with_others(
        self, inbox_id: str, items: Sequence[RawItem], digests: Mapping[str, str]
    ) -> list[str]:
        """In one transaction with whatever else comes while the one before is committed."""
        answer: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(inbox_id, items, digests, answer))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="arrivals")
        return await answer

    async def _write(self) -> None:
        while self._waiting:
            batch = self._waiting[:TOGETHER]
            del self._waiting[:TOGETHER]
            await self._store(batch)

    async def _store(self, batch: Sequence[_Waiting]) -> None:
        """A batch that fails is tried one by one, so that a bad one sinks only itself."""
        try:
            found = await self.database.write(lambda s: _store(s, batch))
        except Exception as error:  # noqa: BLE001  it belongs to the callers
            if len(batch) > 1 and not isinstance(error, OperationalError):
                for waiting in batch:
                    await self._store([waiting])
                return
            for waiting in batch:
                if not waiting.answer.done():
                    waiting.answer.set_exception(error)
            return
        for waiting, arrival_ids in zip(batch, found, strict=True):
            if not waiting.answer.done():
                waiting.answer.set_result(arrival_ids)


@dataclass(slots=True)
class Channels:
    """Opens the channel of an inbox row, and keeps it open while the row stays as it is."""

    vault: Vault
    settings: Settings
    database: Database
    _http: aiohttp.ClientSession | None = None
    _open: dict[str, tuple[int, Channel]] = field(default_factory=dict)

    def of(self, inbox: Inbox) -> Channel:
        version, channel = self._open.get(inbox.id, (-1, None))
        if channel is None or version != inbox.version:
            channel = registry.open_channel(inbox.kind, self.account(inbox))
            self._open[inbox.id] = (inbox.version, channel)
        return channel

    def wants_a_poller(self, inbox: Inbox) -> bool:
        """Whether somebody has to fetch for it, or to tell its provider where to call."""
        try:
            channel = self.of(inbox)
        except InboxError as error:
            log.warning("inbox_not_opened", inbox=inbox.id, error=error.message)
            return False
        return isinstance(channel, Enables) or listens(channel)

    def account(self, inbox: Inbox) -> Account:
        """Raises Invalid if the stored settings are not what the channel asks for any more."""
        values = {**inbox.settings, **self.vault.decrypt(inbox.secrets)}
        return self.describe(inbox.id, inbox.name, self.validated(inbox.kind, values))

    def validated(self, kind: str, values: Mapping[str, Any]) -> Any:
        """The settings model of a kind, or Invalid naming each bad field."""
        return accounts.validate(registry.kind(kind).settings_model, values)

    def trial(self, kind: str, inbox_id: str, name: str, settings: Any) -> Channel:
        """A channel for settings that are not stored yet: to try them, to ask its address."""
        return registry.open_channel(kind, self.describe(inbox_id, name, settings))

    def describe(self, inbox_id: str, name: str, settings: Any) -> Account:
        base = self.settings.public_url.rstrip("/")
        return Account(
            inbox_id=inbox_id,
            name=name,
            settings=settings,
            hook_url=f"{base}/hooks/{inbox_id}",
            public_url=base,
            http=self.http(),
            private_hosts=self.settings.private_hosts,
            key=self.vault.key(f"inbox:{inbox_id}"),
            spool=self.settings.spool_dir,
            granted=Grants(self.database, self.vault, inbox_id) if inbox_id else None,
        )

    def http(self) -> aiohttp.ClientSession:
        """The guarded client, made on first use inside the running loop."""
        if self._http is None or self._http.closed:
            self._http = outgoing.client(self.settings.private_hosts)
        return self._http

    async def close(self) -> None:
        for _, channel in self._open.values():
            await channel.close()
        self._open.clear()
        if self._http:
            await self._http.close()


@dataclass(slots=True)
class Services:
    settings: Settings
    database: Database
    bus: Bus
    files: Files
    vault: Vault
    channels: Channels
    arrivals: Arrivals
    workspace: Workspace = field(default_factory=Workspace)
    known_tokens: Recent[Bearer] = field(default_factory=Recent)
    known_inboxes: Recent[Inbox] = field(default_factory=Recent)
    _following: asyncio.Task[None] | None = None

    def media_link(self, attachment_id: str) -> str:
        """Where a provider may fetch this file for some days."""
        token = medialinks.make(self.vault.key("media"), attachment_id)
        return f"{self.settings.public_url.rstrip('/')}/media/{token}"

    async def start(self) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        await self.bus.start()
        self.workspace = await self.database.read(_workspace)
        self._following = asyncio.create_task(self._follow_workspace(), name="workspace")

    async def close(self) -> None:
        if self._following:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        await self.channels.close()
        await self.database.close()
        await self.bus.close()

    async def _follow_workspace(self) -> None:
        """What another process changed is here at its wake-up, else a little later."""
        woken = self.bus.wakeup(workspace.TOPIC)
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WORKSPACE_SECONDS):
                    await woken.wait()
            woken.clear()
            try:
                self.workspace = await self.database.read(_workspace)
            except Exception as error:  # noqa: BLE001  the one we know is good enough until then
                log.warning("workspace_not_read", error=repr(error))


def build(settings: Settings) -> Services:
    """Nothing is connected yet; `start()` does that inside the running loop."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    bus = Bus(settings.redis_url)
    database = Database(settings.sqlalchemy_url, on_commit=bus.wake)
    vault = Vault(find_or_make_key(settings.secret_key, settings.data_dir))
    files = Files(settings.files_url, settings.data_dir / "files")
    return Services(
        settings=settings,
        database=database,
        bus=bus,
        files=files,
        vault=vault,
        channels=Channels(vault, settings, database),
        arrivals=Arrivals(database, files),
    )


def _store(session: Any, batch: Sequence[_Waiting]) -> list[list[str]]:
    """One statement an inbox, whoever handed it over; the ids of each caller."""
    known: dict[tuple[str, str], str] = {}
    for inbox_id in dict.fromkeys(waiting.inbox_id for waiting in batch):
        mine = [waiting for waiting in batch if waiting.inbox_id == inbox_id]
        items = {item.external_id: item for waiting in mine for item in waiting.items}
        digests = {key: digest for waiting in mine for key, digest in waiting.digests.items()}
        found = arrivals.store(session, inbox_id, list(items.values()), digests)
        known |= {(inbox_id, key): one for key, one in zip(items, found, strict=True)}
    return [
        [known[waiting.inbox_id, item.external_id] for item in waiting.items] for waiting in batch
    ]


def _workspace(session: Any) -> Workspace:
    """The stored one; before the first run there is none, and the defaults hold."""
    found: Workspace | None = session.exec(select(Workspace)).first()
    return found or Workspace()
