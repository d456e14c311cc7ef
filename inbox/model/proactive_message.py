"""What the chat says by itself to somebody who is on a page for a while."""

from sqlmodel import Field

from inbox.model.base import Record


class ProactiveMessage(Record, table=True):
    """`pages` are patterns, one a line, like `/pricing*`; empty: every page.

    `seconds` on the page go by before it is said, and `when_open` keeps it to our hours.
    """

    __tablename__ = "proactive_message"

    inbox_id: str = Field(foreign_key="inbox.id", index=True)
    text: str = Field(max_length=500)
    pages: str = Field(default="", max_length=1000)
    seconds: int = 30
    when_open: bool = True
    enabled: bool = True
