"""What a provider granted for an account: kept encrypted, renewed by one process at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from inbox import ids
from inbox.db import Database
from inbox.desk import health
from inbox.model import Inbox
from inbox.vault import Vault

WAIT_SECONDS = 20.0  # for another process, longer than its lease
LOOK_SECONDS = 0.2

Tokens = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Grants:
    """The tokens of one inbox."""

    database: Database
    vault: Vault
    inbox_id: str

    async def read(self) -> Tokens:
        """From the database, since another process may have renewed them."""
        sealed = await self.database.read(self._sealed)
        return self.vault.decrypt(sealed)

    async def renew(self, make: Callable[[Tokens], Awaitable[Tokens]]) -> Tokens:
        """Under a lease: a provider may take a refresh token that is used twice for a theft.

        Raises TimeoutError if another process does not get done.
        """
        name, owner = f"tokens:{self.inbox_id}", ids.new()
        async with asyncio.timeout(WAIT_SECONDS):
            await self._hold(name, owner)
        try:
            sealed = await self.database.read(self._sealed)
            kept = self.vault.decrypt(sealed)
            made = await make(kept)
            if made != kept:
                await self.database.write(lambda s: self._keep(s, sealed, made))
            return made
        finally:
            await self.database.write(lambda s: health.let_go(s, name, owner))

    async def _hold(self, name: str, owner: str) -> None:
        while True:
            if await self.database.write(lambda s: health.hold(s, name, owner)) is not None:
                return
            await asyncio.sleep(LOOK_SECONDS)

    def _sealed(self, session: Session) -> bytes:
        inbox = session.get(Inbox, self.inbox_id)
        return inbox.tokens if inbox else b""

    def _keep(self, session: Session, renewed: bytes, tokens: Tokens) -> None:
        """In place of those they were renewed from, and not of a sign-in that came between."""
        inbox = session.get_one(Inbox, self.inbox_id, with_for_update=True)
        if inbox.tokens != renewed:
            return
        inbox.tokens = self.vault.encrypt(dict(tokens))
        session.add(inbox)
