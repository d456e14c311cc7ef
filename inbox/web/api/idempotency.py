"""The same POST with the same Idempotency-Key is done once and answered the same."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from inbox import clock, ids
from inbox.errors import Conflict, Invalid
from inbox.i18n import Phrase
from inbox.model import RememberedAnswer
from inbox.vault import Vault

HEADER = "Idempotency-Key"
LONGEST = 200

Answer = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Remember:
    """Whose key it is, and what it was first used for."""

    token_id: str
    key: str
    fingerprint: str


def once(
    session: Session, remember: Remember, vault: Vault, work: Callable[[Session], Answer]
) -> Answer:
    """The key is taken before the work, so of two at once the second waits and repeats.

    What is remembered is sealed: among the answers are secrets that are shown once.
    """
    if not 0 < len(remember.key) <= LONGEST or "\0" in remember.key:
        raise Invalid(fields={HEADER: Phrase("Give 1 to %(most)d characters.", most=LONGEST)})
    if not _take(session, remember):
        return _repeated(session, remember, vault)
    status, body = work(session)
    sealed = vault.encrypt({"body": body}).decode()
    session.execute(
        sa.update(RememberedAnswer).where(*_of(remember)).values(status=status, body=sealed)
    )
    return status, body


def fingerprint(method: str, path: str, content: bytes) -> str:
    return hashlib.sha256(f"{method} {path}\n".encode() + content).hexdigest()


def short(key: str) -> str:
    """For where a key is part of a longer one."""
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()[:48]


def _take(session: Session, remember: Remember) -> bool:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    now = clock.now()
    taken = session.execute(
        dialect.insert(RememberedAnswer)
        .values(
            id=ids.new(),
            created_at=now,
            updated_at=now,
            token_id=remember.token_id,
            key=remember.key,
            fingerprint=remember.fingerprint,
            status=0,
            body="",
        )
        .on_conflict_do_nothing()
        .returning(col(RememberedAnswer.id))
    )
    return taken.first() is not None


def _repeated(session: Session, remember: Remember, vault: Vault) -> Answer:
    found = session.exec(select(RememberedAnswer).where(*_of(remember))).one()
    if found.fingerprint != remember.fingerprint:
        raise Conflict(
            Phrase("This %(header)s was used for another request. Give a new one.", header=HEADER)
        )
    return found.status, vault.decrypt(found.body.encode())["body"]


def _of(remember: Remember) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(RememberedAnswer.token_id) == remember.token_id,
        col(RememberedAnswer.key) == remember.key,
    )
