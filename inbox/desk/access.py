"""Who may see and do what; one function a question."""

from sqlmodel import Session, col, select

from inbox.model import Agent, Inbox, InboxMembership, Permission, Role


def visible_inboxes(session: Session, agent: Agent, role: Role) -> dict[str, Inbox]:
    """The inboxes whose conversations this agent may see, by id, in the order of their names."""
    found = list(session.exec(select(Inbox).order_by(col(Inbox.name))))
    if sees_all(role):
        return {inbox.id: inbox for inbox in found}
    mine = set(
        session.exec(select(InboxMembership.inbox_id).where(InboxMembership.agent_id == agent.id))
    )
    return {inbox.id: inbox for inbox in found if not inbox.restricted or inbox.id in mine}


def sees_all(role: Role) -> bool:
    return Permission.SEE_ALL in role.permissions or Permission.ADMINISTER in role.permissions


def may_see(session: Session, agent: Agent, role: Role, inbox_id: str) -> bool:
    """The same for one inbox: open to all, or to this agent by role or membership."""
    inbox = session.get(Inbox, inbox_id)
    if inbox is None:
        return False
    if not inbox.restricted or sees_all(role):
        return True
    membership = select(InboxMembership.id).where(
        InboxMembership.inbox_id == inbox_id, InboxMembership.agent_id == agent.id
    )
    return session.exec(membership).first() is not None
