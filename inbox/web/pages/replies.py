"""Answers to customers: sent with a chance to undo, stopped when somebody was faster."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy
from sqlmodel import Session

from inbox import clock
from inbox.desk import conversations, drafts, replies, status
from inbox.desk.replies import Composed, Overtaken
from inbox.errors import Invalid
from inbox.events import Actor
from inbox.model import Message
from inbox.web import keys
from inbox.web.render import render
from inbox.web.route import Access, Route


async def create(request: web.Request) -> web.StreamResponse:
    """Queue the answer; a fragment gets a toast with "Undo", the message comes by the socket."""
    form = await request.post()
    agent, role, number = request[keys.AGENT], request[keys.ROLE], request.match_info["number"]
    undo_seconds = request.app[keys.SERVICES].workspace.undo_seconds
    request_id = str(form.get("request_id", ""))
    if not request_id:
        raise Invalid(fields={"request_id": "Give an id of your own that names this reply."})
    composed = _composed(form, undo_seconds)
    by = Actor.agent(agent)

    def work(session: Session) -> Message:
        conversation = conversations.get(session, number, agent, role)
        message = replies.reply(
            session, conversation, composed, by=by, request_id=f"{agent.id}:{request_id}"[:100]
        )
        drafts.drop(session, agent.id, conversation.id, "reply")
        if form.get("then") == "resolve":
            status.resolve(session, conversation, by=by)
        return message

    is_fragment = request.headers.get("HX-Request") == "true"
    try:
        message = await request.app[keys.SERVICES].database.write(work)
    except Overtaken as error:
        return render(request, "conversations/_overtaken.html", status=409, newer=error.newer)
    except Invalid as error:
        if not is_fragment:
            raise
        return render(request, "conversations/_refused.html", status=422, fields=error.fields)
    if not is_fragment:
        raise web.HTTPSeeOther(f"/conversations/{number}")
    return render(request, "conversations/_sent.html", message=message, seconds=undo_seconds)


def _composed(form: MultiDictProxy[Any], undo_seconds: int) -> Composed:
    return Composed(
        text=str(form.get("text", "")),
        thread_id=str(form.get("channel", "")) or None,
        attachment_ids=[str(value) for value in form.getall("attachments", [])],
        not_before=clock.now() + timedelta(seconds=undo_seconds),
        seen_message_id=None if form.get("force") else str(form.get("last_message", "")) or None,
    )


async def undo(request: web.Request) -> web.StreamResponse:
    return await _again(request, replies.undo)


async def retry(request: web.Request) -> web.StreamResponse:
    return await _again(request, replies.retry)


async def _again(request: web.Request, verb: Callable[..., object]) -> web.StreamResponse:
    agent, role, message_id = request[keys.AGENT], request[keys.ROLE], request.match_info["id"]

    def work(session: Session) -> str:
        message = conversations.of_message(session, message_id, agent, role)
        verb(session, message_id, by=Actor.agent(agent))
        return message.conversation_id

    conversation_id = await request.app[keys.SERVICES].database.write(work)
    if request.headers.get("HX-Request") == "true":
        return web.Response(status=204)
    raise web.HTTPSeeOther(f"/conversations/{conversation_id}")


ROUTES = [
    Route("POST", "/conversations/{number}/replies", create, Access.AGENT),
    Route("POST", "/messages/{id}/undos", undo, Access.AGENT),
    Route("POST", "/messages/{id}/retries", retry, Access.AGENT),
]
