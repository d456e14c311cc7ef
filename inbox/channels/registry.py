"""Kinds of channel, found by entry point: the built-in ones come in by the same door as plugins."""

from functools import cache
from importlib.metadata import entry_points

import structlog

from inbox.channels.base import Account, Channel
from inbox.errors import NotFound
from inbox.i18n import Phrase

log = structlog.get_logger()

GROUP = "inbox.channels"


@cache
def kinds() -> dict[str, type[Channel]]:
    """Every kind that loads; a broken plug-in is reported by name and left out."""
    found: dict[str, type[Channel]] = {}
    for point in entry_points(group=GROUP):
        try:
            found[point.name] = point.load()
        except Exception:  # somebody else's code
            log.exception("channel_not_loaded", channel=point.name)
    return found


def kind(name: str) -> type[Channel]:
    if name not in kinds():
        known = ", ".join(sorted(kinds()))
        raise NotFound(
            Phrase("There is no channel kind “%(name)s”. Known: %(known)s.", name=name, known=known)
        )
    return kinds()[name]


def open_channel(name: str, account: Account) -> Channel:
    return kind(name)(account)
