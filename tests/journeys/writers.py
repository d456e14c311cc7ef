"""Customers and a program that write without end, and agents that answer, whatever breaks."""

import asyncio
import html
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from inbox.simulators.cast import CAST
from inbox.simulators.providers import Simulators

VISITORS = 40  # so that nobody writes faster than the widget allows
FORM_SECONDS = 2.1  # nobody fills in a form faster
ANSWERED = ("telegram", "email", "sms", "webchat")
PAUSE_SECONDS = 0.1  # before what failed is tried again


@dataclass(slots=True)
class Writers:
    """`taken` are the texts somebody was told are kept; `answered` those of accepted replies."""

    url: str
    token: str
    api_inbox: str
    inboxes: Mapping[str, tuple[str, str]]  # of the web chat and the form: id and slug
    simulators: Simulators
    http: aiohttp.ClientSession
    taken: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    failures: int = 0
    _visitors: dict[int, str] = field(default_factory=dict)

    async def write(self, texts: Sequence[str], pause: float) -> None:
        """All channels at the same time, each its share."""
        ways: list[Callable[[int, str], Awaitable[None]]] = [
            self._by_api, self._by_telegram, self._by_mail,
            self._by_sms, self._by_chat, self._by_form,
        ]  # fmt: skip
        numbered = list(enumerate(texts))
        lanes = (
            self._lane(way, numbered[place :: len(ways)], pause * len(ways))
            for place, way in enumerate(ways)
        )
        await asyncio.gather(*lanes)

    async def answer_for_ever(self) -> None:
        """Every conversation again and again, each answer until it is taken."""
        number = 0
        while True:
            for conversation in await self._conversations():
                number += 1
                await self._answer(conversation["id"], f"answer {number:05}.")
            await asyncio.sleep(PAUSE_SECONDS)

    async def chat_histories(self) -> list[str]:
        """What the visitors see of the house, each message as often as it is shown."""
        seen = []
        for token in self._visitors.values():
            found = await self._insist("GET", self._chat("messages"), headers=_bearer(token))
            seen += [m["text"] for m in found["messages"] if m["author"] != "visitor"]
        return seen

    async def _lane(
        self,
        way: Callable[[int, str], Awaitable[None]],
        share: Sequence[tuple[int, str]],
        pause: float,
    ) -> None:
        """Begun at the pace of the customers, whether or not the one before is through."""
        async with asyncio.TaskGroup() as going:
            for number, text in share:
                going.create_task(self._keep_at(way, number, text))
                await asyncio.sleep(pause)

    async def _keep_at(
        self, way: Callable[[int, str], Awaitable[None]], number: int, text: str
    ) -> None:
        await way(number, text)
        self.taken.append(text)

    async def _by_api(self, number: int, text: str) -> None:
        who = CAST[number % len(CAST)].key
        sender = {"kind": "external", "value": who}
        body = {"external_id": text, "sender": sender, "thread": who, "text": text}
        path = f"/api/v1/inboxes/{self.api_inbox}/arrivals"
        await self._insist("POST", path, headers=self._program(text), json=body)

    async def _by_telegram(self, number: int, text: str) -> None:
        self.simulators.customers.telegram_write(CAST[number % len(CAST)].telegram, text)

    async def _by_mail(self, number: int, text: str) -> None:
        customer = CAST[number % len(CAST)]
        sender = f"{customer.name} <{customer.email}>"
        await self.simulators.customers.send_mail(sender, text, text)

    async def _by_sms(self, number: int, text: str) -> None:
        """With an account that is set to repeat a hook that was not answered."""
        entry = await self.simulators.customers.send_sms(CAST[number % len(CAST)].phone, text)
        state = entry.state
        while state != "received":
            self.failures += 1
            await asyncio.sleep(PAUSE_SECONDS)
            state = await self.simulators.twilio.post_again(entry)

    async def _by_chat(self, number: int, text: str) -> None:
        who = number // 6 % VISITORS
        headers = {"X-Forwarded-For": f"10.1.0.{who}"}
        if who not in self._visitors:
            made = await self._insist("POST", self._chat("visitors"), headers=headers)
            self._visitors.setdefault(who, made["token"])
        headers |= _bearer(self._visitors[who])
        body = {"client_id": f"ledger-{number:05}", "text": text}
        await self._insist("POST", self._chat("messages"), headers=headers, json=body)

    async def _by_form(self, number: int, text: str) -> None:
        """A person presses the button again when nothing seems to happen."""
        path = f"/forms/{self.inboxes['form'][1]}"
        headers = {"X-Forwarded-For": f"10.2.{number // 250}.{number % 250}"}
        stamp = _stamp(await self._insist("GET", path, headers=headers))
        await asyncio.sleep(FORM_SECONDS)
        values = {"stamp": stamp, "email": CAST[number % len(CAST)].email, "message": text}
        await self._insist("POST", path, headers=headers, data=values, allow_redirects=False)

    def _chat(self, what: str) -> str:
        return f"/widget/{self.inboxes['webchat'][0]}/{what}"

    async def _answer(self, conversation_id: str, text: str) -> None:
        path = f"/api/v1/conversations/{conversation_id}/replies"
        await self._insist("POST", path, headers=self._program(text), json={"text": text})
        self.answered.append(text)

    async def _conversations(self) -> list[dict[str, Any]]:
        path = "/api/v1/conversations?limit=100"
        found = await self._insist("GET", path, headers=self._program(""))
        return [one for one in found["items"] if one["channel"] in ANSWERED]

    def _program(self, key: str) -> dict[str, str]:
        repeated = {"Idempotency-Key": key} if key else {}
        return {"Authorization": f"Bearer {self.token}", **repeated}

    async def _insist(self, method: str, path: str, **more: Any) -> Any:
        """Again and again until it is accepted, as programs and people do."""
        while True:
            try:
                async with self.http.request(method, self.url + path, **more) as answer:
                    if answer.status < 400:
                        is_json = answer.content_type == "application/json"
                        return await (answer.json() if is_json else answer.text())
                    assert answer.status in (409, 429, 503), await answer.text()
            except (aiohttp.ClientError, TimeoutError):
                self.failures += 1
            await asyncio.sleep(PAUSE_SECONDS)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _stamp(page: str) -> str:
    found = re.search(r'name="stamp" value="([^"]*)"', page)
    assert found, page
    return html.unescape(found.group(1))
