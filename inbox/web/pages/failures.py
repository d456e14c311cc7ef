"""Failed sends: why, and what to do: try again, send by another way, or leave it."""

from collections.abc import Callable
from typing import Any

from aiohttp import web
from sqlmodel import Session

from inbox.desk import access, conversations, failures, replies
from inbox.errors import Conflict, Invalid
from inbox.events import Actor
from inbox.i18n import gettext as _
from inbox.model import Message
from inbox.web import asking, carrying, keys, nav
from inbox.web.render import render
from inbox.web.route import Access, Route

PATH = "/failed-sends"


async def index(request: web.Request) -> web.StreamResponse:
    known, before = await nav.look(request), request.query.get("before", "")
    rows = await asking.database(request).read(lambda s: failures.page(s, known.inbox_ids, before))
    shown = rows[: failures.PAGE]
    more = f"{PATH}?before={shown[-1].delivery.id}" if len(rows) > failures.PAGE else ""
    return render(
        request, "failures/index.html", nav=await nav.load(request), rows=shown, next=more,
        retried="retried" in request.query,
    )  # fmt: skip


async def retry(request: web.Request) -> web.StreamResponse:
    await _do(request, lambda s, m, by: replies.retry(s, m.id, by=by))
    raise web.HTTPSeeOther(f"{PATH}?retried")


async def dismiss(request: web.Request) -> web.StreamResponse:
    await _do(request, lambda s, m, by: failures.dismiss(s, m.id, by=by))
    raise web.HTTPSeeOther(PATH)


async def choose(request: web.Request) -> web.StreamResponse:
    return await _choices(request)


async def send(request: web.Request) -> web.StreamResponse:
    """By another way; what that can't carry is said, and nothing is sent."""
    place = str((await request.post()).get("place", ""))

    def verb(session: Session, message: Message, by: Actor) -> Message:
        offered = _ways(session, request, message)
        sent = failures.send_by(session, message, place, offered, by=by)
        carrying.refuse_too_much(session, sent)
        return sent

    try:
        sent = await _do(request, verb)
    except (Invalid, Conflict) as error:
        return await _choices(request, error)
    raise web.HTTPSeeOther(f"/conversations/{sent.conversation_id}")


ROUTES = [
    Route("GET", PATH, index, Access.AGENT),
    Route("POST", "/messages/{id}/second-tries", retry, Access.AGENT),
    Route("POST", "/messages/{id}/dismissals", dismiss, Access.AGENT),
    Route("GET", "/messages/{id}/other-ways", choose, Access.AGENT),
    Route("POST", "/messages/{id}/other-ways", send, Access.AGENT),
]


async def _do(request: web.Request, verb: Callable[[Session, Message, Actor], Any]) -> Any:
    agent, role, message_id = request[keys.AGENT], request[keys.ROLE], asking.wanted(request)

    def work(session: Session) -> Any:
        message = conversations.message(session, message_id, agent, role)
        return verb(session, message, Actor.agent(agent))

    return await asking.database(request).write(work)


async def _choices(
    request: web.Request, error: Invalid | Conflict | None = None
) -> web.StreamResponse:
    agent, role, message_id = request[keys.AGENT], request[keys.ROLE], asking.wanted(request)

    def work(session: Session) -> tuple[Message, list[failures.Way]]:
        message = conversations.message(session, message_id, agent, role)
        return message, _ways(session, request, message)

    message, ways = await asking.database(request).read(work)
    problem = " ".join(map(_, error.fields.values())) if isinstance(error, Invalid) else ""
    status = 200 if error is None else 409 if isinstance(error, Conflict) else 422
    return render(
        request, "failures/ways.html", status=status, nav=await nav.load(request),
        message=message, ways=ways, problem=problem or (_(error.message) if error else ""),
    )  # fmt: skip


def _ways(session: Session, request: web.Request, message: Message) -> list[failures.Way]:
    seen = access.visible_inboxes(session, request[keys.AGENT], request[keys.ROLE])
    return failures.ways(session, message, carrying.reach(), seen)
