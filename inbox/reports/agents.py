"""Who did how much."""

from collections.abc import Sequence
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.i18n import N_
from inbox.model import Agent, Author, Direction, Event, Message
from inbox.reports import counting
from inbox.reports.base import Column, Report, Row, Scope


class Agents(Report):
    slug: ClassVar[str] = "agents"
    title: ClassVar[str] = N_("Agents")
    about: ClassVar[str] = N_("What each agent answered and resolved.")
    bar: ClassVar[str] = "replies"
    columns: ClassVar[Sequence[Column]] = (
        Column("agent", N_("Agent"), "text"),
        Column("replies", N_("Answers")),
        Column("conversations", N_("Conversations answered")),
        Column("resolved", N_("Resolved")),
    )

    def rows(self, session: Session, scope: Scope) -> list[Row]:
        who, matters = col(Message.author_id), col(Message.conversation_id)
        answered = counting.messages(
            scope, who, sa.func.count(), sa.func.count(matters.distinct())
        ).where(
            col(Message.direction) == Direction.OUTGOING,
            col(Message.author_kind) == Author.AGENT,
        )
        replies = {a: (n, c) for a, n, c in session.execute(answered.group_by(who))}
        actor = col(Event.actor_id)
        resolved = counting.resolutions(scope, actor, sa.func.count()).where(
            col(Event.actor_kind) == "agent"
        )
        done = dict(counting.pairs(session, resolved.group_by(actor)))
        agents = session.exec(select(Agent.id, Agent.name, Agent.active).order_by(col(Agent.name)))
        return [
            {
                "agent": name,
                "replies": replies.get(agent_id, (0, 0))[0],
                "conversations": replies.get(agent_id, (0, 0))[1],
                "resolved": done.get(agent_id, 0),
            }
            for agent_id, name, active in agents
            if active or agent_id in replies or agent_id in done
        ]
