"""Wakes those who wait, in this process or through Valkey/Redis; a hint, never the truth."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import orjson
import structlog

from inbox import ids

log = structlog.get_logger()

CHANNEL = "inbox"
RECONNECT_SECONDS = 1.0

Saying = Callable[[dict[str, Any]], None]


class Bus:
    """Topics wake (`wake`, `wakeup`); sayings carry a small payload (`say`, `hear`)."""

    def __init__(self, redis_url: str = "") -> None:
        self.redis_url = redis_url
        self.process = ids.new()
        self._wakeups: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._hearers: dict[str, list[Saying]] = defaultdict(list)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Any = None
        self._lost: tuple[type[Exception], ...] = (OSError,)
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self.redis_url:
            import redis.asyncio as redis  # noqa: PLC0415  7 MB that most processes do without

            self._client = redis.from_url(self.redis_url)
            self._lost = (redis.RedisError, OSError)
            self._keep(asyncio.create_task(self._listen()))

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._client:
            await self._client.aclose()
        self._loop = None

    def wake(self, topics: Iterable[str]) -> None:
        """Callable from any thread; the database calls it after each commit."""
        if self._loop:
            self._loop.call_soon_threadsafe(self._wake_and_tell, tuple(topics))

    def wakeup(self, topic: str) -> asyncio.Event:
        """An event that is set whenever `topic` was touched; the waiter clears it."""
        event = asyncio.Event()
        self._wakeups[topic].add(event)
        return event

    def forget(self, topic: str, event: asyncio.Event) -> None:
        self._wakeups[topic].discard(event)

    def say(self, kind: str, payload: dict[str, Any]) -> None:
        """Tell every process something that may be lost (presence, typing)."""
        self._heard(kind, payload)
        self._publish({"kind": kind, "payload": payload})

    def hear(self, kind: str, hearer: Saying) -> None:
        self._hearers[kind].append(hearer)

    def _wake_and_tell(self, topics: tuple[str, ...]) -> None:
        self._wake(topics)
        self._publish({"topics": topics})

    def _wake(self, topics: Iterable[str]) -> None:
        for topic in topics:
            for event in self._wakeups[topic]:
                event.set()

    def _heard(self, kind: str, payload: dict[str, Any]) -> None:
        for hearer in self._hearers[kind]:
            hearer(payload)

    def _publish(self, message: dict[str, Any]) -> None:
        if self._client and self._loop:
            body = orjson.dumps({"from": self.process, **message})
            self._keep(self._loop.create_task(self._send(body)))

    async def _send(self, body: bytes) -> None:
        assert self._client
        try:
            await self._client.publish(CHANNEL, body)
        except self._lost as error:
            log.warning("bus_publish_failed", error=str(error))

    async def _listen(self) -> None:
        assert self._client
        while True:
            try:
                async with self._client.pubsub() as subscription:
                    await subscription.subscribe(CHANNEL)
                    self._wake(list(self._wakeups))  # what we missed while away
                    async for message in subscription.listen():
                        if message["type"] == "message":
                            self._receive(message["data"])
            except self._lost as error:
                log.warning("bus_lost", error=str(error))
            await asyncio.sleep(RECONNECT_SECONDS)

    def _receive(self, body: bytes) -> None:
        """Nothing that is said there can end the listening, whoever says it."""
        try:
            self._take(orjson.loads(body))
        except Exception:
            log.exception("bus_message_not_taken")

    def _take(self, message: dict[str, Any]) -> None:
        if message["from"] == self.process:
            return
        if "topics" in message:
            self._wake(message["topics"])
        else:
            self._heard(message["kind"], message["payload"])

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
