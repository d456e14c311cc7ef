"""Which mails of a mailbox we have seen, by their numbers."""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class MailUid(SQLModel, table=True):
    """Stays when what came of the mail is erased, so that the mail does not come back.

    `folder` is empty for the watched one, or "sent". `fingerprint` is a digest of the arrival's
    external id, which tells nothing of the mail and is the same under another number.
    """

    __tablename__ = "mail_uid"
    __table_args__ = (Index("ix_mail_uid_fingerprint", "inbox_id", "fingerprint"),)

    inbox_id: str = Field(foreign_key="inbox.id", primary_key=True)
    folder: str = Field(primary_key=True, max_length=16)
    uid_validity: int = Field(primary_key=True, sa_type=BigInteger)
    uid: int = Field(primary_key=True, sa_type=BigInteger)
    fingerprint: str = Field(max_length=32)
