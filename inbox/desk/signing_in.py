"""Who is at the browser: tries counted, sessions made, recognised and ended."""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock, ids
from inbox.db import touch
from inbox.desk import throttle
from inbox.errors import NotFound
from inbox.model import Agent, Role
from inbox.model import Session as SignedIn

TRIES = 10  # for one account from one address
TRIES_PER_ACCOUNT = 30  # from addresses that its owner never signed in from; then ever slower
TRIES_PER_ADDRESS = 100
LIFETIME = timedelta(days=30)
IDLE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
TOPIC = "sessions"  # woken when one ends, so that open sockets can be looked through

# made once: every request asks it, and making it costs more than its answer
RECOGNISE = (
    select(SignedIn, Agent, Role)
    .join(Agent, col(Agent.id) == col(SignedIn.agent_id))
    .join(Role, col(Role.id) == col(Agent.role_id))
    .where(
        col(SignedIn.token_hash) == sa.bindparam("token_hash"),
        col(SignedIn.expires_at) > sa.bindparam("now"),
        col(SignedIn.last_seen_at) > sa.bindparam("idle_since"),
        col(Agent.active),
    )
)


def admit(session: Session, email: str, address: str) -> str:
    """The password hash to check a try against, "" for nobody's; counted before it is checked.

    Known and unknown accounts are counted alike. Strangers can't lock the owner out: the tries of
    one address count for that address, and those of all others don't count where the owner
    signed in before.
    """
    name = normal_email(email)
    throttle.count(session, "pair", f"{name} {address}", TRIES)
    throttle.count(session, "address", address, TRIES_PER_ADDRESS)
    if not _has_been_here(session, name, address):
        throttle.slow_down(session, "account", name, TRIES_PER_ACCOUNT)
    found = session.exec(select(Agent.password_hash).where(Agent.email == name, Agent.active))
    return found.first() or ""


def begin(
    session: Session,
    email: str,
    *,
    address: str = "",
    browser: str = "",
    replaces: str | None = None,
) -> str:
    """A new session's token after a right password; the browser's former session ends with it."""
    name = normal_email(email)
    agent = session.exec(select(Agent).where(Agent.email == name, Agent.active)).first()
    if agent is None:
        raise NotFound("This account is not active any more.")
    throttle.forget(session, "account", name)
    throttle.forget(session, "pair", f"{name} {address}")
    if replaces:
        end(session, replaces)
    token = ids.token()
    now = clock.now()
    session.add(
        SignedIn(
            token_hash=hash_of(token),
            agent_id=agent.id,
            expires_at=now + LIFETIME,
            last_seen_at=now,
            address=address[:64],
            browser=browser[:300],
        )
    )
    return token


def recognise(session: Session, token: str) -> tuple[SignedIn, Agent, Role] | None:
    """The live session of a token, with its active agent and role."""
    now = clock.now()
    given = {"token_hash": hash_of(token), "now": now, "idle_since": now - IDLE}
    return session.exec(RECOGNISE, params=given).first()


def is_due(signed_in: SignedIn, now: datetime) -> bool:
    """Whether `seen` has something new to write."""
    return now - signed_in.last_seen_at >= SEEN_EVERY


def seen(session: Session, signed_in: SignedIn) -> None:
    """The person is here: kept on the session and on the agent."""
    now = clock.now()
    for table, row_id in ((SignedIn, signed_in.id), (Agent, signed_in.agent_id)):
        session.execute(sa.update(table).where(col(table.id) == row_id).values(last_seen_at=now))


def end(session: Session, session_id: str) -> None:
    _end(session, col(SignedIn.id) == session_id)


def end_all(session: Session, agent_id: str, *, but: str | None = None) -> None:
    """Every session of the agent, but perhaps the one that asks for it."""
    condition = col(SignedIn.agent_id) == agent_id
    _end(session, condition if but is None else condition & (col(SignedIn.id) != but))


def sessions_of(session: Session, agent_id: str) -> list[SignedIn]:
    """Live ones, latest used first."""
    now = clock.now()
    return list(
        session.exec(
            select(SignedIn)
            .where(
                SignedIn.agent_id == agent_id,
                SignedIn.expires_at > now,
                SignedIn.last_seen_at > now - IDLE,
            )
            .order_by(col(SignedIn.last_seen_at).desc())
        )
    )


def alive(session: Session, session_ids: Collection[str]) -> set[str]:
    """Those of the sessions that have not ended."""
    return set(session.exec(select(SignedIn.id).where(col(SignedIn.id).in_(session_ids))))


def normal_email(email: str) -> str:
    return email.strip().casefold()


def hash_of(token: str) -> str:
    """256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _has_been_here(session: Session, name: str, address: str) -> bool:
    query = (
        select(SignedIn.id)
        .join(Agent, col(Agent.id) == col(SignedIn.agent_id))
        .where(Agent.email == name, SignedIn.address == address[:64])
    )
    return session.exec(query.limit(1)).first() is not None


def _end(session: Session, condition: sa.ColumnElement[bool]) -> None:
    session.execute(sa.delete(SignedIn).where(condition))
    touch(session, TOPIC)
