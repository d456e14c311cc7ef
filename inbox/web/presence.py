"""Who looks at a conversation and who writes in it: told to all pages, never stored, never owed."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import orjson
import sqlalchemy as sa
from sqlmodel import Session, col

from inbox import clock, i18n
from inbox.i18n import gettext as _
from inbox.model import Agent
from inbox.services import Services
from inbox.web.render import draw

if TYPE_CHECKING:
    from inbox.web.realtime import Client

VIEWING_SECONDS = 90
TYPING_SECONDS = 8
SEEN_EVERY_SECONDS = 45

Who = tuple[str, str]  # conversation id, agent id


class Presence:
    """Heard from every process by the bus; old notices fade by themselves."""

    def __init__(self, services: Services, clients: set[Client]) -> None:
        self.services = services
        self.clients = clients
        self._viewing: dict[Who, tuple[str, float]] = {}
        self._typing: dict[Who, tuple[str, float]] = {}
        self._customers: dict[str, float] = {}  # conversation id → when its customer last typed
        self._seen: dict[str, float] = {}

    def start(self) -> None:
        self.services.bus.hear("presence", self._heard)
        self.services.bus.hear("typing", self._heard_typing)

    def watching(self, client: Client) -> None:
        self._say(client, "viewing" if client.watching else "left")

    def left(self, client: Client) -> None:
        self._say(client, "left")

    def typing(self, client: Client, *, note: bool) -> None:
        """A note never shows as typing to the customer, so only replies carry the mark."""
        self._say(client, "typing")
        if not note:
            payload = {
                "conversation_id": client.watching, "who": client.agent.name, "by": "agent",
            }  # fmt: skip
            self.services.bus.say("typing", payload)

    async def here(self, client: Client) -> None:
        """What routing calls online: kept in the agent's row, at most every 45 seconds."""
        self._say(client, "viewing")
        moment = time.monotonic()
        if moment - self._seen.get(client.agent.id, -SEEN_EVERY_SECONDS) < SEEN_EVERY_SECONDS:
            return
        agent_id = client.agent.id
        await self.services.database.write(lambda s: _seen(s, agent_id))
        self._seen[agent_id] = moment  # only now: a page that goes on to the next cuts this short

    def _say(self, client: Client, what: str) -> None:
        payload = {
            "conversation": client.watching, "agent": client.agent.id,
            "name": client.agent.name, "what": what,
        }  # fmt: skip
        self.services.bus.say("presence", payload)

    def _heard(self, payload: dict[str, Any]) -> None:
        who = (payload["conversation"], payload["agent"])
        moment = time.monotonic()
        touched = {who[0]}
        if payload["what"] in {"left", "viewing"}:
            gone = [w for w in self._viewing if w[1] == who[1] and w != who]
            touched |= {conversation for conversation, _agent in gone}
            for other in gone:
                self._viewing.pop(other)
        if payload["what"] == "typing":
            self._typing = {
                other: (name, at)
                for other, (name, at) in self._typing.items()
                if moment - at < TYPING_SECONDS
            }
            self._typing[who] = (payload["name"], moment)
            self._fade(who[0])
        if payload["what"] != "left" and who[0]:
            self._viewing[who] = (payload["name"], moment)
        for conversation_id in touched - {""}:
            self._show(conversation_id)

    def _heard_typing(self, payload: dict[str, Any]) -> None:
        """Of agents the pages hear by their presence, so here only the customer counts."""
        if payload["by"] != "contact":
            return
        conversation_id, moment = payload["conversation_id"], time.monotonic()
        self._customers = {
            other: at for other, at in self._customers.items() if moment - at < TYPING_SECONDS
        }
        self._customers[conversation_id] = moment
        self._show(conversation_id)
        self._fade(conversation_id)

    def _fade(self, conversation_id: str) -> None:
        """Nobody says that he has stopped typing, so it is looked at again."""
        loop = asyncio.get_running_loop()
        loop.call_later(TYPING_SECONDS + 0.1, self._show, conversation_id)

    def _show(self, conversation_id: str) -> None:
        for client in self.clients:
            if client.watching == conversation_id:
                i18n.set_locale(client.locale)
                client.push(orjson.dumps({"h": self._drawn(conversation_id, client.agent.id)}))

    def _drawn(self, conversation_id: str, agent_id: str) -> str:
        viewing = _others(self._viewing, conversation_id, agent_id, VIEWING_SECONDS)
        typing = _others(self._typing, conversation_id, agent_id, TYPING_SECONDS)
        typed_at = self._customers.get(conversation_id)
        text = ""
        if typed_at is not None and time.monotonic() - typed_at < TYPING_SECONDS:
            text = _("The customer is typing…")
        elif typing:
            text = _("%(names)s is writing a reply") % {"names": ", ".join(typing)}
        elif viewing:
            text = _("%(names)s is viewing this conversation") % {"names": ", ".join(viewing)}
        return draw("conversations/_presence.html", conversation_id=conversation_id, text=text)


def _others(
    known: dict[Who, tuple[str, float]], conversation_id: str, agent_id: str, seconds: float
) -> list[str]:
    moment = time.monotonic()
    return sorted(
        name
        for (conversation, agent), (name, at) in known.items()
        if conversation == conversation_id and agent != agent_id and moment - at < seconds
    )


def _seen(session: Session, agent_id: str) -> None:
    session.execute(
        sa.update(Agent)
        .where(col(Agent.id) == agent_id)
        .values(last_seen_at=clock.now())
        .execution_options(synchronize_session=False)
    )
