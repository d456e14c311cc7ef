"""The composition root: everything a process needs, put together in one place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from sqlmodel import select

from inbox import outgoing
from inbox.bus import Bus
from inbox.channels import registry
from inbox.channels.base import Account, Channel
from inbox.db import Database
from inbox.desk import accounts, arrivals, tokens
from inbox.desk.arrivals import INLINE_BYTES
from inbox.envelope import RawItem
from inbox.errors import NotFound
from inbox.files import Files
from inbox.model import Inbox, Workspace
from inbox.settings import Settings
from inbox.vault import Vault, find_or_make_key


@dataclass(slots=True)
class Arrivals:
    """The door by which every channel hands over what came."""

    database: Database
    files: Files

    async def record(
        self,
        inbox_id: str,
        items: Sequence[RawItem],
        checkpoint: Mapping[str, Any] | None = None,
        epoch: int = 0,
    ) -> list[str]:
        """Ids of the arrivals once they are committed, with the checkpoint if one is given."""
        digests = {
            item.external_id: await self.files.put(item.content)
            for item in items
            if len(item.content) > INLINE_BYTES
        }

        def work(session: Any) -> list[str]:
            found = arrivals.store(session, inbox_id, items, digests)
            if checkpoint is not None:
                arrivals.move_checkpoint(session, inbox_id, checkpoint, epoch)
            return found

        return await self.database.write(work)


@dataclass(slots=True)
class Channels:
    """Opens the channel of an inbox row, and keeps it open while the row stays as it is."""

    vault: Vault
    settings: Settings
    _http: aiohttp.ClientSession | None = None
    _open: dict[str, tuple[int, Channel]] = field(default_factory=dict)

    def of(self, inbox: Inbox) -> Channel:
        version, channel = self._open.get(inbox.id, (-1, None))
        if channel is None or version != inbox.version:
            channel = registry.open_channel(inbox.kind, self.account(inbox))
            self._open[inbox.id] = (inbox.version, channel)
        return channel

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
    known_tokens: tokens.Known = field(default_factory=tokens.Known)

    async def start(self) -> None:
        await self.bus.start()
        self.workspace = await self.database.read(_workspace)

    async def close(self) -> None:
        await self.channels.close()
        await self.database.close()
        await self.bus.close()


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
        channels=Channels(vault, settings),
        arrivals=Arrivals(database, files),
    )


def known_inbox(session: Any, inbox_id: str) -> Inbox:
    """The inbox, enabled or not, or NotFound."""
    inbox: Inbox | None = session.get(Inbox, inbox_id)
    if inbox is None:
        raise NotFound("There is no such inbox.")
    return inbox


def _workspace(session: Any) -> Workspace:
    """The stored one; before the first run there is none, and the defaults hold."""
    found: Workspace | None = session.exec(select(Workspace)).first()
    return found or Workspace()
