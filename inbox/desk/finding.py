"""Conversations by any mixture of filters, for programs; the agents' lists are in `listing`."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.desk import search
from inbox.desk.paging import Order, Page, page
from inbox.errors import Invalid
from inbox.model import Agent, Contact, Conversation, Inbox, Status, Tag, Tagging, Team

MOST_HITS = 500
NOBODY = "none"
REMEDIES = {
    "inbox": "There is no such inbox. Give an id of GET /inboxes.",
    "assignee": "There is no such agent. Give an id of GET /agents, or none.",
    "team": "There is no such team. Give an id of GET /teams, or none.",
    "contact": "There is no such contact. Give an id of GET /contacts.",
    "tag": "There is no such tag. Give a name of GET /tags.",
}
ORDERS = {
    "-last_at": Order((col(Conversation.last_at), col(Conversation.id)), descending=True),
    "last_at": Order((col(Conversation.last_at), col(Conversation.id))),
    "-created_at": Order((col(Conversation.id),), descending=True),
    "created_at": Order((col(Conversation.id),)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Empty fields do not filter; the assignee or team "none" finds what nobody has.

    `inboxes` are those that may be seen (None: all).
    """

    status: Status | None = None
    inbox: str = ""
    assignee: str = ""
    team: str = ""
    contact: str = ""
    tag: str = ""
    words: str = ""
    inboxes: Collection[str] | None = None


def find(
    session: Session, wanted: Filter, *, sort: str = "-last_at", cursor: str = "", limit: int = 50
) -> Page[Conversation]:
    """Invalid names a filter whose value there is not, which else would find nothing for ever."""
    _refuse_unknown(session, wanted)
    query = select(Conversation).where(*_conditions(session, wanted))
    return page(session, query, ORDERS[sort], cursor, limit)


def _refuse_unknown(session: Session, wanted: Filter) -> None:
    hidden = wanted.inboxes is not None and wanted.inbox not in wanted.inboxes
    named: dict[str, Any] = {
        "inbox": None if hidden else session.get(Inbox, wanted.inbox),
        "assignee": True if wanted.assignee == NOBODY else session.get(Agent, wanted.assignee),
        "team": True if wanted.team == NOBODY else session.get(Team, wanted.team),
        "contact": session.get(Contact, wanted.contact),
        "tag": session.exec(select(Tag.id).where(Tag.name == wanted.tag)).first(),
    }
    faults = {
        name: REMEDIES[name] for name, found in named.items() if getattr(wanted, name) and not found
    }
    if faults:
        raise Invalid(fields=faults)


def _conditions(session: Session, wanted: Filter) -> list[Any]:
    conditions: list[Any] = [col(Conversation.status) != Status.MERGED]
    if wanted.status:
        conditions = [col(Conversation.status) == wanted.status]
    if wanted.inboxes is not None:
        conditions.append(col(Conversation.inbox_id).in_(wanted.inboxes))
    for column, value in (
        (col(Conversation.inbox_id), wanted.inbox),
        (col(Conversation.assignee_id), wanted.assignee),
        (col(Conversation.team_id), wanted.team),
        (col(Conversation.contact_id), wanted.contact),
    ):
        if value:
            conditions.append(column.is_(None) if value == NOBODY else column == value)
    if wanted.tag:
        tagged = (
            sa.select(col(Tagging.conversation_id))
            .join(Tag, col(Tag.id) == col(Tagging.tag_id))
            .where(col(Tag.name) == wanted.tag)
        )
        conditions.append(col(Conversation.id).in_(tagged))
    if wanted.words:
        seen = None if wanted.inboxes is None else list(wanted.inboxes)
        hits = search.find(session, wanted.words, seen, limit=MOST_HITS)
        found = {hit.conversation.id for hit in hits if hit.conversation}
        conditions.append(col(Conversation.id).in_(found))
    return conditions
