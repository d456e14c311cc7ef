"""Messages by the ids that their provider gives them; a long one or an album has several."""

from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.envelope import InboundEnvelope
from inbox.model import Direction, Message, MessagePart

Key = tuple[str, str]  # of the inbox, and the provider's id


def find(session: Session, wanted: Collection[Key]) -> dict[Key, str]:
    """Ids of those that we have, by the provider's; three queries however many are asked for."""
    if not wanted:
        return {}
    inbox_ids = {inbox_id for inbox_id, _ in wanted}
    external_ids = [external_id for _, external_id in wanted]
    found: dict[Key, str] = {}
    for of_provider, where in (
        (col(Message.external_id), col(Message.direction) == Direction.INCOMING),
        (col(Message.provider_id), col(Message.direction) == Direction.OUTGOING),
    ):
        rows = session.execute(
            sa.select(col(Message.inbox_id), of_provider, col(Message.id)).where(
                col(Message.inbox_id).in_(inbox_ids), of_provider.in_(external_ids), where
            )
        )
        found |= {(inbox_id, given): message_id for inbox_id, given, message_id in rows}
    parts = sa.select(
        col(MessagePart.inbox_id), col(MessagePart.external_id), col(MessagePart.message_id)
    ).where(
        col(MessagePart.inbox_id).in_(inbox_ids), col(MessagePart.external_id).in_(external_ids)
    )
    found |= {
        (inbox_id, given): message_id for inbox_id, given, message_id in session.execute(parts)
    }
    return {key: message_id for key, message_id in found.items() if key in wanted}


def of_album(session: Session, pairs: Iterable[tuple[str, InboundEnvelope]]) -> set[Key]:
    """Which parts of albums we have already."""
    wanted = {(inbox_id, e.external_id) for inbox_id, e in pairs if e.album}
    if not wanted:
        return set()
    rows = session.execute(
        sa.select(col(MessagePart.inbox_id), col(MessagePart.external_id)).where(
            col(MessagePart.inbox_id).in_({inbox_id for inbox_id, _ in wanted}),
            col(MessagePart.external_id).in_([external_id for _, external_id in wanted]),
        )
    )
    return {(inbox_id, external_id) for inbox_id, external_id in rows} & wanted


def sent_as(session: Session, inbox_id: str, mail_message_id: str) -> Message | None:
    """Ours of that Message-ID (RFC 5322 section 3.6.4).

    The id alone is asked for and the rest looked at here: SQLite would go by the inbox and its
    direction, through all that it ever sent.
    """
    wanted = select(Message).where(Message.mail_message_id == mail_message_id)
    return next(
        (
            one
            for one in session.exec(wanted)
            if one.inbox_id == inbox_id and one.direction is Direction.OUTGOING
        ),
        None,
    )


def note(session: Session, inbox_id: str, message_id: str, others: Sequence[str]) -> None:
    """Of a message that went out in several; what was noted before stays."""
    have = find(session, {(inbox_id, one) for one in others})
    session.add_all(
        MessagePart(inbox_id=inbox_id, external_id=one[:500], message_id=message_id)
        for one in dict.fromkeys(others)
        if (inbox_id, one) not in have
    )


def provider_id(session: Session, message: Message) -> str:
    """By which the provider can be told which message is meant: of an album its first part."""
    if message.direction is Direction.OUTGOING:
        return message.provider_id or ""
    first = session.exec(
        select(MessagePart.external_id)
        .where(MessagePart.message_id == message.id)
        .order_by(col(MessagePart.external_id))
        .limit(1)
    ).first()
    return first or message.external_id
