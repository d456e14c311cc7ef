"""What an agent does to a conversation: each is a resource that is made; the socket shows it."""

from collections.abc import Callable

from aiohttp import web
from sqlmodel import Session

from inbox.desk import assignment, conversations, drafts, moments, notes, snooze, status, tags
from inbox.errors import Conflict, Invalid
from inbox.events import Actor
from inbox.model import Conversation, Status
from inbox.routing import macros
from inbox.web import keys, zones
from inbox.web.pages import desk, replies, undoing
from inbox.web.render import render
from inbox.web.route import Access, Route

Verb = Callable[[Session, Conversation, Actor], object]
Opposite = Callable[[undoing.Before, Conversation], undoing.Undo | None]

KEPT = (
    "channel", "from", "to", "cc", "bcc",
    "forward_to", "forward_cc", "forward_message", "forward_files",
)  # fmt: skip
LONGEST_FIELD = 5000
MOST_SAVES = 2**31 - 1  # of a draft; what the column holds


async def assign(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    agent_id, team_id = form.get("agent"), form.get("team")

    def verb(session: Session, conversation: Conversation, by: Actor) -> object:
        if team_id and form.get("both"):
            assignment.transfer(session, conversation, str(team_id), by=by)
        elif team_id:
            return assignment.transfer(session, conversation, str(team_id), by=by)
        if agent_id == by.id:
            return assignment.take(session, conversation, by=by)
        if agent_id:
            return assignment.assign(session, conversation, str(agent_id), by=by)
        return assignment.unassign(session, conversation, by=by)

    return await _change(request, verb, undoing.assignment)


async def resolve(request: web.Request) -> web.StreamResponse:
    wanted = str((await request.post()).get("status", "resolved"))
    if wanted not in {Status.OPEN, Status.WAITING, Status.RESOLVED, Status.SPAM}:
        raise Invalid(fields={"status": "Give open, waiting, resolved or spam."})

    def verb(session: Session, conversation: Conversation, by: Actor) -> object:
        return status.set_status(session, conversation, Status(wanted), by=by)

    return await _change(request, verb, undoing.status)


async def snoozed(request: web.Request) -> web.StreamResponse:
    """Without a time, until the customer replies; a time without its offset is the agent's."""
    form = await request.post()
    until = moments.chosen(str(form.get("until", "")), zones.zone_of(request), field="until")
    until_reply = until is None or form.get("wake") != "time"
    return await _change(
        request,
        lambda s, c, by: snooze.snooze(s, c, until, until_reply=until_reply, by=by),
        undoing.status,
    )


async def prioritise(request: web.Request) -> web.StreamResponse:
    text = str((await request.post()).get("priority", ""))
    if not text.isdecimal():
        raise Invalid(fields={"priority": "Give a number from 0 (none) to 4 (urgent)."})
    return await _change(
        request, lambda s, c, by: status.set_priority(s, c, int(text), by=by), undoing.priority
    )


async def tag(request: web.Request) -> web.StreamResponse:
    name = str((await request.post()).get("tag", ""))
    return await _change(request, lambda s, c, by: tags.tag(s, c, name, by=by))


async def untag(request: web.Request) -> web.StreamResponse:
    name = request.match_info["tag"]
    return await _change(request, lambda s, c, by: tags.untag(s, c, name, by=by))


async def read(request: web.Request) -> web.StreamResponse:
    """Read, or unread again; never a side effect of looking."""
    unread = (await request.post()).get("unread")
    verb = status.mark_unread if unread else status.mark_read
    return await _change(request, lambda s, c, by: verb(s, c, by=by))


async def note(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    text, request_id = str(form.get("text", "")), str(form.get("request_id", ""))

    def verb(session: Session, conversation: Conversation, by: Actor) -> object:
        assert by.id
        drafts.drop(session, by.id, conversation.id, "note")
        known_as = f"{by.id}:{request_id}"[:100] if request_id else ""
        return notes.note(session, conversation, text, by=by, request_id=known_as)

    try:
        return await _change(request, verb)
    except Conflict as error:
        return replies.refused(request, error)


async def run_macro(request: web.Request) -> web.StreamResponse:
    macro_id = str((await request.post()).get("macro", ""))
    return await _change(request, lambda s, c, by: macros.run(s, c, macros.get(s, macro_id), by=by))


async def save_draft(request: web.Request) -> web.Response:
    """The version that is stored now; 409 with the text when another tab's is newer."""
    body = await request.json()
    if not isinstance(body, dict) or not isinstance(body.get("text"), str):
        raise Invalid(fields={"text": "Give the text as a string."})
    version = body.get("version")
    if type(version) is not int or not 0 <= version < MOST_SAVES:
        raise Invalid(fields={"version": "Give the version as a number."})
    particulars = _particulars(body.get("particulars", {}))
    agent, role, text = request[keys.AGENT], request[keys.ROLE], body["text"]
    number, kind = request.match_info["number"], request.match_info["kind"]

    def work(session: Session) -> tuple[int, str]:
        conversation = conversations.get(session, number, agent, role)
        draft = drafts.save(
            session, agent.id, conversation.id, kind, text, particulars, version + 1
        )
        return draft.version, draft.text

    stored, kept = await request.app[keys.SERVICES].database.write(work)
    if kept != text:
        return web.json_response({"text": kept, "version": stored}, status=409)
    return web.json_response({"version": stored})


def _particulars(given: object) -> dict[str, str]:
    """To whom it goes and from where, as it stands in the fields of the composer."""
    if not isinstance(given, dict) or set(given) - set(KEPT):
        raise Invalid(fields={"particulars": "Give fields of the composer."})
    if any(not isinstance(v, str) or len(v) > LONGEST_FIELD for v in given.values()):
        raise Invalid(fields={"particulars": "Give each field as a text of up to 5000 characters."})
    return given


async def _change(
    request: web.Request, verb: Verb, opposite: Opposite | None = None
) -> web.StreamResponse:
    agent, role, number = request[keys.AGENT], request[keys.ROLE], request.match_info["number"]
    zone, is_undone = zones.zone_of(request), undoing.UNDONE in await request.post()

    def work(session: Session) -> tuple[desk.Opened, undoing.Undo | None]:
        conversation = conversations.get(session, number, agent, role)
        before = undoing.remember(conversation)
        verb(session, conversation, Actor.agent(agent))
        session.flush()
        undo = opposite(before, conversation) if opposite and not is_undone else None
        return desk.read_one(session, conversation, agent, role, zone), undo

    opened, undo = await request.app[keys.SERVICES].database.write(work)
    if request.headers.get("HX-Request") == "true":
        return render(request, "conversations/_changed.html", undo=undo, **desk.context(opened))
    raise web.HTTPSeeOther(f"/conversations/{number}")


_BASE = "/conversations/{number}"

ROUTES = [
    Route("POST", f"{_BASE}/assignments", assign, Access.AGENT),
    Route("POST", f"{_BASE}/resolutions", resolve, Access.AGENT),
    Route("POST", f"{_BASE}/snoozes", snoozed, Access.AGENT),
    Route("POST", f"{_BASE}/priorities", prioritise, Access.AGENT),
    Route("POST", f"{_BASE}/taggings", tag, Access.AGENT),
    Route("DELETE", f"{_BASE}/taggings/{{tag}}", untag, Access.AGENT),
    Route("POST", f"{_BASE}/readings", read, Access.AGENT),
    Route("POST", f"{_BASE}/notes", note, Access.AGENT),
    Route("POST", f"{_BASE}/macro-runs", run_macro, Access.AGENT),
    Route("PUT", f"{_BASE}/drafts/{{kind}}", save_draft, Access.AGENT),
]
