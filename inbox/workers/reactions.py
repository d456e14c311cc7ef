"""The table of what follows from an event, in this order."""

from sqlmodel import Session

from inbox.desk import telling
from inbox.events import EventKind
from inbox.model import Event
from inbox.routing import auto_replies, distributing, engine
from inbox.workers.react import Reaction


def rules(session: Session, event: Event) -> None:
    engine.run_rules(session, event)


def distribution(session: Session, event: Event) -> None:
    """After the rules, which may have assigned it already."""
    if event.kind == EventKind.CONVERSATION_CREATED:
        distributing.distribute_new(session, event)


def replies(session: Session, event: Event) -> None:
    if event.kind == EventKind.MESSAGE_RECEIVED:
        auto_replies.answer(session, event)


def webhooks(session: Session, event: Event) -> None:
    telling.queue(session, event)


REACTIONS: dict[str, Reaction] = {
    "rules": rules,
    "distribution": distribution,
    "auto_replies": replies,
    "webhooks": webhooks,
}
