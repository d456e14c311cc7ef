"""The link to an IMAP server: each command races time, silence, a flood and the loss of it."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from aioimaplib import aioimaplib

from inbox.channels.base import TemporaryFailure
from inbox.channels.email.imap_client import ANSWER_BYTES
from inbox.i18n import N_, Phrase

COMMAND_SECONDS = 30
SILENT_SECONDS = 60  # within a fetch
NOOP_SECONDS = 10

_T = TypeVar("_T")


class LinkLost(TemporaryFailure):
    """The connection to the mailbox is gone; the next one goes on where this one stopped."""


class TooMuch(LinkLost):
    """The server sent far more than what it had announced, so it was cut off."""


class Link:
    """After whatever goes wrong it is thrown away."""

    def __init__(self, client: aioimaplib.IMAP4) -> None:
        self._client = client
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        client.protocol.conn_lost_cb = self._on_lost

    def drop(self) -> None:
        """At once and for good."""
        protocol = self._client.protocol
        self._client._client_task.cancel()  # noqa: SLF001  else it logs that nobody asked
        for task in (*self._client.tasks, *protocol.tasks):
            task.add_done_callback(look_away)
            task.cancel()
        if protocol.transport is not None:
            protocol.transport.abort()
        if not self._lost.done():
            self._lost.set_result(None)

    async def _run(
        self,
        command: Awaitable[_T],
        seconds: float = COMMAND_SECONDS,
        limit: int = ANSWER_BYTES,
    ) -> _T:
        """Its answer may be so large; it ends the link to be late, silent or larger."""
        self._client.protocol.allowed = limit
        task = asyncio.ensure_future(command)
        try:
            await self._answer(task, seconds)
        finally:
            if not task.done():
                task.add_done_callback(look_away)
                task.cancel()
        if not task.done() or task.cancelled():
            raise self._failed(
                N_("the link was lost") if self._lost.done() else N_("no answer in time")
            )
        try:
            return task.result()
        except TimeoutError:
            raise self._failed(N_("no answer in time")) from None
        except (
            aioimaplib.AioImapException,
            OSError,
            ValueError,
            IndexError,
        ) as error:
            raise self._failed(str(error) or type(error).__name__) from None

    async def _answer(self, task: "asyncio.Future[Any]", seconds: float) -> None:
        """Until it is there, the link is lost, or either time is over."""
        protocol, loop = self._client.protocol, asyncio.get_running_loop()
        began = protocol.heard_at = loop.time()
        while not task.done() and not self._lost.done():
            late = began + seconds - loop.time()
            silent = protocol.heard_at + SILENT_SECONDS - loop.time()
            if min(late, silent) <= 0:
                return
            await asyncio.wait(
                {task, self._lost},
                timeout=min(late, silent),
                return_when=asyncio.FIRST_COMPLETED,
            )

    def _failed(self, why: str) -> LinkLost:
        if self._client.protocol.is_flooded:
            self.drop()
            return TooMuch("The mail server sent far more than it had announced.")
        self.drop()
        return LinkLost(Phrase("The connection to the mailbox ended: %(why)s.", why=Phrase.of(why)))

    def _on_lost(self, _error: Exception | None) -> None:
        if not self._lost.done():
            self._lost.set_result(None)


def look_away(task: "asyncio.Future[Any]") -> None:
    """Takes the exception, so that nothing is logged about a client that is thrown away."""
    if not task.cancelled():
        task.exception()
