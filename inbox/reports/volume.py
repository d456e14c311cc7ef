"""How much there was: conversations begun and resolved, messages in and out, a day."""

from collections.abc import Sequence
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox.i18n import N_
from inbox.model import Conversation, Direction, Event, Message
from inbox.reports import counting
from inbox.reports.base import Column, Report, Row, Scope, by_day, hour_of


class Volume(Report):
    slug: ClassVar[str] = "volume"
    title: ClassVar[str] = N_("Volume")
    about: ClassVar[str] = N_("Conversations begun and resolved, messages in and out, a day.")
    bar: ClassVar[str] = "begun"
    columns: ClassVar[Sequence[Column]] = (
        Column("day", N_("Day"), "day"),
        Column("begun", N_("Conversations begun")),
        Column("incoming", N_("Messages in")),
        Column("outgoing", N_("Messages out")),
        Column("resolved", N_("Resolved")),
    )

    def rows(self, session: Session, scope: Scope) -> list[Row]:
        number = sa.func.count()
        begun = hour_of(session, col(Conversation.created_at))
        said = hour_of(session, col(Message.created_at))
        done = hour_of(session, col(Event.at))
        queries = {
            "begun": counting.conversations(scope, begun, number).group_by(begun),
            "resolved": counting.resolutions(scope, done, number).group_by(done),
        }
        for direction in (Direction.INCOMING, Direction.OUTGOING):
            of_direction = counting.messages(scope, said, number).group_by(said)
            queries[direction] = of_direction.where(col(Message.direction) == direction)
        found = {
            name: by_day(scope, counting.pairs(session, query))
            for name, query in queries.items()  # one for each column
        }
        return [{"day": day, **{n: days[day] for n, days in found.items()}} for day in scope.days]
