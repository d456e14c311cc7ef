"""A person who writes to us."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field

from inbox.model.base import JSON, EnumText, FoldedText, Record


class ContactKind(StrEnum):
    CUSTOMER = "customer"
    LEAD = "lead"
    PARTNER = "partner"
    SUPPLIER = "supplier"


class Contact(Record, table=True):
    __table_args__ = (
        Index("ix_contact_sort", "sort_key", "id"),
        Index("ix_contact_added", "created_at", "id"),
        Index(
            "ix_contact_unindexed",
            "id",
            sqlite_where=text("indexed = 0"),
            postgresql_where=text("NOT indexed"),
        ),
    )

    kind: ContactKind = Field(default=ContactKind.CUSTOMER, sa_type=EnumText(ContactKind))
    name: str = Field(default="", max_length=300)
    company_id: str | None = Field(default=None, foreign_key="company.id", index=True)
    title: str = Field(default="", max_length=200)
    language: str = Field(default="", max_length=16)
    time_zone: str = Field(default="", max_length=64)
    city: str = Field(default="", max_length=120)
    country: str = Field(default="", max_length=2)
    about: str = ""
    preferred_channel: str = Field(default="", max_length=32)
    custom: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    owner_id: str | None = Field(default=None, foreign_key="agent.id")
    blocked: bool = False
    merged_into_id: str | None = Field(default=None, foreign_key="contact.id", index=True)
    version: int = 1
    # both follow behind the commit: the folded name, or an address, and whether search knows it
    sort_key: str = Field(default="", sa_type=FoldedText)
    indexed: bool = False
