"""Conversations by any mixture of filters, for programs; the agents' lists are in `listing`."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.desk import search
from inbox.desk.paging import Order, Page, page
from inbox.model import Conversation, Status, Tag, Tagging

MOST_HITS = 500
NOBODY = "none"
ORDERS = {
    "-last_at": Order((col(Conversation.last_at), col(Conversation.id)), descending=True),
    "last_at": Order((col(Conversation.last_at), col(Conversation.id))),
    "-created_at": Order((col(Conversation.id),), descending=True),
    "created_at": Order((col(Conversation.id),)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Empty fields do not filter; the assignee or team "none" finds what nobody has."""

    status: Status | None = None
    inbox: str = ""
    assignee: str = ""
    team: str = ""
    contact: str = ""
    tag: str = ""
    words: str = ""


def find(
    session: Session, wanted: Filter, *, sort: str = "-last_at", cursor: str = "", limit: int = 50
) -> Page[Conversation]:
    query = select(Conversation).where(*_conditions(session, wanted))
    return page(session, query, ORDERS[sort], cursor, limit)


def _conditions(session: Session, wanted: Filter) -> list[Any]:
    conditions: list[Any] = []
    if wanted.status:
        conditions.append(col(Conversation.status) == wanted.status)
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
        hits = search.find(session, wanted.words, None, limit=MOST_HITS)
        found = {hit.conversation.id for hit in hits if hit.conversation}
        conditions.append(col(Conversation.id).in_(found))
    return conditions
