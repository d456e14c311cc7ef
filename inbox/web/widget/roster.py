"""Who is on the sites now: told by each visitor's browser, kept in memory and never stored."""

import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from aiohttp import web
from babel.core import get_global

from inbox import clock
from inbox.bus import Bus

SAYING = "visit"
GONE_SECONDS = 45.0  # three beats of a browser
MOST = 5000

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A visitor on a site; `heard` is monotonic, `country` two letters or empty."""

    inbox_id: str
    visitor: str
    page: str
    title: str
    country: str
    language: str
    since: datetime
    heard: float


class Roster:
    """Every process hears every visitor by the bus, so each can show them all."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._present: dict[Key, Present] = {}
        bus.hear(SAYING, self._heard)

    def tell(self, inbox_id: str, visitor: str, seen: dict[str, str]) -> None:
        self._bus.say(SAYING, {"inbox_id": inbox_id, "visitor": visitor, **seen})

    def now(self, inbox_ids: Collection[str]) -> list[Present]:
        """Of these inboxes, who came last first."""
        self._forget_the_gone()
        found = [one for one in self._present.values() if one.inbox_id in inbox_ids]
        return sorted(found, key=lambda one: one.since, reverse=True)

    def find(self, inbox_id: str, visitor: str) -> Present | None:
        return self._here((inbox_id, visitor))

    def _heard(self, said: dict[str, Any]) -> None:
        key = (str(said["inbox_id"]), str(said["visitor"]))
        known = self._here(key)
        if known is None and not self._has_room():
            return
        present = Present(
            inbox_id=key[0],
            visitor=key[1],
            page=str(said.get("page", "")),
            title=str(said.get("title", "")),
            country=country_of(str(said.get("time_zone", ""))),
            language=str(said.get("language", "")),
            since=clock.now(),
            heard=time.monotonic(),
        )
        self._present[key] = replace(present, since=known.since) if known else present

    def _here(self, key: Key) -> Present | None:
        """Nobody who left, though he may not be forgotten yet: who comes back comes anew."""
        found = self._present.get(key)
        return found if found and not _is_gone(found) else None

    def _has_room(self) -> bool:
        if len(self._present) >= MOST:
            self._forget_the_gone()
        return len(self._present) < MOST

    def _forget_the_gone(self) -> None:
        self._present = {key: one for key, one in self._present.items() if not _is_gone(one)}


def _is_gone(one: Present) -> bool:
    return time.monotonic() - one.heard > GONE_SECONDS


def country_of(time_zone: str) -> str:
    """Where clocks go so; nobody's address is looked up anywhere."""
    return str(get_global("zone_territories").get(time_zone, ""))


ROSTER = web.AppKey("roster", Roster)
