"""Reports by the API."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlmodel import Session

from inbox import clock, reports
from inbox.errors import Invalid
from inbox.model import Team
from inbox.reports.base import Scope
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Input
from inbox.web.api.setting_shapes import ReportRows, Reports
from inbox.web.route import Access

DAYS = 30


class Span(Input):
    """In the workspace's time zone; left out, the last thirty days."""

    since: date | None = Field(None, description="the first day, as in 2026-11-01")
    until: date | None = Field(None, description="the last day; today if left out")
    team: str = Field("", max_length=25, description="id of a team")


def listed(session: Session, call: Call) -> object:  # noqa: ARG001  the shape of a work
    return {"items": reports.REPORTS}


def show(session: Session, call: Call) -> object:
    report, query = reports.get(call.path["slug"]), call.query
    zone = ZoneInfo(call.services.workspace.time_zone)
    last = query.until or clock.now().astimezone(zone).date()
    if last < date.min + timedelta(days=DAYS):
        raise Invalid(fields={"until": "Give a day of our time."})
    if query.team and session.get(Team, query.team) is None:
        raise Invalid(fields={"team": "There is no such team. Give an id of GET /teams."})
    scope = Scope(
        first=query.since or last - timedelta(days=DAYS - 1),
        last=last,
        zone=zone,
        team_id=query.team or None,
        inbox_ids=call.bearer.inbox_ids,
    )
    return {
        "slug": report.slug, "title": report.title, "columns": report.columns,
        "since": scope.first, "until": scope.last, "items": report.rows(session, scope),
    }  # fmt: skip


OPERATIONS = [
    Operation(
        method="GET", path="/reports", access=Access.API_READ, summary="The reports there are",
        work=listed, gives=Reports,
    ),
    Operation(
        method="GET", path="/reports/{slug}", access=Access.API_READ,
        summary="A report, by days and team", work=show, query=Span, gives=ReportRows,
    ),
]  # fmt: skip
