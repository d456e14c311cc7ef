"""Kinds of channel, found by entry point: the built-in ones come in by the same door as plugins."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

import structlog

from inbox.channels.base import Account, Channel
from inbox.errors import NotFound
from inbox.i18n import Phrase

log = structlog.get_logger()

GROUP = "inbox.channels"


class Kinds(Mapping[str, type[Channel]]):
    """Each loaded at its first use: a workspace without Telegram has no use for its library."""

    def __init__(self) -> None:
        self._points = {point.name: point for point in entry_points(group=GROUP)}
        self._loaded: dict[str, type[Channel] | None] = {}

    def __getitem__(self, name: str) -> type[Channel]:
        if name not in self._loaded:
            self._loaded[name] = self._load(self._points[name])
        found = self._loaded[name]
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._points if self.get(name))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _load(self, point: EntryPoint) -> type[Channel] | None:
        """A broken plug-in is reported by name and left out."""
        try:
            loaded: type[Channel] = point.load()
        except Exception:  # somebody else's code
            log.exception("channel_not_loaded", channel=point.name)
            return None
        return loaded


@cache
def kinds() -> Mapping[str, type[Channel]]:
    return Kinds()


def kind(name: str) -> type[Channel]:
    found = kinds().get(name)
    if found is None:
        known = ", ".join(sorted(kinds()))
        raise NotFound(
            Phrase("There is no channel kind “%(name)s”. Known: %(known)s.", name=name, known=known)
        )
    return found


def open_channel(name: str, account: Account) -> Channel:
    return kind(name)(account)
