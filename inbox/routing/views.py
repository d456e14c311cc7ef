"""Saved views: lists of conversations by nested conditions, for one agent or for everybody.

No index serves every condition, so a page looks at the newest WINDOW conversations after its
cursor and no further: it may hold few, even none, and still lead on.
"""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from inbox.desk import paging
from inbox.desk.paging import Page
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.i18n import Phrase
from inbox.model import Company, Contact, Conversation, SavedView, Status
from inbox.routing import view_conditions

WINDOW = 2000
MOST = 50  # views that one agent sees
ORDER = (col(Conversation.last_at), col(Conversation.id))


class ViewValues(BaseModel):
    """What is filled in."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(max_length=80)
    conditions: dict[str, Any] = Field(default_factory=dict)


def seen_by(session: Session, agent_id: str | None) -> list[SavedView]:
    """Everybody's and the agent's own, by name."""
    mine = sa.or_(col(SavedView.owner_id).is_(None), col(SavedView.owner_id) == agent_id)
    return list(
        session.exec(select(SavedView).where(mine).order_by(col(SavedView.name)).limit(MOST))
    )


def get(session: Session, view_id: str, agent_id: str | None) -> SavedView:
    """NotFound for one that is somebody else's own."""
    view = session.get(SavedView, view_id)
    if view is None or view.owner_id not in {None, agent_id}:
        raise NotFound("There is no such view.")
    return view


def add(session: Session, values: ViewValues, *, owner_id: str | None, by: Actor) -> SavedView:
    """Without an owner it is everybody's."""
    _check(values)
    if len(seen_by(session, owner_id)) >= MOST:
        raise Conflict(Phrase("There are %(most)d views already. Remove one first.", most=MOST))
    view = SavedView(**values.model_dump(), owner_id=owner_id)
    session.add(view)
    _tell(session, view, "added", by)
    return view


def change(
    session: Session, view: SavedView, values: ViewValues, *, by: Actor, version: int | None = None
) -> SavedView:
    if version is not None and version != view.version:
        raise Conflict("Somebody else changed this view. Look at it again.")
    _check(values)
    view.sqlmodel_update(values.model_dump())
    view.version += 1
    session.add(view)
    _tell(session, view, "changed", by)
    return view


def remove(session: Session, view: SavedView, *, by: Actor) -> None:
    session.delete(view)
    _tell(session, view, "removed", by)


def page(  # noqa: PLR0913  a view, who looks, and the place
    session: Session,
    view: SavedView,
    status: Status,
    agent_id: str | None,
    inbox_ids: Collection[str] | None,
    *,
    cursor: str = "",
    limit: int = paging.USUAL,
) -> Page[Conversation]:
    """The newest first; `inbox_ids` limits to what may be seen (None: all)."""
    window = _window(status, inbox_ids, cursor)
    query = _matching(view, agent_id, window).order_by(*(c.desc() for c in ORDER))
    found = list(session.exec(query.limit(limit + 1)))
    items = found[:limit]
    if len(found) > limit:
        return Page(items, paging.cursor_after(items[-1], ORDER))
    end = window.with_only_columns(Conversation).offset(WINDOW - 1).limit(1)
    last = session.execute(end).scalars().first()
    return Page(items, paging.cursor_after(last, ORDER) if last else None)


def count(
    session: Session, view: SavedView, agent_id: str | None, inbox_ids: Collection[str] | None
) -> int:
    """How many are open, among the newest WINDOW."""
    window = _window(Status.OPEN, inbox_ids, "")
    matching = _matching(view, agent_id, window).with_only_columns(sa.func.count())
    found: int = session.execute(matching).scalar_one()
    return found


def standing(
    session: Session, wanted: Collection[tuple[str | None, str]], conversation_ids: Collection[str]
) -> dict[tuple[str | None, str], set[str]]:
    """For each (view, agent), which of these conversations stand in it now."""
    found: dict[tuple[str | None, str], set[str]] = {}
    for view_id, agent_id in wanted:  # as many as views are open, each asked about one batch
        view = session.get(SavedView, view_id)
        if view is None:
            continue
        these = select(Conversation.id).where(col(Conversation.id).in_(conversation_ids))
        matching = _matching(view, agent_id, these).with_only_columns(col(Conversation.id))
        found[view_id, agent_id] = set(session.execute(matching).scalars())
    return found


def _window(status: Status, inbox_ids: Collection[str] | None, cursor: str) -> Any:
    query = select(Conversation.id).where(Conversation.status == status)
    if inbox_ids is not None:
        query = query.where(col(Conversation.inbox_id).in_(inbox_ids))
    if cursor:
        query = query.where(sa.tuple_(*ORDER) < paging.place_of(cursor, ORDER))
    return query.order_by(*(c.desc() for c in ORDER)).limit(WINDOW)


def _matching(view: SavedView, agent_id: str | None, among: Any) -> Any:
    chosen = among.subquery()
    return (
        select(Conversation)
        .join(chosen, chosen.c.id == col(Conversation.id))
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .outerjoin(Company, col(Company.id) == col(Contact.company_id))
        .where(view_conditions.compiled(view.conditions, agent_id))
    )


def _check(values: ViewValues) -> None:
    faults: Mapping[str, str] = {}
    if not values.name.strip():
        faults = {"name": "Give it a name."}
    try:
        view_conditions.check(values.conditions)
    except Invalid as error:
        faults = {**faults, **error.fields}
    if faults:
        raise Invalid(fields=faults)


def _tell(session: Session, view: SavedView, did: str, by: Actor) -> None:
    record(
        session, EventKind.SETTING_CHANGED, by=by, setting="saved_view", did=did,
        view_id=view.id, view=view.name,
    )  # fmt: skip
