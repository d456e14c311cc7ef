"""Whether somebody is there, and how soon an answer comes: told, or measured from the last ones."""

from datetime import timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox import clock, ids
from inbox.model import Conversation, Inbox, Status
from inbox.routing import facts

LOOKED_AT = 60  # conversations of each status, the newest
LEAST = 5  # fewer than this say nothing
SPAN = timedelta(days=30)
LONGEST = timedelta(hours=24)  # slower than this, it is better not said
ANSWERED = (Status.WAITING, Status.RESOLVED)


def of(session: Session, inbox: Inbox) -> dict[str, Any]:
    """`opens_at` is missing for those who are there, or who never open."""
    is_open = facts.within_hours(session, inbox)
    return {
        "is_open": is_open,
        "opens_at": None if is_open else facts.opens_at(session, inbox),
        "seconds": None if inbox.settings.get("reply_time") else measured(session, inbox.id),
    }


def measured(session: Session, inbox_id: str) -> int | None:
    """The median of the last first replies, in seconds."""
    newest = [
        sa.select(col(Conversation.created_at), col(Conversation.first_reply_at))
        .where(
            col(Conversation.inbox_id) == inbox_id,
            col(Conversation.status) == status,
            col(Conversation.id) > ids.first_at(clock.now() - SPAN),
        )
        .order_by(col(Conversation.last_at).desc())
        .limit(LOOKED_AT)
        .subquery()
        for status in ANSWERED
    ]
    rows = session.execute(sa.union_all(*(sa.select(each) for each in newest)))
    waits = [(reply - since).total_seconds() for since, reply in rows if reply and reply >= since]
    if len(waits) < LEAST:
        return None
    middle = median(waits)
    return int(middle) if middle <= LONGEST.total_seconds() else None
