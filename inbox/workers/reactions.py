"""The table of what follows from an event, in this order."""

from collections.abc import Sequence

from sqlmodel import Session

from inbox.desk import notices, telling
from inbox.events import EventKind
from inbox.model import Event, Strategy
from inbox.routing import auto_replies, distributing, engine
from inbox.routing import bundle as bundles
from inbox.routing.bundle import Bundle
from inbox.workers.react import Head, Reaction


def rules(session: Session, event: Event) -> None:
    engine.run_rules(session, event)


def distribution(session: Session, event: Event) -> None:
    """After the rules, which may have assigned it already."""
    if event.kind == EventKind.CONVERSATION_CREATED:
        distributing.distribute_new(session, event)


def replies(session: Session, event: Event) -> None:
    if event.kind == EventKind.MESSAGE_RECEIVED:
        auto_replies.answer(session, event)


def mails(session: Session, event: Event) -> None:
    """To agents; last of those that may change whose the conversation is."""
    bundle = bundles.of(session)
    if bundle is None or bundle.mails:
        notices.queue(session, event)


def webhooks(session: Session, event: Event) -> None:
    bundle = bundles.of(session)
    telling.queue(session, event, bundle.webhooks if bundle else None)


REACTIONS: dict[str, Reaction] = {
    "rules": rules,
    "distribution": distribution,
    "auto_replies": replies,
    "mails": mails,
    "webhooks": webhooks,
}


class Together:
    """The events of one transaction: which of them anybody cares for, and what those need."""

    def __init__(self, session: Session, heads: Sequence[Head]) -> None:
        self.session = session
        self.bundle = bundles.open_for(session, {head.inbox_id for head in heads if head.inbox_id})
        self.hands_out = any(t.strategy is not Strategy.MANUAL for t in self.bundle.teams.values())
        self.bundle.mails = notices.anybody_asks(session)

    def matters(self, head: Head) -> bool:
        """As the reactions above would find by themselves, by what the head alone tells."""
        return (
            head.kind in self.bundle.rules
            or (self.hands_out and head.kind == EventKind.CONVERSATION_CREATED)
            or (head.kind == EventKind.MESSAGE_RECEIVED and _answers(self.bundle, head))
            or (self.bundle.mails and head.kind in notices.TOLD_OF)
            or any(telling.wants(one, head.kind, head.inbox_id) for one in self.bundle.webhooks)
        )

    def begin(self, events: Sequence[Event]) -> None:
        bundles.read_subjects(self.session, self.bundle, events)

    def end(self) -> None:
        bundles.write_runs(self.session, self.bundle)


def _answers(bundle: Bundle, head: Head) -> bool:
    inbox = bundle.inboxes.get(head.inbox_id or "")
    return inbox is not None and bool(
        inbox.greeting or inbox.out_of_hours_reply or inbox.settings.get("help_answer")
    )
