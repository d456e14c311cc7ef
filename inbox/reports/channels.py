"""By which channels people write."""

from collections.abc import Sequence
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox.i18n import N_
from inbox.model import Conversation, Direction, Message
from inbox.reports import counting
from inbox.reports.base import Column, Report, Row, Scope


class Channels(Report):
    slug: ClassVar[str] = "channels"
    title: ClassVar[str] = N_("Channels")
    about: ClassVar[str] = N_("By which channels customers write and are answered.")
    bar: ClassVar[str] = "incoming"
    columns: ClassVar[Sequence[Column]] = (
        Column("channel", N_("Channel"), "text"),
        Column("begun", N_("Conversations begun")),
        Column("incoming", N_("Messages in")),
        Column("outgoing", N_("Messages out")),
    )

    def rows(self, session: Session, scope: Scope) -> list[Row]:
        number, of = sa.func.count(), col(Conversation.channel)
        begun = dict(
            counting.pairs(session, counting.conversations(scope, of, number).group_by(of))
        )
        keys = (col(Message.channel), col(Message.direction))
        said = {
            (channel, direction): n
            for channel, direction, n in session.execute(
                counting.messages(scope, *keys, number).group_by(*keys)
            )
        }
        names = sorted({*begun, *(channel for channel, _ in said)} - {""})
        return [
            {
                "channel": name,
                "begun": begun.get(name, 0),
                "incoming": said.get((name, Direction.INCOMING), 0),
                "outgoing": said.get((name, Direction.OUTGOING), 0),
            }
            for name in names
        ]
