"""How long customers wait for the first answer of a person."""

from collections.abc import Sequence
from typing import ClassVar

from sqlmodel import Session, col

from inbox.i18n import N_
from inbox.model import Conversation
from inbox.reports import times
from inbox.reports.base import Column, Report, Row, Scope


class FirstResponse(Report):
    slug: ClassVar[str] = "first-response"
    title: ClassVar[str] = N_("First response")
    about: ClassVar[str] = N_("How long customers waited for the first answer, in calendar time.")
    bar: ClassVar[str] = "median"
    columns: ClassVar[Sequence[Column]] = (
        Column("day", N_("Day"), "day"),
        Column("begun", N_("Conversations begun")),
        Column("done", N_("Answered")),
        Column("median", N_("Half within"), "duration"),
        Column("most", N_("Nine of ten within"), "duration"),
    )

    def rows(self, session: Session, scope: Scope) -> list[Row]:
        return times.rows(session, scope, col(Conversation.first_reply_at))
