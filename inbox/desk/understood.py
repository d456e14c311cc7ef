"""What was understood of an arrival, on its way into a conversation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from inbox import clock
from inbox.desk.passed_on import Comment
from inbox.envelope import Inbound, InboundEnvelope


@dataclass(frozen=True, slots=True)
class Understood:
    """One parsed thing of an arrival; `digests` says where the bytes of each file are kept.

    `window_hours` is how long the channel allows replies after this message (0: always).
    """

    inbox_id: str
    inbound: Inbound
    arrival_id: str | None = None
    digests: Mapping[int, str] = field(default_factory=dict)
    channel: str = ""
    window_hours: int = 0
    comment: Comment | None = None


def in_order(items: Sequence[Understood]) -> list[Understood]:
    """Those of one chat by when they were sent: providers call us several times at once."""
    places: dict[tuple[str, str], list[int]] = {}
    for place, item in enumerate(items):
        if isinstance(item.inbound, InboundEnvelope) and item.inbound.thread is not None:
            places.setdefault((item.inbox_id, item.inbound.thread), []).append(place)
    sorted_items, now = list(items), clock.now()
    for mine in places.values():
        chat = sorted((items[place] for place in mine), key=lambda item: _sent(item, now))
        for place, item in zip(mine, chat, strict=True):
            sorted_items[place] = item
    return sorted_items


def _sent(item: Understood, now: datetime) -> tuple[datetime, int]:
    assert isinstance(item.inbound, InboundEnvelope)
    return item.inbound.sent_at or now, item.inbound.order
