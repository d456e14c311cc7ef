"""Reports of how long something takes, by the day on which the conversation began."""

from collections import defaultdict
from datetime import date
from typing import Any

from sqlmodel import Session, col

from inbox.model import Conversation
from inbox.reports import counting
from inbox.reports.base import Row, Scope, percentile

OWN = 1.0  # seconds: who is answered sooner was written to by us first


def rows(session: Session, scope: Scope, until: Any) -> list[Row]:
    """`until` is the column that ends the time; two columns a conversation are read."""
    begun: dict[date, int] = defaultdict(int)
    took: dict[date, list[float]] = defaultdict(list)
    query = counting.conversations(scope, col(Conversation.created_at), until)
    for start, end in session.execute(query):
        day = scope.day_of(start)
        begun[day] += 1
        seconds = (end - start).total_seconds() if end else None
        if seconds is not None and seconds >= OWN:
            took[day].append(seconds)
    return [_row(day, begun[day], sorted(took[day])) for day in scope.days]


def _row(day: date, begun: int, took: list[float]) -> Row:
    return {
        "day": day,
        "begun": begun,
        "done": len(took),
        "median": percentile(took, 0.5),
        "most": percentile(took, 0.9),
    }
