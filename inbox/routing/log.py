"""The why-log: which rules were asked about what, what they found, and what they did."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from inbox.desk.paging import Order, page
from inbox.model import AutomationRule, Conversation, Event, RuleRun

PAGE = 50
NEWEST = Order((col(RuleRun.id),), descending=True)


@dataclass(frozen=True, slots=True)
class Run:
    """A run with what it is about."""

    run: RuleRun
    rule: AutomationRule
    event: Event | None
    conversation: Conversation | None


@dataclass(frozen=True, slots=True)
class Runs:
    entries: list[Run]
    next: str | None


def of_rule(session: Session, rule_id: str, *, fired: bool = False, cursor: str = "") -> Runs:
    """The newest first; with `fired` only those in which it did something."""
    wanted = select(RuleRun).where(RuleRun.rule_id == rule_id)
    return _page(session, wanted.where(col(RuleRun.fired)) if fired else wanted, cursor)


def of_conversation(session: Session, conversation_id: str, *, cursor: str = "") -> Runs:
    return _page(session, select(RuleRun).where(RuleRun.conversation_id == conversation_id), cursor)


def _page(session: Session, wanted: object, cursor: str) -> Runs:
    found = page(session, wanted, NEWEST, cursor, PAGE)
    runs: list[RuleRun] = list(found.items)
    rules = _rules(session, {run.rule_id for run in runs})
    events = _events(session, {run.event_id for run in runs})
    conversations = _conversations(session, {r.conversation_id for r in runs if r.conversation_id})
    entries = [
        Run(
            run,
            rules[run.rule_id],
            events.get(run.event_id),
            conversations.get(run.conversation_id or ""),
        )
        for run in runs
    ]
    return Runs(entries, found.next)


def _rules(session: Session, ids: set[str]) -> Mapping[str, AutomationRule]:
    found = session.exec(select(AutomationRule).where(col(AutomationRule.id).in_(ids)))
    return {rule.id: rule for rule in found}


def _events(session: Session, ids: set[str]) -> Mapping[str, Event]:
    return {e.id: e for e in session.exec(select(Event).where(col(Event.id).in_(ids)))}


def _conversations(session: Session, ids: set[str]) -> Mapping[str, Conversation]:
    found = session.exec(select(Conversation).where(col(Conversation.id).in_(ids)))
    return {conversation.id: conversation for conversation in found}
