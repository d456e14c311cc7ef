"""Why something happened in a conversation: who was considered, and which rules were asked."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlmodel import Session

from inbox.desk import conversations
from inbox.errors import NotFound
from inbox.model import Assignment, Conversation, Event
from inbox.routing import log
from inbox.routing.rules import TRIGGERS
from inbox.web import asking, condition_words, keys, nav
from inbox.web.render import render
from inbox.web.route import Access, Route


@dataclass(frozen=True, slots=True)
class Why:
    """`event` is the one that was asked about, with the assignment it tells of."""

    conversation: Conversation
    event: Event | None
    assignment: Assignment | None
    runs: log.Runs
    choices: condition_words.Choices


async def index(request: web.Request) -> web.StreamResponse:
    found = await asking.database(request).read(lambda s: _read(s, request))
    here = f"/conversations/{found.conversation.number}/why"
    more = f"{here}?after={found.runs.next}" if found.runs.next else ""
    return render(
        request, "conversations/why.html", nav=await nav.load(request), why=found, next=more,
        administers=nav.administers(request), triggers=TRIGGERS,
    )  # fmt: skip


ROUTES = [Route("GET", "/conversations/{number}/why", index, Access.AGENT)]


def _read(session: Session, request: web.Request) -> Why:
    conversation = conversations.get(
        session, asking.wanted(request, "number"), request[keys.AGENT], request[keys.ROLE]
    )
    event = _event(session, conversation, request.query.get("event", ""))
    runs = log.of_conversation(session, conversation.id, cursor=request.query.get("after", ""))
    assigned: Any = event.particulars.get("assignment_id") if event else None
    return Why(
        conversation=conversation,
        event=event,
        assignment=session.get(Assignment, assigned) if assigned else None,
        runs=runs,
        choices=condition_words.load(session),
    )


def _event(session: Session, conversation: Conversation, event_id: str) -> Event | None:
    if not event_id:
        return None
    event = conversations.event(session, conversation, event_id)
    if event is None:
        raise NotFound("There is no such event.")
    return event
