"""What an agent is writing, kept as they type."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.errors import Invalid
from inbox.i18n import Phrase
from inbox.model import Draft

KINDS = ("reply", "note", "forward")
LONGEST = 500_000
DRAFTS = select(Draft).where(
    col(Draft.agent_id) == sa.bindparam("agent_id"),
    col(Draft.conversation_id) == sa.bindparam("conversation_id"),
)


def save(  # noqa: PLR0913, PLR0917  what a draft is made of
    session: Session,
    agent_id: str,
    conversation_id: str,
    kind: str,
    text: str,
    particulars: Mapping[str, Any],
    version: int,
) -> Draft:
    """An older version never wins; the stored one is returned then.

    With neither text nor particulars, which say to whom it goes, it is deleted.
    """
    if kind not in KINDS:
        raise Invalid(fields={"kind": "Give reply, note or forward."})
    if len(text) > LONGEST:
        raise Invalid(
            fields={"text": Phrase("A draft has at most %(most)d characters.", most=LONGEST)}
        )
    draft = one(session, agent_id, conversation_id, kind)
    if draft is None:
        draft = Draft(agent_id=agent_id, conversation_id=conversation_id, kind=kind)
    if version < draft.version:
        return draft
    if not text.strip() and not particulars:
        drop(session, agent_id, conversation_id, kind)
        draft = Draft(
            agent_id=agent_id,
            conversation_id=conversation_id,
            kind=kind,
            text=text,
            version=version,
        )
    else:
        draft.text, draft.particulars, draft.version = text, dict(particulars), version
        session.add(draft)
    return draft


def one(session: Session, agent_id: str, conversation_id: str, kind: str) -> Draft | None:
    return session.exec(
        select(Draft).where(
            Draft.agent_id == agent_id,
            Draft.conversation_id == conversation_id,
            Draft.kind == kind,
        )
    ).first()


def of(session: Session, agent_id: str, conversation_id: str) -> dict[str, Draft]:
    given = {"agent_id": agent_id, "conversation_id": conversation_id}
    found = session.exec(DRAFTS, params=given)
    return {draft.kind: draft for draft in found}


def drop(session: Session, agent_id: str, conversation_id: str, kind: str) -> None:
    draft = one(session, agent_id, conversation_id, kind)
    if draft:
        session.delete(draft)
