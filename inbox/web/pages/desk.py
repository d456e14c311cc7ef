"""What every page of the inbox needs: the view, its rows, the open conversation and its people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from aiohttp import web
from sqlmodel import Session, col, select

from inbox import clock, ids
from inbox.crm import contacts
from inbox.desk import (
    access,
    copies,
    drafts,
    listing,
    moments,
    reply_channels,
    tags,
    templates,
    timeline,
)
from inbox.desk.listing import View
from inbox.errors import NotFound
from inbox.i18n import gettext as _
from inbox.model import (
    Agent,
    BusinessHours,
    Contact,
    Conversation,
    Identity,
    Inbox,
    Macro,
    MessageTemplate,
    Role,
    Status,
    Tag,
)  # fmt: skip
from inbox.routing import macros
from inbox.web import carrying, nav
from inbox.web.pages import saved_views

STATUSES = {
    "open": Status.OPEN, "waiting": Status.WAITING, "snoozed": Status.SNOOZED,
    "resolved": Status.RESOLVED, "spam": Status.SPAM,
}  # fmt: skip
EARLIER = 6

AGENT = Agent.__table__.c  # type: ignore[attr-defined]
CONVERSATION = Conversation.__table__.c  # type: ignore[attr-defined]
AGENTS = sa.select(AGENT.id, AGENT.name).where(AGENT.active).order_by(AGENT.name)
OTHERS = (
    sa.select(CONVERSATION.number, CONVERSATION.channel, CONVERSATION.subject, CONVERSATION.preview)
    .where(
        CONVERSATION.contact_id == sa.bindparam("contact_id"),
        CONVERSATION.id != sa.bindparam("conversation_id"),
        CONVERSATION.inbox_id.in_(sa.bindparam("inbox_ids", expanding=True)),
        CONVERSATION.merged_into_id.is_(None),
    )
    .order_by(CONVERSATION.last_at.desc())
    .limit(EARLIER)
)


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
    earlier: Sequence[sa.Row[Any]]
    drafts: Mapping[str, Any]
    agents: Sequence[sa.Row[Any]]
    teams: Sequence[sa.Row[Any]]
    macros: Sequence[Macro]
    week: moments.Week
    zone: str
    copies: Sequence[str]
    templates: Sequence[MessageTemplate]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, with what the page around it shows."""

    view: View
    page: listing.Page
    known: nav.Known


@dataclass(frozen=True, slots=True)
class Offer:
    """A moment in a menu, with the command that chooses it."""

    label: str
    at: datetime
    command: str


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
        **known.teams,
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


def read_list(
    session: Session, view: View, agent: Agent, role: Role, cursor: str | None = None
) -> Listed:
    known = nav.read(session, agent, role)
    if view.kind == "saved":
        page = saved_views.page(session, view, agent.id, known.inbox_ids, cursor)
    else:
        page = listing.page(session, view, agent.id, known.inbox_ids, cursor=cursor)
    return Listed(view, page, known)


def read_one(
    session: Session,
    conversation: Conversation,
    agent: Agent,
    role: Role,
    zone: str,
    before: str | None = None,
) -> Opened:
    """With the newest messages, or with those before the one named; `zone` is the agent's."""
    contact = contacts.get(session, conversation.contact_id)
    others = {
        "contact_id": contact.id,
        "conversation_id": conversation.id,
        "inbox_ids": list(access.visible_inboxes(session, agent, role)),
    }
    channels = reply_channels.choices_for(session, conversation)
    return Opened(
        conversation,
        contact,
        contacts.identities(session, contact.id),
        timeline.entries(session, conversation.id, before=before),
        channels,
        tags.of(session, [conversation.id]).get(conversation.id, []),
        session.execute(OTHERS, others).all(),
        drafts.of(session, agent.id, conversation.id),
        session.execute(AGENTS).all(),
        session.execute(nav.TEAMS).all(),
        macros.every(session),
        _week(session, conversation),
        zone,
        copies.proposed(session, conversation),
        _templates(session, channels),
    )


def _templates(
    session: Session, channels: Sequence[reply_channels.ReplyChannel]
) -> list[MessageTemplate]:
    """Those that may be sent on the channels that know such."""
    wanted = {c.inbox_id for c in channels if carrying.capabilities(c.channel).templates}
    return templates.of(session, sorted(wanted)) if wanted else []


def _week(session: Session, conversation: Conversation) -> moments.Week:
    """The plan of the business hours by which the conversation's inbox goes."""
    found = session.exec(
        select(BusinessHours.week)
        .join(Inbox, col(Inbox.business_hours_id) == col(BusinessHours.id))
        .where(Inbox.id == conversation.inbox_id)
    ).first()
    return found or {}


def context(opened: Opened) -> dict[str, Any]:
    """For the templates of the conversation and the contact's pane."""
    messages = [e.message for e in opened.timeline.entries if e.message]
    return {
        "opened": opened,
        "conversation": opened.conversation,
        "contact": opened.contact,
        "names": Names({a.id: a.name for a in opened.agents}, {t.id: t.name for t in opened.teams}),
        "last_message": messages[-1].id if messages else "",
        "request_id": ids.new(),
        "carries": carrying.capabilities,
        "counts_sms": carrying.counts_sms,
        "offers": offered(opened.zone, opened.week),
        "soonest": clock.now().astimezone(ZoneInfo(opened.zone)),
    }


def offered(zone: str, week: moments.Week) -> list[Offer]:
    """The usual moments to put it aside until, or to send at."""
    labels = {
        "later": _("In three hours"), "evening": _("This evening"),
        "tomorrow": _("Tomorrow morning"), "monday": _("Monday morning"), "week": _("In a week"),
    }  # fmt: skip
    return [
        Offer(labels[choice.name], choice.at, f"snooze-{choice.name}")
        for choice in sorted(moments.choices(clock.now(), zone, week), key=attrgetter("at"))
    ]
