"""Files of messages, as rows; their bytes are kept once, however many messages have them."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from inbox.model import Attachment

OF_THE_FILE = {"name", "content_type", "size", "digest", "content_id", "inline", "card"}


def copied(
    session: Session, message_ids: Sequence[str], *, uploader_id: str | None = None
) -> list[str]:
    """The files of these messages once more, for another to take: a row belongs to one message."""
    wanted = select(Attachment).where(col(Attachment.message_id).in_(message_ids))
    copies = [
        Attachment(**one.model_dump(include=OF_THE_FILE), uploader_id=uploader_id)
        for one in session.exec(wanted.order_by(col(Attachment.id)))
    ]
    session.add_all(copies)
    session.flush()
    return [one.id for one in copies]
