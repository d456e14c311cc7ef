"""Web chats by the API: who is on the site, what is said by itself, and the identity secret."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from aiohttp import web
from pydantic import Field
from sqlmodel import Session

from inbox.desk import inboxes, proactive, visiting, visitors
from inbox.desk.proactive import KIND, LONGEST_WAIT, Said
from inbox.errors import NotFound
from inbox.model import Contact, Conversation, Inbox
from inbox.web import keys
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Input, changes, read_path
from inbox.web.api.shapes import ConversationShape, Shape
from inbox.web.route import Access
from inbox.web.widget.roster import ROSTER, Present

ONE = "/inboxes/{id}/proactive-messages/{message_id}"


class VisitorShape(Shape):
    """Who looks at a page now; `contact_id` once somebody has written."""

    visitor: str
    page: str
    title: str
    country: str
    language: str
    since: datetime
    contact_id: str | None
    blocked: bool


class Visitors(Shape):
    items: list[VisitorShape]


class FirstMessage(Input):
    text: str = Field(min_length=1, max_length=8000)


class VisitorBlock(Input):
    blocked: bool


class Blocked(Shape):
    contact_id: str
    blocked: bool


class ProactiveGiven(Input):
    """`pages` has a pattern a line; empty is every page."""

    text: str = Field(min_length=1, max_length=500)
    pages: str = Field("", max_length=1000)
    seconds: int = Field(30, ge=0, le=LONGEST_WAIT)
    when_open: bool = True
    enabled: bool = True


class ProactiveChanges(Input):
    """Only what is given changes."""

    text: str = Field("", max_length=500)
    pages: str = Field("", max_length=1000)
    seconds: int = Field(30, ge=0, le=LONGEST_WAIT)
    when_open: bool = True
    enabled: bool = True


class ProactiveShape(Shape):
    id: str
    inbox_id: str
    text: str
    pages: str
    seconds: int
    when_open: bool
    enabled: bool
    created_at: datetime
    updated_at: datetime


class ProactiveMessages(Shape):
    items: list[ProactiveShape]


class IdentitySecret(Shape):
    """It is shown this once; the one before stays valid beside it."""

    secret: str


async def present(request: web.Request) -> web.Response:
    """Asked of memory: who is here now is stored nowhere."""
    inbox_id, bearer = read_path(request.match_info)["id"], request[keys.BEARER]
    here = request.app[ROSTER].now([inbox_id])

    def work(session: Session) -> Visitors:
        _chat(session, inbox_id, bearer)
        known = visiting.contacts_of(session, [one.visitor for one in here])
        found = [_present(one, known.get(one.visitor)) for one in here]
        return Visitors(items=found)

    answer = await request.app[keys.SERVICES].database.read(work)
    return web.Response(text=answer.model_dump_json(), content_type="application/json")


def write_first(session: Session, call: Call) -> Conversation:
    inbox, visitor = _chat(session, call.path["id"], call.bearer), _visitor(call)
    return visiting.write_first(
        session, inbox, visitor, call.body.text, by=call.by, request_id=call.request_id
    )


def block(session: Session, call: Call) -> dict[str, Any]:
    _chat(session, call.path["id"], call.bearer)
    contact = visiting.set_blocked(session, _visitor(call), call.body.blocked, by=call.by)
    return {"contact_id": contact.id, "blocked": contact.blocked}


def listed(session: Session, call: Call) -> dict[str, Any]:
    _chat(session, call.path["id"], call.bearer)
    return {"items": list(proactive.every(session, call.path["id"]))}


def create(session: Session, call: Call) -> object:
    _chat(session, call.path["id"], call.bearer)
    said = Said(**call.body.model_dump())
    return proactive.create(session, call.path["id"], said, by=call.by)


def update(session: Session, call: Call) -> object:
    return proactive.update(session, _stored(session, call), changes(call.body), by=call.by)


def remove(session: Session, call: Call) -> None:
    proactive.remove(session, _stored(session, call), by=call.by)


def rotate(session: Session, call: Call) -> dict[str, str]:
    _chat(session, call.path["id"], call.bearer)
    secret = inboxes.rotate_identity_secret(
        session, call.path["id"], vault=call.services.vault, by=call.by
    )
    return {"secret": secret}


def _present(one: Present, contact: Contact | None) -> VisitorShape:
    blocked = bool(contact and contact.blocked)
    known = {"contact_id": contact.id if contact else None, "blocked": blocked}
    return VisitorShape.model_validate({**asdict(one), **known})


def _chat(session: Session, inbox_id: str, bearer: Any) -> Inbox:
    inbox = session.get(Inbox, inbox_id)
    if inbox is None or inbox.kind != KIND or not bearer.sees(inbox_id):
        raise NotFound("There is no such web chat.")
    return inbox


def _visitor(call: Call) -> str:
    visitor = call.path["visitor"]
    if not visitors.is_id(visitor):
        raise NotFound("There is no such visitor.")
    return visitor


def _stored(session: Session, call: Call) -> str:
    """The id of a message of this inbox and no other."""
    _chat(session, call.path["id"], call.bearer)
    message = proactive.get(session, call.path["message_id"])
    if message.inbox_id != call.path["id"]:
        raise NotFound("There is no such proactive message.")
    return message.id


OPERATIONS = [
    Operation(
        method="GET", path="/inboxes/{id}/visitors", access=Access.API_READ,
        summary="Who is on the site of a web chat now", handler=present, gives=Visitors,
    ),
    Operation(
        method="POST", path="/inboxes/{id}/visitors/{visitor}/messages", access=Access.API_WRITE,
        summary="Write first to a visitor", work=write_first, body=FirstMessage,
        gives=ConversationShape, status=201,
    ),
    Operation(
        method="POST", path="/inboxes/{id}/visitors/{visitor}/blocks", access=Access.API_WRITE,
        summary="Block a visitor, or take it back", work=block, body=VisitorBlock, gives=Blocked,
        status=201,
    ),
    Operation(
        method="GET", path="/inboxes/{id}/proactive-messages", access=Access.API_READ,
        summary="What a web chat says by itself", work=listed, gives=ProactiveMessages,
    ),
    Operation(
        method="POST", path="/inboxes/{id}/proactive-messages", access=Access.API_ADMIN,
        summary="Add a proactive message", work=create, body=ProactiveGiven, gives=ProactiveShape,
        status=201,
    ),
    Operation(
        method="PATCH", path=ONE, access=Access.API_ADMIN, summary="Change a proactive message",
        work=update, body=ProactiveChanges, gives=ProactiveShape,
    ),
    Operation(
        method="DELETE", path=ONE, access=Access.API_ADMIN, summary="Remove a proactive message",
        work=remove, status=204,
    ),
    Operation(
        method="POST", path="/inboxes/{id}/identity-secrets", access=Access.API_ADMIN,
        summary="Make a new identity secret; the one before stays valid", work=rotate,
        gives=IdentitySecret, status=201,
    ),
]  # fmt: skip
