"""Customers and a program that write without end, and agents that answer, whatever breaks."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from inbox.simulators.cast import CAST
from inbox.simulators.providers import Simulators


@dataclass(slots=True)
class Writers:
    """`taken` are the texts somebody was told are kept; `answered` those of accepted replies."""

    url: str
    token: str
    api_inbox: str
    simulators: Simulators
    http: aiohttp.ClientSession
    taken: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)

    async def write(self, texts: Sequence[str], pause: float) -> None:
        """By turns over the API, Telegram and mail."""
        for number, text in enumerate(texts):
            customer = CAST[number % len(CAST)]
            match number % 3:
                case 0:
                    await self._hand_in(text, customer.key)
                case 1:
                    self.simulators.customers.telegram_write(customer.telegram, text)
                case _:
                    sender = f"{customer.name} <{customer.email}>"
                    await self.simulators.customers.send_mail(sender, text, text)
            self.taken.append(text)
            await asyncio.sleep(pause)

    async def answer_for_ever(self) -> None:
        """Each conversation of Telegram and mail again and again, each answer until it is taken."""
        number = 0
        while True:
            for conversation in await self._conversations():
                number += 1
                await self._answer(conversation["id"], f"answer {number:05}.")
            await asyncio.sleep(0.1)

    async def _hand_in(self, text: str, who: str) -> None:
        body = {
            "external_id": text,
            "sender": {"kind": "external", "value": who},
            "thread": who,
            "text": text,
        }
        await self._insist("POST", f"/inboxes/{self.api_inbox}/arrivals", text, json=body)

    async def _answer(self, conversation_id: str, text: str) -> None:
        path = f"/conversations/{conversation_id}/replies"
        await self._insist("POST", path, text, json={"text": text})
        self.answered.append(text)

    async def _conversations(self) -> list[dict[str, Any]]:
        found = await self._insist("GET", "/conversations", "")
        return [one for one in found["items"] if one["channel"] in ("telegram", "email")]

    async def _insist(self, method: str, path: str, key: str, **more: Any) -> Any:
        """Again and again until it is accepted, as programs do."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if key:
            headers["Idempotency-Key"] = key
        while True:
            try:
                async with self.http.request(
                    method, f"{self.url}/api/v1{path}", headers=headers, **more
                ) as answer:
                    if answer.status < 300:
                        return await answer.json()
                    assert answer.status in (409, 429, 503), await answer.text()
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.1)
