"""The folded text of a message or contact, which the full-text index of each database covers."""

from sqlalchemy import BigInteger, Integer
from sqlmodel import Field, SQLModel


class SearchDocument(SQLModel, table=True):
    """`rowid` orders by age of indexing; `body` is folded by inbox.folding."""

    __tablename__ = "search_document"

    rowid: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite")
    )
    kind: str = Field(max_length=16)
    subject_id: str = Field(unique=True, max_length=25)
    conversation_id: str | None = Field(default=None, max_length=25)
    contact_id: str | None = Field(default=None, max_length=25)
    inbox_id: str | None = Field(default=None, max_length=25)
    body: str = ""
