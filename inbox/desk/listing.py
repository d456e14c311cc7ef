"""Lists of conversations: one keyset query on one index each, whatever the depth."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.desk import counters
from inbox.errors import Invalid
from inbox.model import Agent, Conversation, Inbox, Status, Tagging, Team
from inbox.model.base import UtcDateTime

PAGE = 50
LARGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """`kind` is mine, unassigned, all, inbox, team, assignee or tag, of `id`; within a status."""

    kind: str = "all"
    id: str | None = None
    status: Status = Status.OPEN


@dataclass(frozen=True, slots=True)
class Page:
    items: Sequence[Conversation]
    next: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many are open: what the navigation shows."""

    mine: int = 0
    unassigned: int = 0
    everything: int = 0
    snoozed: int = 0
    inboxes: dict[str, int] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)


def page(
    session: Session,
    view: View,
    agent_id: str | None,
    inboxes: Sequence[str] | None,
    *,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page:
    """The newest first, after `cursor`; `inboxes` limits to what may be seen (None: all)."""
    query = select(Conversation).where(Conversation.status == view.status)
    query = query.where(*_filter(view, agent_id))
    if inboxes is not None:
        query = query.where(col(Conversation.inbox_id).in_(inboxes))
    if cursor:
        query = query.where(
            sa.tuple_(col(Conversation.last_at), col(Conversation.id)) < _read(cursor)
        )
    size = max(1, min(limit, LARGEST))
    query = query.order_by(col(Conversation.last_at).desc(), col(Conversation.id).desc())
    found = list(session.exec(query.limit(size + 1)))
    more = len(found) > size
    items = found[:size]
    return Page(items, _cursor(items[-1]) if more else None)


def matches(view: View, conversation: Conversation, agent_id: str) -> bool:
    """Whether it stands in the view now; tags are not asked."""
    wanted = {
        "mine": conversation.assignee_id == agent_id,
        "unassigned": conversation.assignee_id is None,
        "inbox": conversation.inbox_id == view.id,
        "team": conversation.team_id == view.id,
        "assignee": conversation.assignee_id == view.id,
    }
    return conversation.status is view.status and wanted.get(view.kind, True)


def counts(
    session: Session, agent: Agent, inboxes: Sequence[Inbox], teams: Sequence[Team]
) -> Counts:
    """One query on the kept counters."""
    keys = [f"assignee:{agent.id}:{Status.OPEN}"]
    for inbox in inboxes:
        keys += [
            f"inbox:{inbox.id}:{Status.OPEN}",
            f"inbox:{inbox.id}:unassigned:{Status.OPEN}",
            f"inbox:{inbox.id}:{Status.SNOOZED}",
        ]
    keys += [f"team:{team.id}:{Status.OPEN}" for team in teams]
    found = counters.read(session, keys)
    return Counts(
        mine=found[keys[0]],
        unassigned=sum(found[f"inbox:{i.id}:unassigned:{Status.OPEN}"] for i in inboxes),
        everything=sum(found[f"inbox:{i.id}:{Status.OPEN}"] for i in inboxes),
        snoozed=sum(found[f"inbox:{i.id}:{Status.SNOOZED}"] for i in inboxes),
        inboxes={i.id: found[f"inbox:{i.id}:{Status.OPEN}"] for i in inboxes},
        teams={t.id: found[f"team:{t.id}:{Status.OPEN}"] for t in teams},
    )


def _filter(view: View, agent_id: str | None) -> list[Any]:
    if view.kind == "mine":
        return [col(Conversation.assignee_id) == agent_id]
    if view.kind == "unassigned":
        return [col(Conversation.assignee_id).is_(None)]
    if view.kind == "tag":
        tagged = sa.select(col(Tagging.conversation_id)).where(col(Tagging.tag_id) == view.id)
        return [col(Conversation.id).in_(tagged)]
    columns = {
        "inbox": Conversation.inbox_id,
        "team": Conversation.team_id,
        "assignee": Conversation.assignee_id,
    }
    if view.kind in columns:
        return [col(columns[view.kind]) == view.id]
    return []


def _cursor(conversation: Conversation) -> str:
    return f"{conversation.last_at.isoformat()}~{conversation.id}"


def _read(cursor: str) -> sa.Tuple:
    moment, _, conversation_id = cursor.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        raise Invalid(fields={"cursor": "Give a cursor as it was in `next`."}) from None
    if at.tzinfo is None:
        raise Invalid(fields={"cursor": "Give a cursor as it was in `next`."})
    return sa.tuple_(sa.literal(at, UtcDateTime), sa.literal(conversation_id))
