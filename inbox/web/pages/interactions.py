"""A call, meeting, letter or talk with a contact, written down by an agent."""

from typing import Any, Literal
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field
from sqlmodel import Session

from inbox import clock, ids
from inbox.crm import contacts
from inbox.desk import access, conversations, directory, interactions, moments
from inbox.desk.interactions import Logged, Start
from inbox.errors import Conflict, InboxError, Invalid
from inbox.events import Actor
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import Contact, Conversation, Direction, Inbox, InteractionKind
from inbox.web import asking, carrying, fields, forms, keys, nav, words, zones
from inbox.web.pages.settings.sections import FormModel, errors_of, status_of
from inbox.web.render import render
from inbox.web.route import Access, Route

PATH = "/contacts/{id}/interactions"
NEW = "new"
LONGEST_MINUTES = interactions.LONGEST_SECONDS // 60


class InteractionForm(FormModel):
    """Who spoke with whom is the contact and the agent who writes it down."""

    kind: InteractionKind = Field(InteractionKind.CALL, title=N_("What was it"))
    direction: Literal["incoming", "outgoing"] = Field("incoming", title=N_("Who began"))
    at: str = Field(
        title=N_("When"), min_length=1, max_length=40, json_schema_extra={"kind": "datetime-local"}
    )
    minutes: int = Field(0, title=N_("Minutes"), ge=0, le=LONGEST_MINUTES)
    participants: str = Field(
        "", title=N_("Who else took part"), max_length=1000,
        description=N_("Names, with commas between them."),
    )  # fmt: skip
    outcome: str = Field("", title=N_("Outcome"), max_length=300)
    text: str = Field(
        "", title=N_("Notes"), max_length=100_000, json_schema_extra={"kind": "textarea"}
    )
    place: str = Field("", title=N_("Belongs to"), max_length=40)
    is_open: bool = Field(
        False, title=N_("There is something left to do"),
        description=N_("A new conversation is then open; else it is done at once."),
    )  # fmt: skip


async def new(request: web.Request) -> web.StreamResponse:
    here = clock.now().astimezone(ZoneInfo(zones.zone_of(request)))
    values = {"at": here.strftime("%Y-%m-%dT%H:%M"), "place": request.query.get("conversation", "")}
    return await _page(request, values, request_id=ids.new())


async def create(request: web.Request) -> web.StreamResponse:
    values = await forms.posted(request, InteractionForm)
    try:
        form = forms.validated(InteractionForm, values)
        what = _logged(request, form, str((await request.post()).get("request_id", "")))
        conversation = await asking.database(request).write(lambda s: _log(s, request, form, what))
    except (Invalid, Conflict) as error:
        request_id = str((await request.post()).get("request_id", ""))
        return await _page(request, values, error, request_id=request_id)
    raise web.HTTPSeeOther(f"/conversations/{conversation}")


ROUTES = [
    Route("GET", f"{PATH}/new", new, Access.AGENT),
    Route("POST", PATH, create, Access.AGENT),
]


def _logged(request: web.Request, form: InteractionForm, request_id: str) -> Logged:
    at = moments.chosen(form.at, zones.zone_of(request), field="at")
    assert at  # the form asks for it
    return Logged(
        kind=form.kind, direction=Direction(form.direction), at=at, text=form.text,
        outcome=form.outcome, participants=form.participants, seconds=60 * form.minutes,
        external_id=f"{request[keys.AGENT].id}:{request_id}"[:200] if request_id else None,
    )  # fmt: skip


def _log(session: Session, request: web.Request, form: InteractionForm, what: Logged) -> int:
    """The number of its conversation: one of the contact's, or a new one in an inbox.

    Sent twice it is logged once, in the conversation of the first time.
    """
    agent, role = request[keys.AGENT], request[keys.ROLE]
    by, contact = Actor.agent(agent), contacts.get(session, asking.wanted(request))
    session.refresh(contact, with_for_update={"key_share": True})  # the second waits for the first
    if known := interactions.logged(session, what.external_id):
        message = conversations.message(session, known.message_id, agent, role)
        return session.get_one(Conversation, message.conversation_id).number
    kind, _colon, inbox_id = form.place.partition(":")
    if kind == NEW:
        inbox = _inbox(session, request, inbox_id)
        address_kind = carrying.capabilities(inbox.kind).address_kind
        identity = interactions.identity_of(session, contact.id, address_kind)
        start = Start(contact=contact, inbox=inbox, identity=identity, is_open=form.is_open)
        conversation = interactions.begin(session, start, what, by=by)
    else:
        conversation = conversations.get(session, form.place, agent, role)
        if conversation.contact_id != contact.id:
            raise Invalid(fields={"place": N_("Choose a conversation of this contact.")})
    interactions.log(session, conversation, what, by=by)
    return conversation.number


def _inbox(session: Session, request: web.Request, inbox_id: str) -> Inbox:
    visible = access.visible_inboxes(session, request[keys.AGENT], request[keys.ROLE])
    inbox = session.get(Inbox, inbox_id) if inbox_id in visible else None
    if inbox is None:
        raise Invalid(fields={"place": N_("Choose an inbox from the list.")})
    return inbox


async def _page(
    request: web.Request,
    values: dict[str, Any],
    error: InboxError | None = None,
    *,
    request_id: str,
) -> web.Response:
    contact, places = await asking.database(request).read(lambda s: _places(s, request))
    options = {
        "kind": [(str(kind), _(words.LOGGED[kind])) for kind in InteractionKind],
        "direction": [("incoming", _("The customer")), ("outgoing", _("We"))],
        "place": places,
    }
    drawn = fields.describe(InteractionForm, values, errors_of(error), options)
    return render(
        request, "contacts/interaction.html", status=status_of(error), nav=await nav.load(request),
        contact=contact, fields=drawn, request_id=request_id,
        problem=_(error.message) if isinstance(error, Conflict) else "",
    )  # fmt: skip


def _places(session: Session, request: web.Request) -> tuple[Contact, fields.Options]:
    """Their conversations, the newest first, then a new one in each inbox."""
    agent, role = request[keys.AGENT], request[keys.ROLE]
    contact = contacts.get(session, asking.wanted(request))
    visible = access.visible_inboxes(session, agent, role)
    known = directory.conversations_of(session, contact.id, list(visible))
    old = [(str(c.number), f"#{c.number} {c.subject or c.preview or ''}"[:80]) for c in known]
    fresh = [
        (f"{NEW}:{one.id}", _("New conversation in %(inbox)s") % {"inbox": one.name})
        for one in visible.values()
        if not one.archived
    ]
    return contact, [*old, *fresh]
