"""Reports for people: a table with bars, by days and team, and the same as CSV."""

import csv
import io
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlmodel import Session, col, select

from inbox import clock, reports
from inbox.desk import access
from inbox.i18n import gettext as _
from inbox.model import Team
from inbox.reports.base import Report, Scope
from inbox.web import asking, keys, nav
from inbox.web.render import render
from inbox.web.route import Access, Route

PATH = "/reports"
SPANS = (7, 30, 90, 365)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


async def index(request: web.Request) -> web.StreamResponse:  # noqa: ARG001  the shape of a handler
    raise web.HTTPSeeOther(f"{PATH}/{reports.REPORTS[0].slug}")


async def show(request: web.Request) -> web.StreamResponse:
    report = reports.get(request.match_info["slug"])
    days, team_id = _days(request), request.query.get("team", "")
    found = await asking.database(request).read(lambda s: _read(s, request, report, days, team_id))
    if request.query.get("format") == "csv":
        return _csv(report, found["rows"])
    most = max((row[report.bar] or 0 for row in found["rows"]), default=0)
    return render(
        request, "reports/show.html", nav=await nav.load(request), report=report, days=days,
        team_id=team_id, spans=SPANS, reports=reports.REPORTS, most=most, **found,
    )  # fmt: skip


ROUTES = [
    Route("GET", PATH, index, Access.AGENT),
    Route("GET", f"{PATH}/{{slug}}", show, Access.AGENT),
]


def _days(request: web.Request) -> int:
    text = request.query.get("days", "")
    return int(text) if text in {str(span) for span in SPANS} else SPANS[1]


def _read(
    session: Session, request: web.Request, report: Report, days: int, team_id: str
) -> dict[str, Any]:
    agent, role = request[keys.AGENT], request[keys.ROLE]
    zone = ZoneInfo(request.app[keys.SERVICES].workspace.time_zone)
    today = clock.now().astimezone(zone).date()
    visible = None if access.sees_all(role) else list(access.visible_inboxes(session, agent, role))
    scope = Scope(
        first=today - timedelta(days=days - 1), last=today, zone=zone, team_id=team_id or None,
        inbox_ids=visible,
    )  # fmt: skip
    return {
        "rows": report.rows(session, scope),
        "teams": session.exec(select(Team).order_by(col(Team.name))).all(),
    }


def _csv(report: Report, rows: list[dict[str, Any]]) -> web.Response:
    """Durations in seconds, so that one can count with them."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow([_(column.label) for column in report.columns])
    for row in rows:
        table.writerow([_cell(row[column.name]) for column in report.columns])
    return web.Response(
        text=written.getvalue(),
        content_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{report.slug}.csv"'},
    )


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
