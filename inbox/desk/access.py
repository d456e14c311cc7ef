"""Who may see and do what; one function a question."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.model import Agent, Inbox, InboxMembership, Permission, Role

INBOX = Inbox.__table__.c  # type: ignore[attr-defined]
INBOXES = sa.select(INBOX.id, INBOX.name, INBOX.kind, INBOX.restricted, INBOX.archived).order_by(
    INBOX.name
)


class SeenInbox(NamedTuple):
    """What lists and navigation show of an inbox."""

    id: str
    name: str
    kind: str
    restricted: bool
    archived: bool = False


def visible_inboxes(session: Session, agent: Agent, role: Role) -> dict[str, SeenInbox]:
    """The inboxes whose conversations this agent may see, by id, in the order of their names."""
    found = [SeenInbox(*row) for row in session.execute(INBOXES)]
    if not sees_all(role) and any(inbox.restricted for inbox in found):
        mine = _memberships(session, agent)
        found = [inbox for inbox in found if not inbox.restricted or inbox.id in mine]
    return {inbox.id: inbox for inbox in found}


def sees_all(role: Role) -> bool:
    return Permission.SEE_ALL in role.permissions or Permission.ADMINISTER in role.permissions


def may_see(session: Session, agent: Agent, role: Role, inbox_id: str) -> bool:
    return inbox_id in visible_inboxes(session, agent, role)


def _memberships(session: Session, agent: Agent) -> set[str]:
    mine = select(InboxMembership.inbox_id).where(col(InboxMembership.agent_id) == agent.id)
    return set(session.exec(mine))
