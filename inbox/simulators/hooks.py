"""The shop's webhooks, as a provider sees them: where they are, and how to call them."""

import aiohttp
import structlog

from inbox.simulators.memory import Memory

log = structlog.get_logger()

ANSWER_SECONDS = 15  # as long as Twilio waits


class Hooks:
    """Knows which inbox belongs to which channel, as somebody would enter it at the provider."""

    def __init__(self, memory: Memory, base_url: str) -> None:
        self.memory = memory
        self.base_url = base_url.rstrip("/")
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        self._http = aiohttp.ClientSession(timeout=timeout)

    async def stop(self) -> None:
        if self._http:
            await self._http.close()

    def connect(self, kind: str, inbox_id: str, slug: str = "") -> None:
        """Tell the provider which inbox of the shop its account belongs to."""
        known = self.memory.get("inboxes", {})
        self.memory.put("inboxes", {**known, kind: {"id": inbox_id, "slug": slug}})

    def inbox_id(self, kind: str) -> str:
        return str(self.memory.get("inboxes", {}).get(kind, {}).get("id", ""))

    def slug(self, kind: str) -> str:
        return str(self.memory.get("inboxes", {}).get(kind, {}).get("slug", ""))

    def url(self, kind: str) -> str:
        """Where this channel's webhook is; empty until the inbox is connected."""
        inbox_id = self.inbox_id(kind)
        return f"{self.base_url}/hooks/{inbox_id}" if inbox_id else ""

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """The status of the answer; 0 when there was none."""
        assert self._http
        try:
            async with self._http.post(url, data=body, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            log.info("simulated_hook_unanswered", url=url, error=repr(error))
            return 0
