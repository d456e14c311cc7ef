"""Forwarding a message, or a conversation, to somebody else by mail."""

from datetime import timedelta

from aiohttp import web
from sqlmodel import Session

from inbox import clock
from inbox.desk import conversations, copies, drafts, forwards
from inbox.desk.forwards import Forward
from inbox.errors import Conflict, Invalid
from inbox.events import Actor
from inbox.model import Message
from inbox.web import carrying, keys
from inbox.web.pages.replies import refused, request_id_of
from inbox.web.render import render
from inbox.web.route import Access, Route


async def create(request: web.Request) -> web.StreamResponse:
    """Queue it, with the same chance to undo as an answer."""
    form = await request.post()
    agent, role, number = request[keys.AGENT], request[keys.ROLE], request.match_info["number"]
    undo_seconds = request.app[keys.SERVICES].workspace.undo_seconds
    request_id = f"{agent.id}:{request_id_of(form)}"[:100]
    wanted = Forward(
        to=copies.addresses(str(form.get("forward_to", ""))),
        cc=copies.addresses(str(form.get("forward_cc", ""))),
        text=str(form.get("text", "")),
        message_id=str(form.get("forward_message", "")) or None,
        with_files=bool(form.get("forward_files")),
        attachment_ids=[str(value) for value in form.getall("attachments", [])],
        not_before=clock.now() + timedelta(seconds=undo_seconds),
    )

    def work(session: Session) -> Message:
        conversation = conversations.get(session, number, agent, role)
        by = Actor.agent(agent)
        message = forwards.forward(session, conversation, wanted, by=by, request_id=request_id)
        carrying.refuse_too_much(session, message)
        drafts.drop(session, agent.id, conversation.id, "forward")
        return message

    try:
        message = await request.app[keys.SERVICES].database.write(work)
    except (Invalid, Conflict) as error:
        return refused(request, error)
    if request.headers.get("HX-Request") != "true":
        raise web.HTTPSeeOther(f"/conversations/{number}")
    return render(request, "conversations/_sent.html", message=message, seconds=undo_seconds)


ROUTES = [Route("POST", "/conversations/{number}/forwards", create, Access.AGENT)]
