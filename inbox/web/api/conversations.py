"""Conversations and their messages by the API."""

from typing import Literal

from pydantic import Field
from sqlmodel import Session, col, select

from inbox.crm import contacts
from inbox.desk import conversations, finding, inboxes, moving, paging, replies, status
from inbox.desk.finding import Filter
from inbox.desk.paging import Order
from inbox.desk.replies import Composed
from inbox.desk.tokens import Bearer
from inbox.errors import Conflict, NotFound
from inbox.i18n import Phrase
from inbox.model import Conversation, Inbox, Message, Status
from inbox.web import carrying
from inbox.web.api.contacts import AddressInput, address
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Id, Input, Paged, Words, any_of
from inbox.web.api.shapes import ConversationShape, MessageShape, Page
from inbox.web.route import Access

MESSAGES = Order((col(Message.id),))


class Wanted(Paged):
    """Filters hold together; “none” as assignee or team finds what nobody has."""

    status: Status | None = None
    inbox: str = Field("", max_length=25, description="id of an inbox")
    assignee: str = Field("", max_length=25, description="id of an agent, or none")
    team: str = Field("", max_length=25, description="id of a team, or none")
    contact: str = Field("", max_length=25, description="id of a contact")
    tag: str = Field("", max_length=64, description="name of a tag")
    q: str = Field("", max_length=500, description="words, all of which must be there")
    sort: Literal["-last_at", "last_at", "-created_at", "created_at"] = "-last_at"


class NewConversation(Input):
    """The inbox to write from, whom to write to, and what; it is sent as a reply is."""

    model_config = any_of("text", "html")

    inbox_id: Id
    to: AddressInput
    subject: str = Field("", max_length=500)
    text: Words = ""
    html: Words = ""


class ConversationChanges(Input):
    """Only what is given changes. Snoozing has a time, so it has its own URL.

    `inbox_id` moves it to another inbox, `contact_id` gives it to another customer.
    """

    status: Literal["open", "waiting", "resolved", "spam"] | None = None
    priority: int | None = Field(None, ge=0, le=4, description="0 none to 4 urgent")
    inbox_id: Id | None = None
    contact_id: Id | None = None


def listed(session: Session, call: Call) -> object:
    query = call.query
    wanted = Filter(
        status=query.status,
        inbox=query.inbox,
        assignee=query.assignee,
        team=query.team,
        contact=query.contact,
        tag=" ".join(query.tag.casefold().split()),
        words=query.q,
        inboxes=call.bearer.inbox_ids,
    )
    return finding.find(session, wanted, sort=query.sort, cursor=query.cursor, limit=query.limit)


def create(session: Session, call: Call) -> object:
    body = call.body
    inbox = seen_inbox(session, call, body.inbox_id)
    if not inbox.enabled:
        raise Conflict(
            Phrase("The inbox %(inbox)s is switched off. Switch it on first.", inbox=inbox.name)
        )
    carrying.refuse_to_start(inbox.kind)
    begun = conversations.start(session, inbox, address(body.to), body.subject, by=call.by)
    composed = Composed(text=body.text, html=body.html, subject=body.subject)
    message = replies.reply(session, begun, composed, by=call.by, request_id=call.request_id)
    carrying.refuse_too_much(session, message)
    return begun


def show(session: Session, call: Call) -> object:
    return known(session, call)


def update(session: Session, call: Call) -> object:
    found = known(session, call)
    if call.body.status:
        status.set_status(session, found, Status(call.body.status), by=call.by)
    if call.body.priority is not None:
        status.set_priority(session, found, call.body.priority, by=call.by)
    if call.body.contact_id:
        contact = contacts.get(session, call.body.contact_id)
        moving.change_customer(session, found, contact, by=call.by)
    if call.body.inbox_id:
        moving.move(session, found, seen_inbox(session, call, call.body.inbox_id), by=call.by)
    return found


def messages(session: Session, call: Call) -> object:
    query = select(Message).where(Message.conversation_id == known(session, call).id)
    return paging.page(session, query, MESSAGES, call.query.cursor, call.query.limit)


def known(session: Session, call: Call) -> Conversation:
    """By its id or by the number that agents see; of a merged one, where it goes on."""
    found = conversations.find(session, call.path["id"])
    if found is None or not call.bearer.sees(found.inbox_id):
        raise NotFound("There is no such conversation.")
    return found


def seen_message(session: Session, bearer: Bearer, message_id: str) -> Message:
    """For who sees its conversation, by whatever inbox it came or went; NotFound for others."""
    found = session.get(Message, message_id)
    conversation = session.get(Conversation, found.conversation_id) if found else None
    if not found or not conversation or not bearer.sees(conversation.inbox_id):
        raise NotFound("There is no such message.")
    return found


def seen_inbox(session: Session, call: Call, inbox_id: str) -> Inbox:
    inbox = inboxes.get(session, inbox_id)
    if not call.bearer.sees(inbox.id):
        raise NotFound("There is no such inbox.")
    return inbox


OPERATIONS = [
    Operation(
        method="GET", path="/conversations", access=Access.API_READ,
        summary="Conversations, by filters", work=listed, query=Wanted,
        gives=Page[ConversationShape],
    ),
    Operation(
        method="POST", path="/conversations", access=Access.API_WRITE,
        summary="Begin a conversation with a first message", work=create, body=NewConversation,
        gives=ConversationShape, status=201,
    ),
    Operation(
        method="GET", path="/conversations/{id}", access=Access.API_READ,
        summary="A conversation, by its id or number", work=show, gives=ConversationShape,
    ),
    Operation(
        method="PATCH", path="/conversations/{id}", access=Access.API_WRITE,
        summary="Change a conversation's status, priority, inbox or customer", work=update,
        body=ConversationChanges, gives=ConversationShape,
    ),
    Operation(
        method="GET", path="/conversations/{id}/messages", access=Access.API_READ,
        summary="Messages and notes, oldest first", work=messages, query=Paged,
        gives=Page[MessageShape],
    ),
]  # fmt: skip
