"""Business hours: a week in a time zone, and holidays."""

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from aiohttp import web
from pydantic import Field

from inbox.desk import hours
from inbox.errors import Conflict, InboxError, Invalid
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.web import asking, fields, forms
from inbox.web.pages.settings import overtaking, sections
from inbox.web.route import Access, Route

PATH = "/settings/business-hours"
DAY_NAMES = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"),
    N_("Sunday"),
)  # fmt: skip
WORKDAY = "09:00-17:00"


class HoursPage(sections.FormModel):
    """A week's plan; each day has spans like 09:00-12:00, 13:00-17:00, or is empty."""

    name: str = Field(title=N_("Name"), min_length=1, max_length=120)
    time_zone: str = Field("UTC", title=N_("Time zone"))
    day_0: str = Field(WORKDAY, title=DAY_NAMES[0], max_length=100)
    day_1: str = Field(WORKDAY, title=DAY_NAMES[1], max_length=100)
    day_2: str = Field(WORKDAY, title=DAY_NAMES[2], max_length=100)
    day_3: str = Field(WORKDAY, title=DAY_NAMES[3], max_length=100)
    day_4: str = Field(WORKDAY, title=DAY_NAMES[4], max_length=100)
    day_5: str = Field("", title=DAY_NAMES[5], max_length=100)
    day_6: str = Field("", title=DAY_NAMES[6], max_length=100)
    holidays: list[str] = Field(
        default_factory=list, title=N_("Holidays"),
        description=N_("One a line: the date and a name, like “2026-12-25 Christmas”."),
    )  # fmt: skip


async def index(request: web.Request) -> web.StreamResponse:
    found = await asking.database(request).read(hours.every)
    return await sections.show(request, "settings/hours/index.html", plans=found)


async def new(request: web.Request) -> web.StreamResponse:
    return await _form(request, {}, title=_("Add business hours"))


async def create(request: web.Request) -> web.StreamResponse:
    values = await forms.posted(request, HoursPage)
    try:
        form = _read(forms.validated(HoursPage, values))
        await asking.database(request).write(
            lambda s: hours.create(s, form, by=asking.actor(request))
        )
    except Invalid as error:
        return await _form(request, values, error, title=_("Add business hours"))
    raise web.HTTPSeeOther(PATH)


async def show(request: web.Request) -> web.StreamResponse:
    hours_id = asking.wanted(request)
    values = await asking.database(request).read(lambda s: _values(s, hours_id))
    return await _form(request, values, title=values["name"])


async def update(request: web.Request) -> web.StreamResponse:
    values = await forms.posted(request, HoursPage)
    hours_id, seen = asking.wanted(request), await overtaking.seen(request)
    try:
        form = _read(forms.validated(HoursPage, values))

        def work(session: Any) -> None:
            overtaking.check(seen, _values(session, hours_id))
            hours.update(session, hours_id, form, by=asking.actor(request))

        await asking.database(request).write(work)
    except (Invalid, Conflict) as error:
        return await _form(request, values, error, title=_("Business hours"))
    raise web.HTTPSeeOther(PATH)


async def delete(request: web.Request) -> web.StreamResponse:
    hours_id = asking.wanted(request)
    try:
        await asking.database(request).write(
            lambda s: hours.delete(s, hours_id, by=asking.actor(request))
        )
    except Conflict as error:
        values = await asking.database(request).read(lambda s: _values(s, hours_id))
        return await _form(request, values, error, title=values["name"])
    raise web.HTTPSeeOther(PATH)


ROUTES = [
    Route("GET", PATH, index, Access.ADMIN),
    Route("GET", f"{PATH}/new", new, Access.ADMIN),
    Route("POST", f"{PATH}/new", create, Access.ADMIN),
    Route("GET", f"{PATH}/{{id}}", show, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}", update, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/delete", delete, Access.ADMIN),
]


def _read(page: HoursPage) -> hours.HoursForm:
    """Spans and dates out of the lines as they were typed."""
    week = {day: _spans(getattr(page, f"day_{day}")) for day in hours.DAYS}
    wrong, holidays = "", {}
    for line in page.holidays:
        day, _space, name = line.partition(" ")
        try:
            holidays[date.fromisoformat(day)] = name.strip()
        except ValueError:
            wrong = N_("Begin each line with a date like 2026-12-25.")
    if wrong:
        raise Invalid(fields={"holidays": wrong})
    return hours.HoursForm(name=page.name, time_zone=page.time_zone, week=week, holidays=holidays)


def _spans(text: str) -> list[list[str]]:
    parts = (part.replace(" ", "") for part in text.split(","))
    return [part.split("-") for part in parts if part]


def _values(session: Any, hours_id: str) -> dict[str, Any]:
    plan = hours.get(session, hours_id)
    days = {
        f"day_{day}": ", ".join("-".join(span) for span in plan.week.get(day, ()))
        for day in hours.DAYS
    }
    off = [f"{holiday.day} {holiday.name}" for holiday in hours.holidays(session, hours_id)]
    return {"name": plan.name, "time_zone": plan.time_zone, **days, "holidays": off}


async def _form(
    request: web.Request, values: dict[str, Any], error: InboxError | None = None, *, title: str
) -> web.Response:
    zones = [(name, name) for name in sorted(available_timezones())]
    options = {"time_zone": zones}
    drawn = fields.describe(HoursPage, values, sections.errors_of(error), options)
    lead = _("Write times like 09:00-17:00, more than one with commas; nothing is closed.")
    return await sections.show_form(
        request, drawn, error, template="settings/hours/form.html", title=title, back=PATH,
        lead=lead, hours_id=request.match_info.get("id", ""),
        **await overtaking.context(request, HoursPage, values, error, options),
    )  # fmt: skip
