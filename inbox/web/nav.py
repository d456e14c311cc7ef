"""What the navigation shows: views with counts, inboxes, teams, and places of the workspace."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlmodel import Session, col, select

from inbox.desk import access, listing
from inbox.desk.listing import Counts
from inbox.i18n import gettext as _
from inbox.model import Inbox, Permission, SavedView, Team, TeamMembership
from inbox.routing import views
from inbox.web import keys
from inbox.web.icons import ICONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    key: str
    label: str
    path: str
    icon: str
    count: int = 0
    current: bool = False
    command: str = ""
    bar: bool = False


@dataclass(frozen=True, slots=True)
class Nav:
    views: Sequence[Item]
    saved: Sequence[Item]
    inboxes: Sequence[Item]
    teams: Sequence[Item]
    links: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Known:
    """What the agent may see, for the pages that need more than the navigation."""

    inboxes: dict[str, Inbox]
    teams: Sequence[Team]
    counts: Counts
    inbox_ids: Sequence[str] | None  # None: no limit
    views: Sequence[SavedView] = ()


async def load(request: web.Request) -> Nav:
    known = await look(request)
    return draw(known, request.path, with_settings=administers(request))


async def look(request: web.Request) -> Known:
    agent, role = request[keys.AGENT], request[keys.ROLE]
    return await request.app[keys.SERVICES].database.read(lambda s: read(s, agent, role))


def read(session: Session, agent: Any, role: Any) -> Known:
    inboxes = access.visible_inboxes(session, agent, role)
    teams = session.exec(select(Team).order_by(col(Team.name))).all()
    if not access.sees_all(role):
        mine = set(
            session.exec(select(TeamMembership.team_id).where(TeamMembership.agent_id == agent.id))
        )
        teams = [team for team in teams if team.id in mine]
    counts = listing.counts(session, agent, list(inboxes.values()), teams)
    limited = None if access.sees_all(role) else list(inboxes)
    return Known(inboxes, teams, counts, limited, views.seen_by(session, agent.id))


def draw(known: Known, path: str, *, with_settings: bool) -> Nav:
    counts = known.counts
    own = [
        _item("mine", _("Mine"), "/views/mine", "inbox", path, counts.mine, "go-mine", bar=True),
        _item("unassigned", _("Unassigned"), "/views/unassigned", "user-round-x", path,
              counts.unassigned, "go-unassigned", bar=True),
        _item("all", _("All"), "/views/all", "users", path, counts.everything, "go-all", bar=True),
        _item("snoozed", _("Snoozed"), "/views/snoozed", "clock", path, counts.snoozed,
              "go-snoozed"),
    ]  # fmt: skip
    saved = [
        _item(f"view-{v.id}", v.name, f"/views/saved/{v.id}", "list-filter", path,
              command=f"go-view-{v.id}")
        for v in known.views
    ]  # fmt: skip
    saved.append(_item("new-view", _("New view"), "/saved-views/new", "plus", path, 0, "new-view"))
    inboxes = [
        _item(f"inbox-{i.id}", i.name, f"/views/inbox/{i.id}", ICONS.get(i.kind, "inbox"), path,
              counts.inboxes[i.id])
        for i in known.inboxes.values()
    ]  # fmt: skip
    teams = [
        _item(f"team-{t.id}", t.name, f"/views/team/{t.id}", "users", path, counts.teams[t.id])
        for t in known.teams
    ]
    links = [
        _item("contacts", _("Contacts"), "/contacts", "contact-round", path, 0, "go-contacts"),
        _item("reports", _("Reports"), "/reports", "chart-line", path, 0, "go-reports"),
    ]
    if with_settings:
        links.append(
            _item("settings", _("Settings"), "/settings", "settings", path, 0, "go-settings")
        )
    return Nav(own, saved, inboxes, teams, links)


def _item(  # noqa: PLR0913, PLR0917  the parts of a link
    key: str, label: str, path: str, icon: str, here: str, count: int = 0, command: str = "",
    *, bar: bool = False,
) -> Item:  # fmt: skip
    current = here == path or (path != "/" and here.startswith(f"{path}/"))
    return Item(
        key=key, label=label, path=path, icon=icon, count=count, current=current,
        command=command, bar=bar,
    )  # fmt: skip


def administers(request: web.Request) -> bool:
    return Permission.ADMINISTER in request[keys.ROLE].permissions
