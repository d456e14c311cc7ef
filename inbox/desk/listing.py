"""Lists of conversations: one keyset query on one index each, whatever the depth."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox.desk import counters
from inbox.errors import Invalid
from inbox.model import Conversation, Status, Tagging
from inbox.model.base import UtcDateTime

PAGE = 50
LARGEST = 200
ROW = Conversation.__table__.c  # type: ignore[attr-defined]
SHOWN = [ROW[name] for name in (
    "id", "number", "contact_id", "contact_name", "channel", "subject", "preview", "last_author",
    "last_at", "unread", "priority", "flagged", "version", "status", "inbox_id", "team_id",
    "assignee_id",
)]  # fmt: skip
IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
ROWS = sa.select(*SHOWN).where(ROW.id.in_(IDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """`kind` is mine, unassigned, all, inbox, team, assignee or tag, of `id`; within a status."""

    kind: str = "all"
    id: str | None = None
    status: Status = Status.OPEN


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with what is shown of a conversation, and where the next page begins."""

    items: Sequence[sa.Row[Any]]
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
    size = max(1, min(limit, LARGEST))
    wanted = agent_id if view.kind == "mine" else view.id
    given = {"status": view.status, "wanted": wanted, "size": size + 1, "inboxes": inboxes}
    given |= _read(cursor) if cursor else {}
    query = _query(view.kind, is_limited=inboxes is not None, goes_on=bool(cursor))
    found = session.execute(query, given).all()
    items = found[:size]
    return Page(items, _cursor(items[-1]) if len(found) > size else None)


def rows(session: Session, conversation_ids: Collection[str]) -> dict[str, sa.Row[Any]]:
    """What lists show of these conversations, by id."""
    found = session.execute(ROWS, {"ids": list(conversation_ids)})
    return {row.id: row for row in found}


def tagged(
    session: Session, tag_ids: Collection[str], conversation_ids: Collection[str]
) -> set[tuple[str, str]]:
    """Which of these conversations bear which of these tags, as (tag, conversation)."""
    if not tag_ids:
        return set()
    bearing = sa.select(col(Tagging.tag_id), col(Tagging.conversation_id)).where(
        col(Tagging.tag_id).in_(tag_ids), col(Tagging.conversation_id).in_(conversation_ids)
    )
    return {(tag_id, conversation_id) for tag_id, conversation_id in session.execute(bearing)}


def matches(
    view: View,
    conversation: Conversation | sa.Row[Any],
    agent_id: str,
    bearing: Collection[tuple[str | None, str]] = (),
) -> bool:
    """Whether it stands in the view now; `bearing` is what `tagged` found."""
    wanted = {
        "tag": (view.id, conversation.id) in bearing,
        "mine": conversation.assignee_id == agent_id,
        "unassigned": conversation.assignee_id is None,
        "inbox": conversation.inbox_id == view.id,
        "team": conversation.team_id == view.id,
        "assignee": conversation.assignee_id == view.id,
    }
    return conversation.status is view.status and wanted.get(view.kind, True)


def counts(
    session: Session, agent_id: str, inboxes: Collection[str], teams: Collection[str]
) -> Counts:
    """One query on the kept counters, of inboxes and teams by id."""
    found = counters.read(session, counted(agent_id, inboxes, teams))
    return counts_from(found, agent_id, inboxes, teams)


def counted(agent_id: str, inboxes: Collection[str], teams: Collection[str]) -> list[str]:
    """The counters that the numbers of this agent are made of."""
    keys = [f"assignee:{agent_id}:{Status.OPEN}"]
    for inbox in inboxes:
        keys += [
            f"inbox:{inbox}:{Status.OPEN}",
            f"inbox:{inbox}:unassigned:{Status.OPEN}",
            f"inbox:{inbox}:{Status.SNOOZED}",
        ]
    keys += [f"team:{team}:{Status.OPEN}" for team in teams]
    return keys


def counts_from(
    found: Mapping[str, int], agent_id: str, inboxes: Collection[str], teams: Collection[str]
) -> Counts:
    return Counts(
        mine=found[f"assignee:{agent_id}:{Status.OPEN}"],
        unassigned=sum(found[f"inbox:{i}:unassigned:{Status.OPEN}"] for i in inboxes),
        everything=sum(found[f"inbox:{i}:{Status.OPEN}"] for i in inboxes),
        snoozed=sum(found[f"inbox:{i}:{Status.SNOOZED}"] for i in inboxes),
        inboxes={i: found[f"inbox:{i}:{Status.OPEN}"] for i in inboxes},
        teams={t: found[f"team:{t}:{Status.OPEN}"] for t in teams},
    )


@cache
def _query(kind: str, *, is_limited: bool, goes_on: bool) -> sa.Select[Any]:
    """Made once for each sort of list, for the making costs as much as the answer."""
    query = sa.select(*SHOWN)
    query = query.where(ROW.status == sa.bindparam("status"), *_filter(kind))
    if is_limited:
        query = query.where(ROW.inbox_id.in_(sa.bindparam("inboxes", expanding=True)))
    if goes_on:
        after = sa.tuple_(sa.bindparam("at", type_=UtcDateTime), sa.bindparam("after"))
        query = query.where(sa.tuple_(ROW.last_at, ROW.id) < after)
    return query.order_by(ROW.last_at.desc(), ROW.id.desc()).limit(sa.bindparam("size"))


def _filter(kind: str) -> list[sa.ColumnElement[bool]]:
    wanted: sa.BindParameter[str] = sa.bindparam("wanted")
    if kind == "unassigned":
        return [ROW.assignee_id.is_(None)]
    if kind == "tag":
        tagged = sa.select(col(Tagging.conversation_id)).where(col(Tagging.tag_id) == wanted)
        return [ROW.id.in_(tagged)]
    columns = {
        "mine": ROW.assignee_id,
        "assignee": ROW.assignee_id,
        "inbox": ROW.inbox_id,
        "team": ROW.team_id,
    }
    return [columns[kind] == wanted] if kind in columns else []


def _cursor(row: sa.Row[Any]) -> str:
    return f"{row.last_at.isoformat()}~{row.id}"


def _read(cursor: str) -> dict[str, Any]:
    moment, _, conversation_id = cursor.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid(fields={"cursor": "Give a cursor as it was in `next`."})
    return {"at": at, "after": conversation_id}
