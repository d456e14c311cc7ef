"""The contacts in the index: fed behind the commit, found by the beginnings of words."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.desk import search
from inbox.desk.search.words import CONTACT_WORD, MOST, words_of
from inbox.folding import fold
from inbox.model import Contact, Identity, SearchDocument

BATCH = 300
KEY_LENGTH = 300


def index_new(session: Session) -> int:
    """Those that are new or were changed; how many."""
    found = session.exec(
        select(Contact)
        .where(col(Contact.indexed).is_(False))
        .order_by(col(Contact.id))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    if not found:
        return 0
    ids = {contact.id for contact in found}
    search.index_contacts(session, ids)
    addresses = _addresses(session, ids)
    session.execute(
        sa.update(Contact),
        [
            {"id": contact.id, "indexed": True, "sort_key": _key(contact, addresses)}
            for contact in found
        ],
    )
    return len(found)


def matching(session: Session, query: str) -> Any:
    """Ids of contacts with all words of the query at the beginning of theirs, as a subquery."""
    words = words_of(query)[:MOST]
    if not words:
        return None
    begins = search.side(session).beginning([CONTACT_WORD, *words])
    return sa.select(col(SearchDocument.subject_id)).where(
        col(SearchDocument.kind) == "contact", begins
    )


def _key(contact: Contact, addresses: Mapping[str, str]) -> str:
    return fold(contact.name or addresses.get(contact.id, "")).strip()[:KEY_LENGTH]


def _addresses(session: Session, contact_ids: set[str]) -> dict[str, str]:
    rows = session.execute(
        sa.select(col(Identity.contact_id), sa.func.min(col(Identity.value)))
        .where(col(Identity.contact_id).in_(contact_ids))
        .group_by(col(Identity.contact_id))
    )
    return {contact_id: value for contact_id, value in rows}  # noqa: C416  a Result has keys() of its own
