"""What some channels can do beside sending and hearing; each is asked for by its protocol."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from inbox.envelope import OutboundEnvelope, RawItem, Receipt


@runtime_checkable
class Reacts(Protocol):
    """A channel on which a message can be reacted to with an emoji."""

    async def react(self, thread: str, message_id: str, emoji: str) -> None:
        """May be repeated; an empty `emoji` takes it back. Raises as `send` does."""
        ...


@runtime_checkable
class Acknowledges(Protocol):
    """A channel whose provider waits until something that came was taken note of."""

    async def acknowledge(self, given: str) -> None:
        """`given` is the envelope's; may be repeated. Raises as `send` does."""
        ...


@runtime_checkable
class Forgets(Protocol):
    """A channel whose provider keeps what nobody fetches for a while only."""

    def gap(self, checkpoint: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
        """From when to when something may have been lost, if we were away for so long."""
        ...


@runtime_checkable
class Reconciles(Protocol):
    """A channel whose provider can be asked what was said, so that nothing has to be missing."""

    async def said_since(self, since: datetime) -> Sequence[RawItem]:
        """As its hook would have handed it over. Raises as `fetch` does, and LoginRefused."""
        ...

    async def sent_since(self, envelope: OutboundEnvelope, since: datetime) -> Sequence[Receipt]:
        """What went to this recipient with this content, oldest first. Raises as `fetch` does."""
        ...


@runtime_checkable
class Templated(Protocol):
    """A channel whose provider approves texts, which may be sent when nothing else may."""

    async def templates(self) -> "Sequence[KnownTemplate]":
        """All of them, also those not approved. Raises as `fetch` does, and LoginRefused."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTemplate:
    """As the provider describes it; the fields are those of the model's MessageTemplate."""

    provider_id: str
    name: str
    language: str
    category: str = ""
    approved: bool = False
    status: str = ""
    header: str = ""
    body: str = ""
    footer: str = ""
    buttons: Sequence[str] = ()
    variables: Sequence[Mapping[str, Any]] = ()
