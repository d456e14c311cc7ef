"""How a bot gets its updates: by long polling with offsets, or by a webhook that is tried again."""

import asyncio
import contextlib
import secrets
from typing import Any

import orjson

from inbox.simulators.faults import Faults
from inbox.simulators.hooks import Hooks
from inbox.simulators.memory import Memory
from inbox.simulators.telegram_calls import Call, Refused

QUEUE = "telegram_updates"
WEBHOOK = "telegram_webhook"
MAX_UPDATES = 100
MAX_POLL_SECONDS = 50
RETRY_SECONDS = 1.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  a header's name


class Updates:
    """The queue is kept on disk; an update is gone once a later offset confirms it."""

    def __init__(self, memory: Memory, hooks: Hooks, faults: Faults) -> None:
        self.memory = memory
        self.hooks = hooks
        self.faults = faults
        self.retry_seconds = RETRY_SECONDS
        self._news = asyncio.Event()
        self._poller: asyncio.Event | None = None
        self._pusher: asyncio.Task[None] | None = None
        self._forging: set[asyncio.Task[int]] = set()

    def start(self) -> None:
        self._pusher = asyncio.create_task(self._push_for_ever())

    async def stop(self) -> None:
        tasks = [task for task in (self._pusher, *self._forging) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """With the fault thrown, somebody who isn't Telegram posts it to the hook instead."""
        update = {"update_id": self.memory.count("telegram_update"), kind: content}
        if self.faults.wrong_signature:
            self._forge(update)
            return
        self.memory.put(QUEUE, [*self.pending(), update])
        self.wake()

    def wake(self) -> None:
        """Something has changed for whoever waits: an update, the webhook, the end of an outage."""
        self._news.set()
        self._news = asyncio.Event()

    def pending(self) -> list[dict[str, Any]]:
        return list(self.memory.get(QUEUE, []))

    async def poll(self, call: Call) -> list[dict[str, Any]]:
        """getUpdates: a newer poller ends the older one's wait, as at Telegram."""
        if self._webhook():
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self._confirm(call.number("offset", 0))
        ended = self._replace_poller()
        wait = min(call.number("timeout", 0), MAX_POLL_SECONDS)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._wait_for_pending(ended)
        if ended.is_set():
            raise Refused(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )
        return self.pending()[: min(call.number("limit", MAX_UPDATES), MAX_UPDATES)]

    async def set_webhook(self, call: Call) -> bool:
        url = call.text("url")
        if call.text("drop_pending_updates").lower() == "true":
            self.memory.put(QUEUE, [])
        self.memory.put(WEBHOOK, {"url": url, "secret": call.text("secret_token")} if url else {})
        self.wake()
        return True

    async def delete_webhook(self, call: Call) -> bool:
        return await self.set_webhook(Call({**call.values, "url": ""}))

    async def webhook_info(self, _call: Call) -> dict[str, Any]:
        return {
            "url": self._webhook().get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending()),
        }

    def _webhook(self) -> dict[str, str]:
        return dict(self.memory.get(WEBHOOK, {}))

    def _confirm(self, offset: int) -> None:
        """What lies before `offset` is forgotten; a negative one keeps only so many of the last."""
        if not offset:
            return
        pending = self.pending()
        kept = pending[offset:] if offset < 0 else [u for u in pending if u["update_id"] >= offset]
        self.memory.put(QUEUE, kept)

    def _replace_poller(self) -> asyncio.Event:
        if self._poller:
            self._poller.set()
        self._poller = asyncio.Event()
        self.wake()
        return self._poller

    async def _wait_for_pending(self, ended: asyncio.Event) -> None:
        while not self.pending() and not ended.is_set():
            await self._news.wait()

    async def _push_for_ever(self) -> None:
        while True:
            news = self._news
            webhook = self._webhook()
            if not webhook or not self.pending() or self.faults.outage:
                await news.wait()
            elif await self._push(webhook["url"], webhook["secret"], self.pending()[0]):
                self.memory.put(QUEUE, self.pending()[1:])
            else:
                await asyncio.sleep(self.retry_seconds)

    async def _push(self, url: str, secret: str, update: dict[str, Any]) -> bool:
        headers = {"Content-Type": "application/json"}
        if secret:
            headers[SECRET_HEADER] = secret
        return await self.hooks.post(url, orjson.dumps(update), headers) // 100 == 2

    def _forge(self, update: dict[str, Any]) -> None:
        url = self._webhook().get("url") or self.hooks.url("telegram")
        if not url:
            return
        headers = {"Content-Type": "application/json", SECRET_HEADER: secrets.token_hex(16)}
        task = asyncio.create_task(self.hooks.post(url, orjson.dumps(update), headers))
        self._forging.add(task)
        task.add_done_callback(self._forging.discard)
