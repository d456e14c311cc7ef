"""Calls, meetings, letters and talks, which the other reports leave out."""

from collections.abc import Sequence
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox.i18n import N_
from inbox.model import Conversation, Direction, Interaction, InteractionKind, Message
from inbox.reports.base import Column, Report, Row, Scope


class Interactions(Report):
    slug: ClassVar[str] = "interactions"
    title: ClassVar[str] = N_("Calls and meetings")
    about: ClassVar[str] = N_("What was logged: calls, meetings, letters, personal conversations.")
    bar: ClassVar[str] = "incoming"
    columns: ClassVar[Sequence[Column]] = (
        Column("channel", N_("Kind"), "text"),
        Column("incoming", N_("From customers")),
        Column("outgoing", N_("From us")),
        Column("length", N_("Time together"), "duration"),
    )

    def rows(self, session: Session, scope: Scope) -> list[Row]:
        query = (
            sa.select(
                col(Interaction.kind),
                col(Message.direction),
                sa.func.count(),
                sa.func.sum(col(Interaction.seconds)),
            )
            .join(Message, col(Message.id) == col(Interaction.message_id))
            .where(scope.span(col(Message.id)))
            .group_by(col(Interaction.kind), col(Message.direction))
        )
        if limits := scope.of_conversations():
            joined = query.join(Conversation, col(Conversation.id) == col(Message.conversation_id))
            query = joined.where(*limits)
        found = {
            (kind, direction): (number, int(seconds or 0))
            for kind, direction, number, seconds in session.execute(query)
        }
        none = (0, 0)
        return [
            {
                "channel": kind,
                "incoming": found.get((kind, Direction.INCOMING), none)[0],
                "outgoing": found.get((kind, Direction.OUTGOING), none)[0],
                "length": sum(found.get((kind, one), none)[1] for one in Direction),
            }
            for kind in InteractionKind
            if any(key[0] == kind for key in found)
        ]
