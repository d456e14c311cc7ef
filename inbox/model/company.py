"""An organisation that contacts belong to."""

from sqlmodel import Field

from inbox.model.base import Record


class Company(Record, table=True):
    name: str = Field(max_length=300, index=True)
    domain: str = Field(default="", max_length=253, index=True)
    about: str = ""
