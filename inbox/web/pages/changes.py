"""What an agent does to a conversation: each is a resource that is made; the socket shows it."""

from aiohttp import web
from sqlmodel import Session

from inbox.desk import conversations, drafts, notes
from inbox.errors import Conflict, Invalid
from inbox.events import Actor
from inbox.model import Conversation
from inbox.web import keys, zones
from inbox.web.pages import changing, desk, replies, undoing
from inbox.web.render import render
from inbox.web.route import Access, Route

KEPT = (
    "channel", "from", "to", "cc", "bcc",
    "forward_to", "forward_cc", "forward_message", "forward_files",
)  # fmt: skip
LONGEST_FIELD = 5000
MOST_SAVES = 2**31 - 1  # of a draft; what the column holds


async def change(request: web.Request) -> web.StreamResponse:
    """POST /conversations/NUMBER/assignments and such: the address names the change."""
    name, form = request.path.rsplit("/", 1)[1], await _fields(request)
    return await _change(request, changing.named(name, form, zones.zone_of(request)))


async def untag(request: web.Request) -> web.StreamResponse:
    fields = {"tag": request.match_info["tag"], "remove": "1"}
    return await _change(request, changing.named("taggings", fields, zones.zone_of(request)))


async def note(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    text, request_id = str(form.get("text", "")), str(form.get("request_id", ""))

    def write(session: Session, conversation: Conversation, by: Actor) -> None:
        assert by.id
        drafts.drop(session, by.id, conversation.id, "note")
        known_as = f"{by.id}:{request_id}"[:100] if request_id else ""
        notes.note(session, conversation, text, by=by, request_id=known_as)

    try:
        return await _change(request, write)
    except Conflict as error:
        return replies.refused(request, error)


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


async def _fields(request: web.Request) -> dict[str, str]:
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


async def _change(request: web.Request, verb: changing.Change) -> web.StreamResponse:
    agent, role, number = request[keys.AGENT], request[keys.ROLE], request.match_info["number"]
    zone, is_undone = zones.zone_of(request), undoing.UNDONE in await request.post()

    def work(session: Session) -> tuple[desk.Opened, undoing.Undo | None]:
        conversation = conversations.get(session, number, agent, role)
        undo = verb(session, conversation, Actor.agent(agent))
        session.flush()
        return desk.read_one(session, conversation, agent, role, zone), undo

    opened, undo = await request.app[keys.SERVICES].database.write(work)
    if request.headers.get("HX-Request") == "true":
        undo = None if is_undone else undo
        return render(request, "conversations/_changed.html", undo=undo, **desk.context(opened))
    raise web.HTTPSeeOther(f"/conversations/{number}")


_BASE = "/conversations/{number}"

ROUTES = [
    *(Route("POST", f"{_BASE}/{name}", change, Access.AGENT) for name in changing.BY_NAME),
    Route("DELETE", f"{_BASE}/taggings/{{tag}}", untag, Access.AGENT),
    Route("POST", f"{_BASE}/notes", note, Access.AGENT),
    Route("PUT", f"{_BASE}/drafts/{{kind}}", save_draft, Access.AGENT),
]
