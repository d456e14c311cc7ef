"""Calls, meetings, letters and talks by the API: logged once, by the program's own id."""

from pydantic import Field, model_validator
from sqlmodel import Session

from inbox.crm import contacts
from inbox.desk import conversations, interactions
from inbox.desk.interactions import LONGEST_SECONDS, Logged, Start
from inbox.errors import Invalid, NotFound
from inbox.i18n import N_
from inbox.model import Conversation, Direction, Interaction, InteractionKind, Message
from inbox.web import carrying
from inbox.web.api.conversations import seen_inbox, seen_message
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Id, Input, Moment, Words, wrong
from inbox.web.api.shapes import InteractionShape, MessageShape
from inbox.web.route import Access


class NewInteraction(Input):
    """In one of the contact's conversations, or in a new one in an inbox, done unless `open`.

    The same `external_id` twice is the same interaction.
    """

    kind: InteractionKind
    direction: Direction = Field(
        Direction.INCOMING, description="incoming if the customer began, else outgoing"
    )
    at: Moment
    text: Words = ""
    outcome: str = Field("", max_length=300)
    participants: list[str] = Field(default=[], max_length=50)
    seconds: int = Field(0, ge=0, le=LONGEST_SECONDS)
    external_id: str | None = Field(None, min_length=1, max_length=200)
    conversation_id: Id | None = None
    inbox_id: Id | None = None
    open: bool = False

    @model_validator(mode="after")
    def has_one_place(self) -> "NewInteraction":
        if (self.conversation_id is None) == (self.inbox_id is None):
            raise wrong("conversation_id", N_("Give conversation_id or inbox_id, one of the two."))
        if self.direction is Direction.NOTE:
            raise wrong("direction", N_("Give incoming or outgoing."))
        return self


def create(session: Session, call: Call) -> object:
    body = call.body
    contact = contacts.get(session, call.path["id"])
    what = Logged(
        kind=body.kind, direction=body.direction, at=body.at, text=body.text, outcome=body.outcome,
        participants=", ".join(body.participants)[:1000], seconds=body.seconds,
        external_id=body.external_id,
    )  # fmt: skip
    if known := interactions.logged(session, body.external_id):
        return _known(session, call, known)
    if body.conversation_id:
        conversation = _conversation(session, call, contact.id)
    else:
        inbox = seen_inbox(session, call, body.inbox_id)
        kind = carrying.capabilities(inbox.kind).address_kind
        identity = interactions.identity_of(session, contact.id, kind)
        start = Start(contact=contact, inbox=inbox, identity=identity, is_open=body.open)
        conversation = interactions.begin(session, start, what, by=call.by)
    message = interactions.log(session, conversation, what, by=call.by)
    return _whole(message, interactions.of(session, message.id))


def _conversation(session: Session, call: Call, contact_id: str) -> Conversation:
    found = conversations.find(session, call.body.conversation_id)
    if found is None or not call.bearer.sees(found.inbox_id):
        raise NotFound("There is no such conversation.")
    if found.contact_id != contact_id:
        raise Invalid(fields={"conversation_id": "Choose a conversation of this contact."})
    return found


def _known(session: Session, call: Call, interaction: Interaction) -> InteractionShape:
    try:
        message = seen_message(session, call.bearer, interaction.message_id)
    except NotFound:
        raise Invalid(fields={"external_id": "This id is used already. Give another."}) from None
    return _whole(message, interaction)


def _whole(message: Message, interaction: Interaction | None) -> InteractionShape:
    assert interaction
    return InteractionShape(
        kind=interaction.kind, seconds=interaction.seconds, participants=interaction.participants,
        outcome=message.subject, external_id=interaction.external_id,
        message=MessageShape.model_validate(message, from_attributes=True),
    )  # fmt: skip


OPERATIONS = [
    Operation(
        method="POST", path="/contacts/{id}/interactions", access=Access.API_WRITE,
        summary="Log a call, meeting, letter or talk", work=create, body=NewInteraction,
        gives=InteractionShape, status=201,
    ),
]  # fmt: skip
