"""Business hours: a week's plan with its holidays, checked before it is kept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import available_timezones

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_, Phrase
from inbox.model import BusinessHours, Holiday, Inbox, Team

DAYS = tuple("0123456")  # Monday is 0
Span = Sequence[str]
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursForm:
    """`week` maps "0" (Monday) to "6" to spans like ("09:00", "17:00"); holidays have names."""

    name: str
    time_zone: str = "UTC"
    week: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    holidays: Mapping[date, str] = field(default_factory=dict)


def create(session: Session, form: HoursForm, *, by: Actor) -> BusinessHours:
    return _save(session, BusinessHours(name=form.name.strip()), form, by)


def update(session: Session, hours_id: str, form: HoursForm, *, by: Actor) -> BusinessHours:
    return _save(session, get(session, hours_id), form, by)


def delete(session: Session, hours_id: str, *, by: Actor) -> None:
    """Conflict while an inbox or a team goes by them."""
    hours = get(session, hours_id)
    for table in (Inbox, Team):
        used = session.exec(select(table.name).where(table.business_hours_id == hours.id)).first()
        if used:
            raise Conflict(
                Phrase("%(name)s goes by these hours. Choose others there first.", name=used)
            )
    _forget_holidays(session, hours)
    session.delete(hours)
    record(
        session, EventKind.SETTING_CHANGED, by=by,
        setting="business_hours", id=hours.id, name=hours.name, deleted=True,
    )  # fmt: skip


def get(session: Session, hours_id: str) -> BusinessHours:
    hours = session.get(BusinessHours, hours_id)
    if hours is None:
        raise NotFound("There are no such business hours.")
    return hours


def every(session: Session) -> list[BusinessHours]:
    return list(session.exec(select(BusinessHours).order_by(col(BusinessHours.name))))


def holidays(session: Session, hours_id: str) -> list[Holiday]:
    return list(
        session.exec(
            select(Holiday).where(Holiday.business_hours_id == hours_id).order_by(col(Holiday.day))
        )
    )


def _save(session: Session, hours: BusinessHours, form: HoursForm, by: Actor) -> BusinessHours:
    _check(session, hours, form)
    hours.name, hours.time_zone = form.name.strip(), form.time_zone
    hours.week = {day: [list(span) for span in form.week.get(day, ())] for day in DAYS}
    session.add(hours)
    session.flush()
    _forget_holidays(session, hours)
    session.add_all(
        Holiday(business_hours_id=hours.id, day=day, name=name[:120])
        for day, name in form.holidays.items()
    )
    record(
        session, EventKind.SETTING_CHANGED, by=by,
        setting="business_hours", id=hours.id, name=hours.name,
    )  # fmt: skip
    return hours


def _check(session: Session, hours: BusinessHours, form: HoursForm) -> None:
    wrong: dict[str, str] = {}
    name = form.name.strip()
    if not 0 < len(name) <= 120:
        wrong["name"] = N_("Give a name of up to 120 characters.")
    same = select(BusinessHours.id).where(BusinessHours.name == name, BusinessHours.id != hours.id)
    if session.exec(same).first():
        wrong["name"] = N_("Other business hours have this name.")
    if form.time_zone not in available_timezones():
        wrong["time_zone"] = N_("Choose a time zone from the list.")
    for day, spans in form.week.items():
        if day not in DAYS or not all(_is_span(span) for span in spans):
            wrong[f"day_{day}"] = N_("Write times like 09:00-17:00, more than one with commas.")
    if wrong:
        raise Invalid(fields=wrong)


def _is_span(span: Span) -> bool:
    return len(span) == 2 and span[0] != span[1] and all(_TIME.fullmatch(time) for time in span)


def _forget_holidays(session: Session, hours: BusinessHours) -> None:
    session.execute(sa.delete(Holiday).where(col(Holiday.business_hours_id) == hours.id))
