"""An address of a contact on a channel kind."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from inbox.model.base import Record, UtcDateTime


class Identity(Record, table=True):
    """`value` is normalised, and (kind, value) belongs to one contact only.

    `stopped_at`: they answered STOP, so nothing may be sent there. `consent_version` is the text
    of a chat's or form's consent that they agreed to.
    """

    __table_args__ = (UniqueConstraint("kind", "value"),)

    contact_id: str = Field(foreign_key="contact.id", index=True)
    kind: str = Field(max_length=32)
    value: str = Field(max_length=320)
    name: str = Field(default="", max_length=300)
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    proof: str = Field(default="", max_length=64)
    is_primary: bool = False
    bouncing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    consent_version: str = Field(default="", max_length=64)
    consented_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
