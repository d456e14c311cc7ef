"""The numbers of a mailbox's mails that we have seen: for finding gaps, and what was erased."""

import hashlib
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from inbox.envelope import RawItem
from inbox.model import Arrival, MailUid

DIGITS = 32


def fingerprint(external_id: str) -> str:
    return hashlib.sha256(external_id.encode()).hexdigest()[:DIGITS]


def note(session: Session, inbox_id: str, items: Sequence[RawItem]) -> None:
    """In the transaction that keeps them."""
    rows = [
        {"inbox_id": inbox_id, "folder": item.meta.get("folder", ""),
         "uid_validity": item.meta["uidvalidity"], "uid": item.meta["uid"],
         "fingerprint": fingerprint(item.external_id)}
        for item in items if "uid" in item.meta
    ]  # fmt: skip
    if rows:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        session.execute(dialect.insert(MailUid).on_conflict_do_nothing(), rows)


def erased(session: Session, inbox_id: str, items: Sequence[RawItem]) -> set[str]:
    """External ids of those that we had once and that a person had erased since."""
    by_print = {fingerprint(i.external_id): i.external_id for i in items if "uid" in i.meta}
    if not by_print:
        return set()
    seen = sa.select(col(MailUid.fingerprint)).where(
        col(MailUid.inbox_id) == inbox_id, col(MailUid.fingerprint).in_(list(by_print))
    )
    known = {by_print[found] for found in session.execute(seen).scalars()}
    return known - _stored(session, inbox_id, known)


def unknown(session: Session, inbox_id: str, items: Sequence[RawItem]) -> list[RawItem]:
    """Those that were missed: neither here nor erased."""
    ids = {item.external_id for item in items}
    have = _stored(session, inbox_id, ids) | erased(session, inbox_id, items)
    return [item for item in items if item.external_id not in have]


def numbers(session: Session, inbox_id: str, folder: str, uid_validity: int) -> set[int]:
    """All that were seen of a folder."""
    query = sa.select(col(MailUid.uid)).where(
        col(MailUid.inbox_id) == inbox_id,
        col(MailUid.folder) == folder,
        col(MailUid.uid_validity) == uid_validity,
    )
    return set(session.execute(query).scalars())


def _stored(session: Session, inbox_id: str, external_ids: set[str]) -> set[str]:
    if not external_ids:
        return set()
    query = sa.select(col(Arrival.external_id)).where(
        col(Arrival.inbox_id) == inbox_id,
        col(Arrival.external_id).in_([one[:500] for one in external_ids]),
    )
    stored = set(session.execute(query).scalars())
    return {one for one in external_ids if one[:500] in stored}
