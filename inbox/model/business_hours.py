"""When we are open: a weekly plan in a time zone, and the days it does not hold."""

from datetime import date
from typing import Any

from sqlmodel import Field

from inbox.model.base import JSON, Record


class BusinessHours(Record, table=True):
    """`week` has a list of ["09:00", "17:00"] pairs for each of the days "0" (Monday) to "6"."""

    __tablename__ = "business_hours"

    name: str = Field(unique=True, max_length=120)
    time_zone: str = Field(default="UTC", max_length=64)
    week: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Holiday(Record, table=True):
    business_hours_id: str = Field(foreign_key="business_hours.id", index=True)
    day: date
    name: str = Field(default="", max_length=120)
