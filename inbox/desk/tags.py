"""Words that sort conversations."""

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.envelope import in_one_line
from inbox.errors import Invalid
from inbox.events import Actor, EventKind, record
from inbox.i18n import Phrase
from inbox.model import Conversation, Tag, Tagging

LONGEST = 64
TAGS = (
    select(Tagging.conversation_id, Tag)
    .join(Tag, col(Tag.id) == col(Tagging.tag_id))
    .where(col(Tagging.conversation_id).in_(sa.bindparam("conversation_ids", expanding=True)))
    .order_by(col(Tag.name))
)


def has(session: Session, conversation: Conversation, name: str) -> bool:
    return _tagging(session, conversation, name) is not None


def tag(session: Session, conversation: Conversation, name: str, *, by: Actor) -> Tag:
    """Add the tag, made on first use; a second time changes nothing."""
    found = find_or_create(session, name)
    known = session.exec(
        select(Tagging).where(
            Tagging.conversation_id == conversation.id, Tagging.tag_id == found.id
        )
    ).first()
    if known is None:
        session.add(Tagging(conversation_id=conversation.id, tag_id=found.id))
        record(session, EventKind.TAG_ADDED, by=by, conversation=conversation, tag=found.name)
    return found


def untag(session: Session, conversation: Conversation, name: str, *, by: Actor) -> None:
    found = _tagging(session, conversation, name)
    if found:
        session.delete(found)
        record(session, EventKind.TAG_REMOVED, by=by, conversation=conversation, tag=_clean(name))


def of(session: Session, conversation_ids: Sequence[str]) -> dict[str, list[Tag]]:
    """The tags of each conversation, by name, in one query."""
    rows = session.exec(TAGS, params={"conversation_ids": list(conversation_ids)})
    found: dict[str, list[Tag]] = defaultdict(list)
    for conversation_id, one in rows:
        found[conversation_id].append(one)
    return found


def every(session: Session, most: int = 500) -> Sequence[Tag]:
    """By name."""
    return session.exec(select(Tag).order_by(col(Tag.name)).limit(most)).all()


def find_or_create(session: Session, name: str) -> Tag:
    cleaned = _clean(name)
    found = session.exec(select(Tag).where(Tag.name == cleaned)).first()
    if found is None:
        found = Tag(name=cleaned, hue=sum(cleaned.encode()) % 24 * 15)
        session.add(found)
        session.flush()
    return found


def _tagging(session: Session, conversation: Conversation, name: str) -> Tagging | None:
    return session.exec(
        select(Tagging)
        .join(Tag, col(Tag.id) == col(Tagging.tag_id))
        .where(Tagging.conversation_id == conversation.id, Tag.name == _clean(name))
    ).first()


def _clean(name: str) -> str:
    cleaned = in_one_line(" ".join(name.casefold().split()))
    if not cleaned.strip(".") or len(cleaned) > LONGEST:  # dots alone are no part of an address
        raise Invalid(fields={"tag": Phrase("A tag has 1 to %(most)d characters.", most=LONGEST)})
    return cleaned
