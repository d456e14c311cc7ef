"""How long it takes until a matter is done."""

from collections.abc import Sequence
from typing import ClassVar

from sqlmodel import Session, col

from inbox.i18n import N_
from inbox.model import Conversation
from inbox.reports import times
from inbox.reports.base import Column, Report, Row, Scope


class Resolution(Report):
    slug: ClassVar[str] = "resolution"
    title: ClassVar[str] = N_("Resolution")
    about: ClassVar[str] = N_("How long it took until conversations were done, in calendar time.")
    bar: ClassVar[str] = "median"
    columns: ClassVar[Sequence[Column]] = (
        Column("day", N_("Day"), "day"),
        Column("begun", N_("Conversations begun")),
        Column("done", N_("Done by now")),
        Column("median", N_("Half within"), "duration"),
        Column("most", N_("Nine of ten within"), "duration"),
    )

    def rows(self, session: Session, scope: Scope) -> list[Row]:
        return times.rows(session, scope, col(Conversation.resolved_at))
