"""For one event: which rules fire, what they do, and why they did or did not."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col

from inbox import clock, ids
from inbox.desk import counters
from inbox.errors import InboxError
from inbox.events import Actor
from inbox.i18n import N_, Phrase
from inbox.model import AutomationRule, Conversation, Event
from inbox.routing import actions, conditions
from inbox.routing import bundle as bundles
from inbox.routing.bundle import Bundle
from inbox.routing.facts import Subject, gather, subject_of

log = structlog.get_logger()

MAX_CHAIN = 5  # links from the first event to one that rules still answer to


@dataclass(frozen=True, slots=True)
class Run:
    """A line of the why-log: what a rule found for an event, and what it did."""

    rule_id: str
    event_id: str
    conversation_id: str
    fired: bool
    reasons: Sequence[conditions.Reason]

    def row(self) -> dict[str, Any]:
        now = clock.now()
        return {**asdict(self), "id": ids.new(), "created_at": now, "updated_at": now}


def run_rules(session: Session, event: Event) -> list[Run]:
    """The event's rules in order, each once however often the event is reacted to."""
    if event.particulars.get("reason") == "merged":
        return []  # tells lists of a row, and no rule of a change
    with bundles.around(session, event) as bundle:
        rules = [
            r for r in bundle.rules.get(event.kind, ()) if (r.id, event.id) not in bundle.asked
        ]
        subject = subject_of(session, event) if rules else None
        if subject is None:
            return []
        counters.hold(session, subject.conversation)
        runs = _run_all(session, bundle, rules, subject, event)
        bundle.runs += [run.row() for run in runs]
        return runs


def _run_all(
    session: Session,
    bundle: Bundle,
    rules: Sequence[AutomationRule],
    subject: Subject,
    event: Event,
) -> list[Run]:
    fired_before = _fired_before(session, event)
    facts: dict[str, Any] | None = None
    runs: list[Run] = []
    for rule in rules:
        facts = facts or gather(session, subject, event)
        run = _run(session, rule, subject, event, facts, fired_before)
        runs.append(run)
        if run.fired:
            facts = None  # the next rule sees what this one did
            bundle.changed(subject.conversation.id)
            if rule.stop_after:
                break
    return runs


def perform(
    session: Session,
    conversation: Conversation,
    wanted: Sequence[dict[str, Any]],
    *,
    by: Actor,
    event: Event,
) -> list[dict[str, Any]]:
    """Do the actions in order; one that fails is undone and noted, and the others go on."""
    return [_perform(session, conversation, each, by, event) for each in wanted]


def _run(
    session: Session,
    rule: AutomationRule,
    subject: Subject,
    event: Event,
    facts: conditions.Facts,
    fired_before: set[str],
) -> Run:
    held, reasons = conditions.matches(rule.conditions, facts)
    refusal = _loop(rule, event, fired_before) if held else ""
    if refusal:
        reasons.append({"loop": refusal, **_parts("loop", refusal)})
    fired = held and not refusal
    if fired:
        by = Actor.rule(rule.id, rule.name).because(event)
        reasons += perform(session, subject.conversation, rule.actions, by=by, event=event)
    return Run(
        rule_id=rule.id,
        event_id=event.id,
        conversation_id=subject.conversation.id,
        fired=fired,
        reasons=reasons,
    )


def _loop(rule: AutomationRule, event: Event, fired_before: set[str]) -> str:
    if rule.id in fired_before:
        return N_("This rule itself led to this event.")
    if event.depth >= MAX_CHAIN:
        return Phrase(
            "The chain of rules is %(links)d links long; it stops here.", links=event.depth
        )
    return ""


def _fired_before(session: Session, event: Event) -> set[str]:
    """The rules among what caused this event, and what caused that, in one query."""
    if event.cause_id is None:
        return {event.actor_id} if event.actor_kind == "rule" and event.actor_id else set()
    chain = (
        sa.select(col(Event.cause_id), col(Event.actor_kind), col(Event.actor_id))
        .where(col(Event.id) == event.id)
        .cte("chain", recursive=True)
    )
    chain = chain.union(
        sa.select(col(Event.cause_id), col(Event.actor_kind), col(Event.actor_id)).where(
            col(Event.id) == chain.c.cause_id
        )
    )
    rules = sa.select(chain.c.actor_id).where(chain.c.actor_kind == "rule")
    return set(session.execute(rules).scalars()) - {None}


def _perform(
    session: Session, conversation: Conversation, wanted: dict[str, Any], by: Actor, event: Event
) -> dict[str, Any]:
    name = str(wanted.get("action", ""))
    try:
        action = actions.parse(wanted)
        with session.begin_nested():
            done = action.run(session, conversation, by=by, event=event)
    except OperationalError:
        raise  # a deadlock or a lost connection: the whole reaction is tried again
    except InboxError as error:
        return _result(name, error.message, failed=True)
    except Exception as error:  # noqa: BLE001  an action may be somebody else's code
        log.warning("action_failed", action=name, error=repr(error), event_id=event.id)
        return _result(name, repr(error), failed=True)
    return _result(name, done, failed=False)


def _result(name: str, told: str, *, failed: bool) -> dict[str, Any]:
    """In English for programs, and with its parts for whoever reads another language."""
    kind = actions.known().get(name)
    label = kind.label if kind else name
    return {
        "action": name,
        "label": label,
        "failed": failed,
        "result": told,
        **_parts("result", told),
    }


def _parts(name: str, told: str) -> dict[str, Any]:
    return {f"{name}_parts": told.stored()} if isinstance(told, Phrase) else {}
