"""The one workspace of this database, and its kept counters."""

from sqlmodel import Field, SQLModel

from inbox.model.base import Record


class Workspace(Record, table=True):
    name: str = Field(default="Inbox", max_length=120)
    hue: int = 265
    locale: str = Field(default="en", max_length=16)
    time_zone: str = Field(default="UTC", max_length=64)
    undo_seconds: int = 10
    # days for which things are kept; 0 is for ever, but for raws, where it means in the database
    rule_run_days: int = 90
    webhook_log_days: int = 30
    remembered_answer_days: int = 7
    inline_raw_days: int = 7
    is_demo: bool = False


class Counter(SQLModel, table=True):
    """How many, kept in the transaction that changes it; docs/performance.md says why."""

    key: str = Field(primary_key=True, max_length=120)
    value: int = 0
