"""From events to the partials that a page takes in: rows, messages, lines, states."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup
from sqlmodel import Session

from inbox.desk import listing, timeline, trail
from inbox.desk.listing import Counts, View
from inbox.desk.timeline import Entry
from inbox.events import EventKind
from inbox.model import Agent, Permission, Role
from inbox.routing import views
from inbox.web import nav
from inbox.web.icons import ICONS
from inbox.web.render import draw as draw_template
from inbox.web.render import environment

NEW_MESSAGE = {
    EventKind.MESSAGE_RECEIVED, EventKind.SIDE_MESSAGE_RECEIVED, EventKind.SIDE_MESSAGE_QUEUED,
    EventKind.REPLY_QUEUED, EventKind.REPLY_FOUND, EventKind.NOTE_ADDED,
    EventKind.INTERACTION_LOGGED,
}  # fmt: skip
CHANGED_MESSAGE = {
    EventKind.DELIVERY_CHANGED, EventKind.REPLY_CANCELLED, EventKind.MESSAGE_EDITED,
    EventKind.MESSAGE_REACTED,
}  # fmt: skip
AGENT = Agent.__table__.c  # type: ignore[attr-defined]
AGENTS = sa.select(AGENT.id, AGENT.name)


@dataclass(frozen=True, slots=True)
class Push:
    """`row` is for lists in which the conversation stands, `gone` for the others.

    `inside` is for the pages that watch the conversation.
    """

    seq: int
    inbox_id: str | None
    conversation: sa.Row[Any]
    row: str
    gone: str
    inside: str


@dataclass(frozen=True, slots=True)
class News:
    """Events, what they speak of, and what each agent may see of it."""

    events: Sequence[sa.Row[Any]]
    known: Mapping[str, nav.Known]
    conversations: Mapping[str, sa.Row[Any]]
    entries: Mapping[str, Entry]
    agents: Mapping[str, str]
    teams: Mapping[str, str]
    tagged: Collection[tuple[str, str]] = ()
    saved: Mapping[tuple[str | None, str], Collection[str]] = field(default_factory=dict)

    def stands(self, view: View, conversation: sa.Row[Any], agent_id: str) -> bool:
        """Whether the conversation is in the list that this agent looks at."""
        if not listing.matches(view, conversation, agent_id, self.tagged):
            return False
        return view.kind != "saved" or conversation.id in self.saved.get((view.id, agent_id), ())


def read(
    session: Session,
    after: int,
    limit: int,
    people: Mapping[str, Role],
    looked_at: Collection[tuple[View, str]] = (),
) -> News:
    """What happened after a place in the trail, as it stands now; one query a table.

    `people` are the roles of those who are to be told, by their ids; `looked_at` are the lists that
    are open, each with the agent who looks at it.
    """
    events = trail.told(session, after, limit)
    if not events or not people:
        return News(events, {}, {}, {}, {}, {})
    wanted = {e.conversation_id for e in events if e.conversation_id}
    message_ids = {e.message_id for e in events if e.message_id}
    return News(
        events,
        nav.read_all(session, people),
        listing.rows(session, wanted),
        {e.message.id: e for e in timeline.messages(session, message_ids) if e.message},
        *_names(session, events),
        listing.tagged(session, {v.id for v, _ in looked_at if v.kind == "tag" and v.id}, wanted),
        views.standing(session, {(v.id, a) for v, a in looked_at if v.kind == "saved"}, wanted),
    )


def _names(
    session: Session, events: Sequence[sa.Row[Any]]
) -> tuple[dict[str, str], dict[str, str]]:
    """Of agents and teams, where a line tells of them."""
    if not any(timeline.is_news(event) for event in events):
        return {}, {}
    return dict(session.execute(AGENTS).all()), dict(session.execute(nav.TEAMS).all())


def draw(found: News) -> list[Push]:
    """In the current locale, each row only once: with the last event that touches it."""
    last = {e.conversation_id: e.seq for e in found.events}
    pushes = []
    for event in found.events:
        conversation = found.conversations.get(event.conversation_id or "")
        if conversation is None:
            continue
        is_last = last[conversation.id] == event.seq
        pushes.append(
            Push(
                event.seq,
                conversation.inbox_id,
                conversation,
                _row(conversation, gone=False) if is_last else "",
                _row(conversation, gone=True) if is_last else "",
                _inside(found, event),
            )
        )
    return pushes


def draw_standing(standing: str, role: Role) -> str:
    """The line above every page, or its going."""
    line = draw_template(
        "layouts/_standing.html",
        standing=standing,
        may_see_where=Permission.ADMINISTER in role.permissions,
    )
    return f'<hx-partial hx-target="#standing" hx-swap="innerHTML">{line}</hx-partial>'


def draw_counts(counts: Counts) -> str:
    """The numbers of the navigation, as they stand now."""
    numbers = {
        "mine": counts.mine, "unassigned": counts.unassigned, "all": counts.everything,
        "snoozed": counts.snoozed,
        **{f"inbox-{key}": number for key, number in counts.inboxes.items()},
        **{f"team-{key}": number for key, number in counts.teams.items()},
    }  # fmt: skip
    return "".join(
        f'<hx-partial hx-target="#nav-{key}" hx-swap="innerHTML">{number or ""}</hx-partial>'
        for key, number in numbers.items()
    )


def _row(conversation: sa.Row[Any], *, gone: bool) -> str:
    drawn = _macro("conversations/_row.html", "row")(conversation, gone=gone)
    return f'<hx-partial hx-target="#row-arrivals" hx-swap="beforeend">{drawn}</hx-partial>'


def _inside(found: News, event: sa.Row[Any]) -> str:
    entry = found.entries.get(event.message_id or "")
    if entry and entry.message and event.kind in NEW_MESSAGE | CHANGED_MESSAGE:
        draw_message = _macro("conversations/_message.html", "message")
        drawn = draw_message(entry.message, entry.files, ICONS, entry.answered, entry.logged)
        if event.kind in CHANGED_MESSAGE:
            target = f"#m-{entry.message.id}"
            return f'<hx-partial hx-target="{target}" hx-swap="outerMorph">{drawn}</hx-partial>'
        return f'<hx-partial hx-target="#messages" hx-swap="beforeend">{drawn}</hx-partial>'
    if timeline.is_news(event):
        names = {"agents": found.agents, "teams": found.teams}
        drawn = _macro("conversations/_event.html", "event")(event, names)
        return f'<hx-partial hx-target="#messages" hx-swap="beforeend">{drawn}</hx-partial>'
    return ""


def _macro(template: str, name: str) -> Callable[..., Markup]:
    return getattr(environment().get_template(template).module, name)  # type: ignore[no-any-return]
