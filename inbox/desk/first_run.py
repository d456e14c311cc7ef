"""The first run: roles, workspace and owner, made once however many try at the same time."""

import sqlalchemy as sa
from sqlmodel import Session, select

from inbox.desk import agents, workspace
from inbox.errors import Conflict
from inbox.events import SYSTEM
from inbox.model import Agent, Workspace


def is_done(session: Session) -> bool:
    return session.exec(select(Agent.id).limit(1)).first() is not None


def begin(
    session: Session,
    name: str,
    owner: agents.NewAgent,
    *,
    locale: str = "en",
    is_demo: bool = False,
) -> tuple[Agent, Workspace]:
    """Conflict when there is an agent already."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        session.execute(sa.text("LOCK TABLE agent IN SHARE ROW EXCLUSIVE MODE"))
    if is_done(session):
        raise Conflict("Inbox is set up already. Sign in.")
    for role in agents.ROLES:
        agents.role_named(session, role)
    made = Workspace(name=workspace.checked_name(name), locale=locale, is_demo=is_demo)
    session.add(made)
    return agents.create(session, owner, by=SYSTEM), made
