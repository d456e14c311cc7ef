"""A conversation put right: merged with another, split, moved, given to another customer."""

from collections.abc import Callable
from typing import Any

from aiohttp import web
from sqlmodel import Session, col, select

from inbox.crm import contacts
from inbox.desk import access, conversations, directory, inboxes, merging, moving, splitting
from inbox.errors import Invalid, NotFound
from inbox.events import Actor
from inbox.model import Agent, Conversation, Event, Message, Role
from inbox.web import asking, keys, nav
from inbox.web.render import render
from inbox.web.route import Access, Route

MOST = 200
FOUND = 8

Change = Callable[[Session, Conversation, Actor], Conversation]


async def show(request: web.Request) -> web.StreamResponse:
    agent, role, number = request[keys.AGENT], request[keys.ROLE], request.match_info["number"]
    query = request.query.get("customer", "").strip()

    def work(session: Session) -> dict[str, Any]:
        return _read(session, conversations.get(session, number, agent, role), agent, role, query)

    found = await asking.database(request).read(work)
    links = await nav.load(request)
    return render(request, "conversations/rearrange.html", nav=links, query=query, **found)


async def merge(request: web.Request) -> web.StreamResponse:
    wanted = str((await request.post()).get("conversation", "")).strip().removeprefix("#")
    agent, role = request[keys.AGENT], request[keys.ROLE]
    if not wanted:
        raise Invalid(fields={"conversation": "Give the number of the other conversation."})

    def change(session: Session, conversation: Conversation, by: Actor) -> Conversation:
        other = conversations.get(session, wanted, agent, role)
        merging.merge(session, conversation, other, by=by)
        return conversation

    return await _changed(request, change)


async def split(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    wanted = [str(value) for value in form.getall("message", [])]
    subject = str(form.get("subject", ""))
    return await _changed(
        request, lambda s, c, by: splitting.split(s, c, wanted, by=by, subject=subject)[0]
    )


async def move(request: web.Request) -> web.StreamResponse:
    inbox_id = str((await request.post()).get("inbox", ""))
    agent, role = request[keys.AGENT], request[keys.ROLE]

    def change(session: Session, conversation: Conversation, by: Actor) -> Conversation:
        if inbox_id not in access.visible_inboxes(session, agent, role):
            raise NotFound("There is no such inbox.")
        return moving.move(session, conversation, inboxes.get(session, inbox_id), by=by)

    return await _changed(request, change)


async def give(request: web.Request) -> web.StreamResponse:
    contact_id = str((await request.post()).get("contact", ""))
    return await _changed(
        request,
        lambda s, c, by: moving.change_customer(s, c, contacts.get(s, contact_id), by=by),
    )


async def undo_merge(request: web.Request) -> web.StreamResponse:
    return await _undone(request, merging.undo)


async def undo_split(request: web.Request) -> web.StreamResponse:
    return await _undone(request, splitting.undo)


async def _changed(request: web.Request, change: Change) -> web.StreamResponse:
    agent, role, number = request[keys.AGENT], request[keys.ROLE], request.match_info["number"]

    def work(session: Session) -> int:
        conversation = conversations.get(session, number, agent, role)
        return change(session, conversation, asking.actor(request)).number

    raise web.HTTPSeeOther(f"/conversations/{await asking.database(request).write(work)}")


async def _undone(request: web.Request, undo: Callable[..., object]) -> web.StreamResponse:
    agent, role, event_id = request[keys.AGENT], request[keys.ROLE], asking.wanted(request)

    def work(session: Session) -> int:
        event = session.exec(select(Event).where(Event.id == event_id)).first()
        if event is None or event.conversation_id is None:
            raise NotFound("There is nothing to undo.")
        conversation = conversations.get(session, event.conversation_id, agent, role)
        undo(session, conversation, event_id, by=asking.actor(request))
        return conversation.number

    raise web.HTTPSeeOther(f"/conversations/{await asking.database(request).write(work)}")


def _read(
    session: Session, conversation: Conversation, agent: Agent, role: Role, query: str
) -> dict[str, Any]:
    visible = access.visible_inboxes(session, agent, role)
    messages = session.exec(
        select(Message)
        .where(Message.conversation_id == conversation.id)
        .order_by(col(Message.id).desc())
        .limit(MOST)
    ).all()
    others = directory.conversations_of(session, conversation.contact_id, list(visible))
    return {
        "conversation": conversation,
        "messages": messages[::-1],
        "others": [o for o in others if o.id != conversation.id],
        "inboxes": [i for i in visible.values() if i.id != conversation.inbox_id and i.enabled],
        "customers": directory.page(session, query, limit=FOUND).entries if query else [],
    }


_BASE = "/conversations/{number}"

ROUTES = [
    Route("GET", f"{_BASE}/rearrangement", show, Access.AGENT),
    Route("POST", f"{_BASE}/merges", merge, Access.AGENT),
    Route("POST", f"{_BASE}/splits", split, Access.AGENT),
    Route("POST", f"{_BASE}/moves", move, Access.AGENT),
    Route("POST", f"{_BASE}/customers", give, Access.AGENT),
    Route("POST", "/merges/{id}/undo", undo_merge, Access.AGENT),
    Route("POST", "/splits/{id}/undo", undo_split, Access.AGENT),
]
