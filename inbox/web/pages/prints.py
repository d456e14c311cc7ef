"""A conversation, or one message of it, on paper: without what is only for the screen."""

from typing import Any

from aiohttp import web
from sqlmodel import Session

from inbox.desk import conversations, timeline
from inbox.desk.timeline import Entry
from inbox.model import Conversation, MessageState
from inbox.web import asking, keys
from inbox.web.render import render
from inbox.web.route import Access, Route

LIMIT = 1000  # messages; who needs more exports them


async def conversation(request: web.Request) -> web.Response:
    """What the customer may not see, only where it is asked for.

    That is notes, side talks, and calls and meetings as we wrote them up.
    """
    agent, role = request[keys.AGENT], request[keys.ROLE]
    number, with_notes = asking.wanted(request, "number"), request.query.get("notes") == "1"

    def work(session: Session) -> dict[str, Any]:
        found = conversations.get(session, number, agent, role)
        said = timeline.entries(session, found.id, limit=LIMIT)
        return {
            "conversation": found,
            "entries": [entry for entry in said.entries if _is_printed(entry, with_notes)],
            "notes": sum(_is_private(entry) for entry in said.entries),
            "is_cut": said.before is not None,
        }

    given = await asking.database(request).read(work)
    return render(request, "conversations/print.html", with_notes=with_notes, one=False, **given)


async def message(request: web.Request) -> web.Response:
    agent, role, message_id = request[keys.AGENT], request[keys.ROLE], asking.wanted(request)

    def work(session: Session) -> dict[str, Any]:
        found = conversations.message(session, message_id, agent, role)
        return {
            "conversation": session.get_one(Conversation, found.conversation_id),
            "entries": timeline.messages(session, [found.id]),
        }

    given = await asking.database(request).read(work)
    return render(
        request,
        "conversations/print.html",
        with_notes=True,
        one=True,
        notes=0,
        is_cut=False,
        **given,
    )


ROUTES = [
    Route("GET", "/conversations/{number}/print", conversation, Access.AGENT),
    Route("GET", "/messages/{id}/print", message, Access.AGENT),
]


def _is_private(entry: Entry) -> bool:
    message = entry.message
    return bool(message and (message.state == MessageState.NOTED or message.is_side))


def _is_printed(entry: Entry, with_notes: bool) -> bool:
    if entry.message is None or entry.message.state == MessageState.CANCELLED:
        return False
    return with_notes or not _is_private(entry)
