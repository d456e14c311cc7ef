"""Tokens by which programs use the API; only the hash is kept, so each is shown once."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock, ids
from inbox.desk import access
from inbox.desk.signing_in import hash_of
from inbox.errors import Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_, Phrase
from inbox.model import Agent, ApiToken, Inbox, Permission, Role

PREFIX = "inbox_"  # so that secret scanners know one when they see one
INCLUDES = {"read": {"read"}, "write": {"read", "write"}, "admin": {"read", "write", "admin"}}
SCOPES = tuple(INCLUDES)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who calls with a token, and the inboxes whose conversations they may see (None: all)."""

    token: ApiToken
    agent: Agent | None = None
    inbox_ids: frozenset[str] | None = None
    administers: bool = True

    @property
    def actor(self) -> Actor:
        """The agent, by way of the token; or the integration that the token is."""
        if self.agent:
            return Actor("agent", self.agent.id, self.agent.name, via=self.token.name)
        return Actor("api", self.token.id, self.token.name)

    def may(self, scope: str) -> bool:
        """An agent's token can do no more than the agent."""
        return allows(self.token, scope) and (scope != "admin" or self.administers)

    def sees(self, inbox_id: str | None) -> bool:
        return self.inbox_ids is None or inbox_id in self.inbox_ids


def create(
    session: Session,
    name: str,
    scopes: Sequence[str],
    *,
    by: Actor,
    agent_id: str | None = None,
    inbox_ids: Sequence[str] = (),
) -> tuple[ApiToken, str]:
    """The row, and the token itself, which nobody can read again.

    It acts for the agent, or without one for an integration; `inbox_ids` limit it, none do not.
    """
    wrong = _faults(session, name, scopes, agent_id, inbox_ids)
    if wrong:
        raise Invalid(fields=wrong)
    secret = PREFIX + ids.token()
    token = ApiToken(
        name=name.strip(),
        token_hash=hash_of(secret),
        hint=secret[-4:],
        scopes=[scope for scope in SCOPES if scope in scopes],
        agent_id=agent_id,
        inbox_ids=sorted(set(inbox_ids)),
        made_by_id=by.id if by.kind == "agent" else None,
    )
    session.add(token)
    record(session, EventKind.SETTING_CHANGED, by=by, setting="token", id=token.id, name=token.name)
    return token, secret


def revoke(session: Session, token_id: str, *, by: Actor) -> ApiToken:
    token = session.get(ApiToken, token_id)
    if token is None:
        raise NotFound("There is no such token.")
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        session.add(token)
        record(
            session, EventKind.SETTING_CHANGED, by=by,
            setting="token", id=token.id, name=token.name, revoked=True,
        )  # fmt: skip
    return token


def recognise(session: Session, secret: str) -> Bearer | None:
    """None for an unknown or revoked one, and for that of an agent who works here no longer."""
    return _bearer(session, ApiToken.token_hash == hash_of(secret))


def again(session: Session, token_id: str) -> Bearer | None:
    """The same for a token that was recognised before: it may have been revoked since."""
    return _bearer(session, ApiToken.id == token_id)


def allows(token: ApiToken, scope: str) -> bool:
    return any(scope in INCLUDES.get(held, set()) for held in token.scopes)


def seen(session: Session, token_id: str) -> None:
    session.execute(
        sa.update(ApiToken).where(col(ApiToken.id) == token_id).values(last_used_at=clock.now())
    )


def every(session: Session) -> list[ApiToken]:
    """Newest first; revoked ones stay, so that one can see what there was."""
    return list(session.exec(select(ApiToken).order_by(col(ApiToken.id).desc())))


def _bearer(session: Session, is_it: bool) -> Bearer | None:
    token = session.exec(select(ApiToken).where(is_it, col(ApiToken.revoked_at).is_(None))).first()
    if token is None:
        return None
    limit = frozenset(token.inbox_ids) if token.inbox_ids else None
    if token.agent_id is None:
        return Bearer(token, inbox_ids=limit)
    agent = session.get_one(Agent, token.agent_id)
    if not agent.active:
        return None
    role = session.get_one(Role, agent.role_id)
    administers = Permission.ADMINISTER in role.permissions
    if access.sees_all(role):
        return Bearer(token, agent, limit, administers)
    seen = frozenset(access.visible_inboxes(session, agent, role))
    return Bearer(token, agent, seen if limit is None else seen & limit, administers)


def _faults(
    session: Session,
    name: str,
    scopes: Sequence[str],
    agent_id: str | None,
    inbox_ids: Sequence[str],
) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not 0 < len(name.strip()) <= 120:
        wrong["name"] = N_("Say in up to 120 characters what the token is for.")
    if not scopes or not set(scopes) <= set(SCOPES):
        wrong["scopes"] = Phrase("Choose one of: %(choices)s.", choices=SCOPES)
    agent = session.get(Agent, agent_id) if agent_id else None
    if agent_id and (agent is None or not agent.active):
        wrong["agent_id"] = N_("Choose an agent who works here.")
    known = set(session.exec(select(Inbox.id).where(col(Inbox.id).in_(inbox_ids))))
    if set(inbox_ids) - known:
        wrong["inbox_ids"] = N_("Choose among the inboxes there are.")
    elif inbox_ids and "admin" in scopes:
        wrong["inbox_ids"] = N_("A token that administers can't be limited to inboxes.")
    return wrong
