"""Tokens by which programs use the API; only the hash is kept, so each is shown once."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock, ids
from inbox.desk.signing_in import hash_of
from inbox.errors import Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_, Phrase
from inbox.model import ApiToken

PREFIX = "inbox_"  # so that secret scanners know one when they see one
INCLUDES = {"read": {"read"}, "write": {"read", "write"}, "admin": {"read", "write", "admin"}}
SCOPES = tuple(INCLUDES)


def create(
    session: Session, name: str, scopes: Sequence[str], *, by: Actor
) -> tuple[ApiToken, str]:
    """The row, and the token itself, which nobody can read again."""
    wrong: dict[str, str] = {}
    if not 0 < len(name.strip()) <= 120:
        wrong["name"] = N_("Say in up to 120 characters what the token is for.")
    if not scopes or not set(scopes) <= set(SCOPES):
        wrong["scopes"] = Phrase("Choose one of: %(choices)s.", choices=SCOPES)
    if wrong:
        raise Invalid(fields=wrong)
    secret = PREFIX + ids.token()
    token = ApiToken(
        name=name.strip(),
        token_hash=hash_of(secret),
        hint=secret[-4:],
        scopes=[scope for scope in SCOPES if scope in scopes],
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


def recognise(session: Session, secret: str) -> ApiToken | None:
    return session.exec(
        select(ApiToken).where(
            ApiToken.token_hash == hash_of(secret), col(ApiToken.revoked_at).is_(None)
        )
    ).first()


def allows(token: ApiToken, scope: str) -> bool:
    return any(scope in INCLUDES.get(held, set()) for held in token.scopes)


def seen(session: Session, token_id: str) -> None:
    session.execute(
        sa.update(ApiToken).where(col(ApiToken.id) == token_id).values(last_used_at=clock.now())
    )


def every(session: Session) -> list[ApiToken]:
    """Newest first; revoked ones stay, so that one can see what there was."""
    return list(session.exec(select(ApiToken).order_by(col(ApiToken.id).desc())))
