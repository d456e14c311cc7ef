"""Who is on the sites with a chat now: seen by agents, written to first, blocked."""

from typing import Any

from aiohttp import web

from inbox import ids
from inbox.desk import access, visiting, visitors
from inbox.errors import Conflict, InboxError, Invalid, NotFound
from inbox.i18n import gettext as _
from inbox.model import Inbox
from inbox.web import asking, keys, nav
from inbox.web.render import render
from inbox.web.route import Access, Route
from inbox.web.widget.roster import ROSTER, Present

PATH = "/visitors"
ONE = f"{PATH}/{{inbox_id}}/{{visitor}}"
KIND = "webchat"


async def index(request: web.Request) -> web.StreamResponse:
    """The page asks for itself again every few seconds."""
    agent, role = request[keys.AGENT], request[keys.ROLE]

    def chats(session: Any) -> dict[str, access.SeenInbox]:
        seen = access.visible_inboxes(session, agent, role)
        return {key: one for key, one in seen.items() if one.kind == KIND and one.enabled}

    inboxes = await asking.database(request).read(chats)
    present = request.app[ROSTER].now(inboxes.keys())
    people = await asking.database(request).read(
        lambda s: visiting.contacts_of(s, [one.visitor for one in present])
    )
    return render(
        request, "visitors/index.html", nav=await nav.load(request), present=present,
        people=people, inboxes=inboxes,
    )  # fmt: skip


async def show(request: web.Request) -> web.StreamResponse:
    """One of them, and the box to write to him."""
    return await _page(request)


async def write(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    text, request_id = str(form.get("text", "")), str(form.get("request_id", ""))[:100]
    visitor, by = asking.wanted(request, "visitor"), asking.actor(request)
    if not text.strip() or not request_id:
        return await _page(request, Invalid(fields={"text": "Write something first."}))

    def work(session: Any) -> int:
        inbox = _chat(session, request)
        return visiting.write_first(
            session, inbox, visitor, text, by=by, request_id=request_id
        ).number

    try:
        number = await asking.database(request).write(work)
    except (Invalid, Conflict) as error:
        return await _page(request, error, text)
    raise web.HTTPSeeOther(f"/conversations/{number}")


async def block(request: web.Request) -> web.StreamResponse:
    blocked = (await request.post()).get("blocked") != "false"
    visitor, by = asking.wanted(request, "visitor"), asking.actor(request)

    def work(session: Any) -> None:
        _chat(session, request)
        visiting.set_blocked(session, visitor, blocked, by=by)

    await asking.database(request).write(work)
    raise web.HTTPSeeOther(PATH)


ROUTES = [
    Route("GET", PATH, index, Access.AGENT),
    Route("GET", ONE, show, Access.AGENT),
    Route("POST", f"{ONE}/messages", write, Access.AGENT),
    Route("POST", f"{ONE}/blocks", block, Access.AGENT),
]


def _chat(session: Any, request: web.Request) -> Inbox:
    """Raises NotFound for one that this agent may not see, too."""
    inbox: Inbox | None = session.get(Inbox, asking.wanted(request, "inbox_id"))
    visitor = asking.wanted(request, "visitor")
    if not inbox or inbox.kind != KIND or not visitors.is_id(visitor):
        raise NotFound("There is no such visitor.")
    if not access.may_see(session, request[keys.AGENT], request[keys.ROLE], inbox.id):
        raise NotFound("There is no such visitor.")
    return inbox


async def _page(
    request: web.Request, error: InboxError | None = None, text: str = ""
) -> web.Response:
    visitor = asking.wanted(request, "visitor")

    def work(session: Any) -> dict[str, Any]:
        inbox = _chat(session, request)
        return {
            "inbox": inbox,
            "contact": visiting.contacts_of(session, [visitor]).get(visitor),
            "conversations": visitors.conversations_of(session, inbox.id, visitor),
        }

    found = await asking.database(request).read(work)
    present: Present | None = request.app[ROSTER].find(found["inbox"].id, visitor)
    return render(
        request, "visitors/show.html", nav=await nav.load(request), status=422 if error else 200,
        present=present, visitor=visitor, text=text, request_id=ids.new(),
        problem=_problem(error), **found,
    )  # fmt: skip


def _problem(error: InboxError | None) -> str:
    if isinstance(error, Invalid):
        return _(next(iter(error.fields.values()), error.message))
    return _(error.message) if error else ""
