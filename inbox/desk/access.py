"""Who may see and do what; one function a question."""

from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox.model import Agent, Inbox, InboxMembership, Permission, Role

INBOX = Inbox.__table__.c  # type: ignore[attr-defined]
INBOXES = sa.select(
    INBOX.id, INBOX.name, INBOX.kind, INBOX.restricted, INBOX.archived, INBOX.enabled
).order_by(INBOX.name)
MEMBERS = sa.select(col(InboxMembership.agent_id), col(InboxMembership.inbox_id)).where(
    col(InboxMembership.agent_id).in_(sa.bindparam("agent_ids", expanding=True))
)


class SeenInbox(NamedTuple):
    """What lists and navigation show of an inbox."""

    id: str
    name: str
    kind: str
    restricted: bool
    archived: bool = False
    enabled: bool = True


def visible_inboxes(session: Session, agent: Agent, role: Role) -> dict[str, SeenInbox]:
    """The inboxes whose conversations this agent may see, by id, in the order of their names."""
    return visible_to(session, {agent.id: role})[agent.id]


def visible_to(session: Session, people: Mapping[str, Role]) -> dict[str, dict[str, SeenInbox]]:
    """The same for many agents, whose roles are given by their ids; as many queries as for one."""
    found = [SeenInbox(*row) for row in session.execute(INBOXES)]
    everything = {inbox.id: inbox for inbox in found}
    limited = [key for key, role in people.items() if not sees_all(role)]
    if not limited or not any(inbox.restricted for inbox in found):
        return dict.fromkeys(people, everything)
    members = set(session.execute(MEMBERS, {"agent_ids": limited}))
    return {
        key: everything
        if sees_all(role)
        else {i.id: i for i in found if not i.restricted or (key, i.id) in members}
        for key, role in people.items()
    }


def sees_all(role: Role) -> bool:
    return Permission.SEE_ALL in role.permissions or Permission.ADMINISTER in role.permissions


def may_see(session: Session, agent: Agent, role: Role, inbox_id: str) -> bool:
    return inbox_id in visible_inboxes(session, agent, role)
