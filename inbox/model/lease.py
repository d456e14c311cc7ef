"""Who looks after something that only one process may do at a time."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from inbox.model.base import UtcDateTime


class Lease(SQLModel, table=True):
    """`epoch` grows with each new owner; work done under an older one is refused."""

    name: str = Field(primary_key=True, max_length=120)
    owner: str = Field(max_length=64)
    epoch: int = 1
    until: datetime = Field(sa_type=UtcDateTime)
