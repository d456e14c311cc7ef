"""Agents and their roles: added, changed, deactivated; an owner always stays."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from sqlmodel import Session, col, select

from inbox import i18n
from inbox.desk import signing_in
from inbox.errors import Conflict, Forbidden, Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_, Phrase
from inbox.model import Agent, Availability, Permission, Role

OWNER = "owner"
ROLES: dict[str, list[Permission]] = {
    OWNER: list(Permission),
    "admin": list(Permission),
    "agent": [Permission.ANSWER],
}
THEMES = {"", "light", "dark"}  # "" follows the device
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAgent:
    """`password_hash` comes from `passwords.make_hash`, made outside the transaction."""

    name: str
    email: str
    password_hash: str
    role: str = "agent"
    locale: str = ""
    time_zone: str = ""


def create(session: Session, new: NewAgent, *, by: Actor) -> Agent:
    if new.role == OWNER:
        _refuse_unless_owner(session, by)
    role = role_named(session, new.role)
    agent = Agent(
        name=new.name.strip(),
        email=signing_in.normal_email(new.email),
        password_hash=new.password_hash,
        role_id=role.id,
        locale=new.locale,
        time_zone=new.time_zone,
    )
    _check(session, agent, agent.model_dump(include={"name", "email", "locale", "time_zone"}))
    session.add(agent)
    session.flush()
    record(session, EventKind.AGENT_CREATED, by=by, agent_id=agent.id, role=role.name)
    return agent


def update(session: Session, agent_id: str, changes: Mapping[str, Any], *, by: Actor) -> Agent:
    """Set fields of `_CHECKS`; nothing that decides what the agent may do."""
    agent = get(session, agent_id)
    values = {k: v.strip() if isinstance(v, str) else v for k, v in changes.items()}
    if "email" in values:
        values["email"] = signing_in.normal_email(values["email"])
    _check(session, agent, values)
    changed = {name: v for name, v in values.items() if v != getattr(agent, name)}
    if "email" in changed and by.id != agent.id and is_owner(session, agent):
        _refuse_unless_owner(session, by)
    for name, value in changed.items():
        setattr(agent, name, value)
    session.add(agent)
    if "availability" in changed:
        record(
            session, EventKind.AGENT_AVAILABILITY_CHANGED, by=by,
            agent_id=agent.id, availability=str(agent.availability),
        )  # fmt: skip
    if set(changed) - {"availability"}:
        record(session, EventKind.AGENT_UPDATED, by=by, agent_id=agent.id, fields=sorted(changed))
    return agent


def set_role(session: Session, agent_id: str, name: str, *, by: Actor) -> Agent:
    """Sessions of the agent end, so that nothing goes on under the former role."""
    agent, role = get(session, agent_id), role_named(session, name)
    if agent.role_id == role.id:
        return agent
    if is_owner(session, agent) or name == OWNER:
        _refuse_unless_owner(session, by)
    _refuse_without_owner(session, agent)
    agent.role_id = role.id
    session.add(agent)
    signing_in.end_all(session, agent.id)
    record(session, EventKind.AGENT_UPDATED, by=by, agent_id=agent.id, role=role.name)
    return agent


def set_active(session: Session, agent_id: str, active: bool, *, by: Actor) -> Agent:
    """A deactivated agent is signed out everywhere; what he did stays under his name."""
    agent = get(session, agent_id)
    if agent.active == active:
        return agent
    if is_owner(session, agent):
        _refuse_unless_owner(session, by)
        _refuse_without_owner(session, agent)
    agent.active = active
    session.add(agent)
    if not active:
        signing_in.end_all(session, agent.id)
    record(session, EventKind.AGENT_UPDATED, by=by, agent_id=agent.id, active=active)
    return agent


def set_password(
    session: Session, agent_id: str, password_hash: str, *, by: Actor, keep: str | None = None
) -> Agent:
    """Every session ends but `keep`, the one in which it was changed."""
    agent = get(session, agent_id)
    if by.id != agent.id and is_owner(session, agent):
        _refuse_unless_owner(session, by)
    agent.password_hash = password_hash
    session.add(agent)
    signing_in.end_all(session, agent.id, but=keep)
    record(session, EventKind.AGENT_UPDATED, by=by, agent_id=agent.id, fields=["password"])
    return agent


def get(session: Session, agent_id: str) -> Agent:
    agent = session.get(Agent, agent_id)
    if agent is None:
        raise NotFound("There is no such agent.")
    return agent


def by_email(session: Session, email: str) -> Agent | None:
    return session.exec(select(Agent).where(Agent.email == signing_in.normal_email(email))).first()


def every(session: Session) -> list[tuple[Agent, Role]]:
    """Active ones first, then by name."""
    return list(
        session.exec(
            select(Agent, Role)
            .join(Role, col(Role.id) == col(Agent.role_id))
            .order_by(col(Agent.active).desc(), col(Agent.name), col(Agent.id))
        )
    )


def role_named(session: Session, name: str) -> Role:
    """One of the built-in roles, made when first asked for, or one that stands in the table."""
    found = session.exec(select(Role).where(Role.name == name)).first()
    if found is None and name in ROLES:
        found = Role(name=name, permissions=[str(p) for p in ROLES[name]])
        session.add(found)
        session.flush()
    if found is None:
        raise Invalid(fields={"role": Phrase("Choose one of: %(choices)s.", choices=tuple(ROLES))})
    return found


def is_owner(session: Session, agent: Agent) -> bool:
    role = session.get(Role, agent.role_id)
    return role is not None and role.name == OWNER


_CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "name": (lambda v: 0 < len(v) <= 200, N_("Give a name of up to 200 characters.")),
    "email": (
        lambda v: len(v) <= 254 and _EMAIL.fullmatch(v) is not None,
        N_("Give an e-mail address like ana@example.org."),
    ),
    "availability": (lambda v: v in set(Availability), N_("Choose online or away.")),
    "capacity": (lambda v: 0 <= v <= 1000, N_("Give a number from 0 to 1000.")),
    "locale": (lambda v: v in {"", *i18n.LOCALES}, N_("Choose a language from the list.")),
    "theme": (lambda v: v in THEMES, N_("Choose a theme from the list.")),
    "time_zone": (
        lambda v: not v or v in available_timezones(),
        N_("Choose a time zone from the list."),
    ),
    **dict.fromkeys(
        ("mail_when_assigned", "mail_when_answered", "mail_when_unassigned"),
        (lambda v: isinstance(v, bool), N_("Choose on or off.")),
    ),
    "signature": (lambda v: len(v) <= 5000, N_("Use at most 5,000 characters.")),
}


def _check(session: Session, agent: Agent, values: Mapping[str, Any]) -> None:
    wrong = {name: "This can't be changed here." for name in values if name not in _CHECKS}
    for name, value in values.items():
        if name in _CHECKS and not _CHECKS[name][0](value):
            wrong[name] = _CHECKS[name][1]
    if wrong:
        raise Invalid(fields=wrong)
    same = by_email(session, values["email"]) if "email" in values else None
    if same and same is not agent:
        raise Invalid(fields={"email": N_("Another agent has this address.")})


def _refuse_unless_owner(session: Session, by: Actor) -> None:
    """An administrator must not make himself owner, nor take an owner's account over."""
    asking = session.get(Agent, by.id) if by.kind == "agent" and by.id else None
    if by.kind != "system" and not (asking and is_owner(session, asking)):
        raise Forbidden(N_("Only an owner can do this to an owner."))


def _refuse_without_owner(session: Session, agent: Agent) -> None:
    if not is_owner(session, agent):
        return
    others = session.exec(
        select(Agent.id).where(
            Agent.role_id == agent.role_id, Agent.id != agent.id, col(Agent.active)
        )
    ).first()
    if others is None:
        raise Conflict(N_("This is the only owner. Make somebody else an owner first."))
