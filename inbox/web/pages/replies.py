"""Answers to customers: sent with a chance to undo, stopped when somebody was faster."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy
from sqlmodel import Session

from inbox import clock
from inbox.desk import conversations, copies, drafts, moments, replies, status
from inbox.desk.replies import Composed, Overtaken
from inbox.envelope import Button
from inbox.errors import Conflict, Invalid
from inbox.events import Actor
from inbox.i18n import N_
from inbox.model import Message
from inbox.web import carrying, keys, zones
from inbox.web.render import render
from inbox.web.route import Access, Route

VARIABLE = "variable."  # before the names of a template's gaps in the form


async def create(request: web.Request) -> web.StreamResponse:
    """Queue the answer; a fragment gets a toast with "Undo", the message comes by the socket."""
    form = await request.post()
    agent, role, number = request[keys.AGENT], request[keys.ROLE], request.match_info["number"]
    undo_seconds = request.app[keys.SERVICES].workspace.undo_seconds
    zone = zones.zone_of(request)
    request_id = request_id_of(form)
    by = Actor.agent(agent)

    def work(session: Session) -> Message:
        conversation = conversations.get(session, number, agent, role)
        composed = _composed(form, undo_seconds, zone)
        message = replies.reply(
            session, conversation, composed, by=by, request_id=f"{agent.id}:{request_id}"[:100]
        )
        carrying.refuse_too_much(session, message)
        drafts.drop(session, agent.id, conversation.id, "reply")
        if form.get("then") == "resolve":
            status.resolve(session, conversation, by=by)
        return message

    is_fragment = request.headers.get("HX-Request") == "true"
    try:
        message = await request.app[keys.SERVICES].database.write(work)
    except Overtaken as error:
        return render(request, "conversations/_overtaken.html", status=409, newer=error.newer)
    except (Invalid, Conflict) as error:
        return refused(request, error)
    if not is_fragment:
        raise web.HTTPSeeOther(f"/conversations/{number}")
    return render(request, "conversations/_sent.html", message=message, seconds=undo_seconds)


def refused(request: web.Request, error: Invalid | Conflict) -> web.Response:
    """Beside what was written, which stays where it is."""
    if request.headers.get("HX-Request") != "true":
        raise error
    code, fields = 409, {"text": error.message}
    if isinstance(error, Invalid):
        code, fields = 422, error.fields
    return render(request, "conversations/_refused.html", status=code, fields=fields)


def request_id_of(form: MultiDictProxy[Any]) -> str:
    request_id = str(form.get("request_id", ""))
    if not request_id:
        raise Invalid(fields={"request_id": "Give an id of your own that names this reply."})
    return request_id


def _composed(form: MultiDictProxy[Any], undo_seconds: int, zone: str) -> Composed:
    """`not_before` is one field: the chance to undo, or the moment that was chosen."""
    later = moments.chosen(str(form.get("not_before", "")), zone, field="not_before")
    if later and later <= clock.now():
        raise Invalid(
            fields={"not_before": N_("This time is over. Give one that is still to come.")}
        )
    is_mail = bool(form.get("copies"))
    given = {k.removeprefix(VARIABLE): str(v) for k, v in form.items() if k.startswith(VARIABLE)}
    labels = [str(label).strip() for label in form.getall("buttons", [])]
    return Composed(
        text=str(form.get("text", "")),
        thread_id=str(form.get("channel", "")) or None,
        attachment_ids=[str(value) for value in form.getall("attachments", [])],
        to=_to(form) if is_mail else (),
        cc=copies.addresses(str(form.get("cc", ""))) if is_mail else (),
        bcc=copies.addresses(str(form.get("bcc", ""))) if is_mail else (),
        sender=str(form.get("from" if is_mail else "sender", "")),
        not_before=later or clock.now() + timedelta(seconds=undo_seconds),
        reply_to_id=str(form.get("reply_to", "")) or None,
        buttons=[Button(text=label, value=label) for label in labels if label],
        template_id=str(form.get("template", "")) or None,
        template_values=given,
        seen_message_id=None if form.get("force") else str(form.get("last_message", "")) or None,
    )


def _to(form: MultiDictProxy[Any]) -> list[str]:
    """A page that asks for it wants an answer; others leave it to the thread."""
    found = copies.addresses(str(form.get("to", "")))
    if "to" in form and not found:
        raise Invalid(fields={"to": N_("Give at least one address.")})
    return found


async def undo(request: web.Request) -> web.StreamResponse:
    """A fragment gets the text back, for the box in which it was written."""
    message = await _again(request, replies.undo)
    if request.headers.get("HX-Request") != "true":
        raise web.HTTPSeeOther(f"/conversations/{message.conversation_id}")
    return render(request, "conversations/_taken_back.html", message=message)


async def retry(request: web.Request) -> web.StreamResponse:
    message = await _again(request, replies.retry)
    if request.headers.get("HX-Request") == "true":
        return web.Response(status=204)
    raise web.HTTPSeeOther(f"/conversations/{message.conversation_id}")


async def _again(request: web.Request, verb: Callable[..., object]) -> Message:
    agent, role, message_id = request[keys.AGENT], request[keys.ROLE], request.match_info["id"]

    def work(session: Session) -> Message:
        message = conversations.message(session, message_id, agent, role)
        verb(session, message_id, by=Actor.agent(agent))
        return message

    return await request.app[keys.SERVICES].database.write(work)


ROUTES = [
    Route("POST", "/conversations/{number}/replies", create, Access.AGENT),
    Route("POST", "/messages/{id}/undos", undo, Access.AGENT),
    Route("POST", "/messages/{id}/retries", retry, Access.AGENT),
]
