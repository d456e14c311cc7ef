"""What the navigation shows: views with counts, inboxes, teams, and places of the workspace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from aiohttp import web
from sqlmodel import Session, col

from inbox.desk import access, arrivals, counters, failures, listing
from inbox.desk.access import SeenInbox
from inbox.desk.listing import Counts
from inbox.i18n import gettext as _
from inbox.model import Agent, Permission, Role, SavedView, Team, TeamMembership
from inbox.routing import views
from inbox.web import keys
from inbox.web.icons import ICONS

TEAM = Team.__table__.c  # type: ignore[attr-defined]
TEAMS = sa.select(TEAM.id, TEAM.name).order_by(TEAM.name)
MEMBERS = sa.select(col(TeamMembership.agent_id), col(TeamMembership.team_id)).where(
    col(TeamMembership.agent_id).in_(sa.bindparam("agent_ids", expanding=True))
)


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

    inboxes: Mapping[str, SeenInbox]
    teams: Mapping[str, str]  # names by id
    counts: Counts
    inbox_ids: Sequence[str] | None  # None: no limit
    views: Sequence[SavedView] = ()
    failed: Mapping[str, int] = field(default_factory=dict)  # sends, by inbox
    quarantined: Mapping[str, int] = field(default_factory=dict)


async def load(request: web.Request) -> Nav:
    known = await look(request)
    return draw(known, request.path, with_settings=administers(request))


async def look(request: web.Request) -> Known:
    agent, role = request[keys.AGENT], request[keys.ROLE]
    return await request.app[keys.SERVICES].database.read(lambda s: read(s, agent, role))


def read(session: Session, agent: Agent, role: Role) -> Known:
    known = read_all(session, {agent.id: role})[agent.id]
    administers = Permission.ADMINISTER in role.permissions
    return replace(
        known,
        views=views.seen_by(session, agent.id),
        failed=failures.counts(session),
        quarantined=arrivals.quarantined(session) if administers else {},
    )


def read_all(session: Session, people: Mapping[str, Role]) -> dict[str, Known]:
    """For many agents, whose roles are given by their ids, with as many queries as for one.

    Without their saved views, which nobody is told of.
    """
    inboxes = access.visible_to(session, people)
    teams = _teams(session, people)
    keys = {key for one in people for key in listing.counted(one, inboxes[one], teams[one])}
    numbers = counters.read(session, keys)
    return {
        one: Known(
            inboxes[one],
            teams[one],
            listing.counts_from(numbers, one, inboxes[one], teams[one]),
            None if access.sees_all(role) else list(inboxes[one]),
        )
        for one, role in people.items()
    }


def _teams(session: Session, people: Mapping[str, Role]) -> dict[str, dict[str, str]]:
    """Names by id: all of them for those who see all, else one's own."""
    every = {key: name for key, name in session.execute(TEAMS)}  # noqa: C416  a Result has keys()
    limited = [one for one, role in people.items() if not access.sees_all(role)]
    if not limited or not every:
        return dict.fromkeys(people, every)
    members = set(session.execute(MEMBERS, {"agent_ids": limited}))
    return {
        one: every
        if access.sees_all(role)
        else {key: name for key, name in every.items() if (one, key) in members}
        for one, role in people.items()
    }


def draw(known: Known, path: str, *, with_settings: bool) -> Nav:
    counts = known.counts
    own = [
        _item("mine", _("Mine"), "/views/mine", "inbox", path, counts.mine, "go-mine", bar=True),
        _item("unassigned", _("Unassigned"), "/views/unassigned", "user-round-x", path,
              counts.unassigned, "go-unassigned", bar=True),
        _item("all", _("All"), "/views/all", "layers", path, counts.everything, "go-all", bar=True),
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
        if not i.archived
    ]  # fmt: skip
    teams = [
        _item(f"team-{key}", name, f"/views/team/{key}", "users", path, counts.teams[key])
        for key, name in known.teams.items()
    ]
    return Nav(own, saved, inboxes, teams, _links(known, path, with_settings=with_settings))


def _links(known: Known, path: str, *, with_settings: bool) -> list[Item]:
    """The places of the workspace; what went wrong stands among them as long as it does."""
    links = [
        _item("contacts", _("Contacts"), "/contacts", "contact-round", path, 0, "go-contacts"),
        _item("reports", _("Reports"), "/reports", "chart-line", path, 0, "go-reports"),
    ]
    if any(inbox.kind == "webchat" and inbox.enabled for inbox in known.inboxes.values()):
        links.insert(1, _item("visitors", _("Visitors"), "/visitors", "globe", path))
    troubles = (
        ("failed", _("Failed sends"), "/failed-sends", "circle-alert", known.failed),
        ("quarantine", _("Quarantine"), "/settings/quarantine", "shield", known.quarantined),
    )
    for key, label, place, icon, numbers in troubles:
        if count := sum(numbers.get(inbox_id, 0) for inbox_id in known.inboxes):
            here = "" if place.startswith("/settings") else path  # the settings are current then
            links.append(_item(key, label, place, icon, here, count))
    if with_settings:
        links.append(
            _item("settings", _("Settings"), "/settings", "settings", path, 0, "go-settings")
        )
    return links


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
