"""What every page of the inbox needs: the view, its rows, the open conversation and its people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web
from sqlmodel import Session, col, select

from inbox import clock, ids
from inbox.crm import contacts
from inbox.desk import conversations, drafts, listing, reply_channels, tags, timeline
from inbox.desk.listing import View
from inbox.errors import NotFound
from inbox.i18n import gettext as _
from inbox.model import Agent, Contact, Conversation, Event, Identity, Macro, Status, Tag, Team
from inbox.routing import macros
from inbox.web import keys, nav
from inbox.web.pages import saved_views

STATUSES = {
    "open": Status.OPEN, "waiting": Status.WAITING, "snoozed": Status.SNOOZED,
    "resolved": Status.RESOLVED, "spam": Status.SPAM,
}  # fmt: skip
EARLIER = 6


@dataclass(frozen=True, slots=True)
class Names:
    """Names of agents and teams by id, for rows and events."""

    agents: Mapping[str, str]
    teams: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Opened:
    """Everything that the panes of one conversation show."""

    conversation: Conversation
    contact: Contact
    identities: Sequence[Identity]
    timeline: timeline.Timeline
    channels: Sequence[reply_channels.ReplyChannel]
    tags: Sequence[Tag]
    earlier: Sequence[Conversation]
    drafts: Mapping[str, Any]
    agents: Sequence[Agent]
    teams: Sequence[Team]
    macros: Sequence[Macro]


def view_of(request: web.Request) -> View:
    """From the address: /views/mine, /views/inbox/ID, with ?status=."""
    kind = request.match_info.get("kind", "mine")
    status = request.query.get("status", "open")
    if kind in {"snoozed", "resolved", "spam"}:
        kind, status = "all", kind
    if (
        kind not in {"mine", "unassigned", "all", "inbox", "team", "tag", "saved"}
        or status not in STATUSES
    ):
        raise NotFound("There is no such view.")
    return View(kind=kind, id=request.match_info.get("id"), status=STATUSES[status])


def view_path(view: View) -> str:
    if view.kind == "all" and view.status is Status.SNOOZED:
        return "/views/snoozed"
    return f"/views/{view.kind}" + (f"/{view.id}" if view.id else "")


def title(view: View, known: nav.Known) -> str:
    if view.kind == "all" and view.status is Status.SNOOZED:
        return _("Snoozed")
    fixed = {"mine": _("Mine"), "unassigned": _("Unassigned"), "all": _("All"), "tag": _("Tag")}
    if view.kind in fixed:
        return fixed[view.kind]
    named = {
        **{i.id: i.name for i in known.inboxes.values()},
        **{t.id: t.name for t in known.teams},
        **{v.id: v.name for v in known.views},
    }
    if view.id not in named:
        raise NotFound("There is no such view.")
    return named[view.id]


def tabs(view: View) -> list[dict[str, Any]]:
    labels = {
        Status.OPEN: _("Open"), Status.WAITING: _("Waiting"), Status.SNOOZED: _("Snoozed"),
        Status.RESOLVED: _("Done"),
    }  # fmt: skip
    base = f"/views/{view.kind}" + (f"/{view.id}" if view.id else "")
    return [
        {"label": label, "href": f"{base}?status={status}", "current": view.status is status}
        for status, label in labels.items()
    ]


async def rows(request: web.Request, view: View, known: nav.Known) -> listing.Page:
    if view.kind == "saved":
        return await saved_views.rows(request, view, known)
    agent = request[keys.AGENT]
    cursor = request.query.get("cursor")
    return await request.app[keys.SERVICES].database.read(
        lambda s: listing.page(s, view, agent.id, known.inbox_ids, cursor=cursor)
    )


async def open_one(request: web.Request) -> Opened:
    agent, role, number = request[keys.AGENT], request[keys.ROLE], request.match_info["number"]
    return await request.app[keys.SERVICES].database.read(
        lambda s: read_one(s, conversations.get(s, number, agent, role), agent)
    )


def read_one(session: Session, conversation: Conversation, agent: Agent) -> Opened:
    contact = contacts.get(session, conversation.contact_id)
    earlier = session.exec(
        select(Conversation)
        .where(
            Conversation.contact_id == contact.id,
            Conversation.id != conversation.id,
            col(Conversation.merged_into_id).is_(None),
        )
        .order_by(col(Conversation.last_at).desc())
        .limit(EARLIER)
    ).all()
    return Opened(
        conversation,
        contact,
        contacts.identities(session, contact.id),
        timeline.entries(session, conversation.id),
        reply_channels.choices_for(session, conversation),
        tags.of(session, [conversation.id]).get(conversation.id, []),
        earlier,
        drafts.of(session, agent.id, conversation.id),
        session.exec(select(Agent).where(col(Agent.active)).order_by(col(Agent.name))).all(),
        session.exec(select(Team).order_by(col(Team.name))).all(),
        macros.every(session),
    )


def context(opened: Opened) -> dict[str, Any]:
    """For the templates of the conversation and the contact's pane."""
    messages = [e.message for e in opened.timeline.entries if e.message]
    now = clock.now()
    return {
        "opened": opened,
        "conversation": opened.conversation,
        "contact": opened.contact,
        "names": Names({a.id: a.name for a in opened.agents}, {t.id: t.name for t in opened.teams}),
        "last_message": messages[-1].id if messages else "",
        "request_id": ids.new(),
        "snoozes": snooze_choices(now),
    }


def snooze_choices(now: Any) -> list[tuple[str, str, str]]:
    """(label, ISO time, command) of the usual ones, at nine in the morning UTC."""
    morning = now.replace(hour=9, minute=0, second=0, microsecond=0)
    monday = morning + timedelta(days=(7 - now.weekday()) or 7)
    return [
        (_("In three hours"), (now + timedelta(hours=3)).isoformat(), "snooze-later"),
        (_("Tomorrow"), (morning + timedelta(days=1)).isoformat(), "snooze-tomorrow"),
        (_("Monday"), monday.isoformat(), "snooze-monday"),
        (_("In a week"), (morning + timedelta(days=7)).isoformat(), "snooze-week"),
    ]


def latest(session: Session) -> int:
    """The sequence number of the newest event, which a page is drawn with."""
    found = session.exec(select(Event.seq).order_by(col(Event.seq).desc()).limit(1)).first()
    return found or 0
