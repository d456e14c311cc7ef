"""What is done to a conversation by the API: answer, note, assign, snooze, resolve, tag."""

from pydantic import Field, model_validator
from sqlmodel import Session

from inbox.desk import assignment, forwards, notes, replies, snooze, status, tags
from inbox.desk.forwards import Forward
from inbox.desk.replies import Composed
from inbox.envelope import Button
from inbox.i18n import N_
from inbox.web import carrying
from inbox.web.api.conversations import known
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Id, Input, Moment, Words, any_of, wrong
from inbox.web.api.shapes import ConversationShape, MessageShape, TagShape
from inbox.web.route import Access


class ButtonGiven(Input):
    """`value` comes back as `choice` when it is pressed; left out, it is the text."""

    text: str = Field(min_length=1, max_length=60)
    value: str = Field("", max_length=200)


class TemplateGiven(Input):
    """One of the inbox's templates; `values` are for its variables, by name."""

    id: Id
    values: dict[str, str] = Field(default={})


class NewReply(Input):
    """`channel` is the id of a thread of this customer; left out, it is where they wrote last."""

    model_config = any_of("text", "html", "template")

    text: Words = ""
    html: Words = ""
    subject: str = Field("", max_length=500)
    channel: Id | None = None
    reply_to: Id | None = Field(None, description="id of the one message that is answered")
    buttons: list[ButtonGiven] = Field(
        [], max_length=10, description="choices below the text; numbered where there are none"
    )
    template: TemplateGiven | None = Field(None, description="instead of the text")
    to: list[Words] = Field([], description="e-mail: left out, it goes to the customer")
    cc: list[Words] = Field([])
    bcc: list[Words] = Field([])
    sender: str = Field(
        "", max_length=320, alias="from",
        description="one of the inbox's addresses or numbers; left out, the one they wrote to",
    )  # fmt: skip
    not_before: Moment | None = Field(None, description="to be sent at this time")
    seen_message_id: Id | None = Field(None, description="refused if there is a newer message")


class NewForward(Input):
    """To whom, and which message; left out, the conversation as the customer knows it."""

    to: list[Words] = Field(min_length=1)
    cc: list[Words] = Field([])
    text: Words = ""
    message_id: Id | None = None
    with_files: bool = True
    not_before: Moment | None = Field(None, description="to be sent at this time")


class NewNote(Input):
    text: Words = Field(min_length=1)


class NewAssignment(Input):
    """To an agent, to a team, or with neither back among those that nobody has."""

    agent_id: Id | None = None
    team_id: Id | None = None
    reason: str = Field("", max_length=300)


class NewSnooze(Input):
    """Until a time, until the customer replies, or whichever comes first."""

    until: Moment | None = None
    until_reply: bool = True

    @model_validator(mode="after")
    def has_an_end(self) -> "NewSnooze":
        if self.until is None and not self.until_reply:
            raise wrong("until", N_("Give a time in until, or wait for the customer's reply."))
        return self


class NewTag(Input):
    name: str = Field(min_length=1, max_length=64)


class Nothing(Input):
    """No fields."""


def reply(session: Session, call: Call) -> object:
    body = call.body
    composed = Composed(
        text=body.text,
        html=body.html,
        subject=body.subject,
        thread_id=body.channel,
        to=body.to,
        cc=body.cc,
        bcc=body.bcc,
        sender=body.sender,
        not_before=body.not_before,
        seen_message_id=body.seen_message_id,
        reply_to_id=body.reply_to,
        buttons=[Button(text=one.text, value=one.value) for one in body.buttons],
        template_id=body.template.id if body.template else None,
        template_values=body.template.values if body.template else {},
    )
    found = known(session, call)
    message = replies.reply(session, found, composed, by=call.by, request_id=call.request_id)
    carrying.refuse_too_much(session, message)
    return message


def forward(session: Session, call: Call) -> object:
    wanted = Forward(**call.body.model_dump())
    found = known(session, call)
    message = forwards.forward(session, found, wanted, by=call.by, request_id=call.request_id)
    carrying.refuse_too_much(session, message)
    return message


def note(session: Session, call: Call) -> object:
    return notes.note(session, known(session, call), call.body.text, by=call.by)


def assign(session: Session, call: Call) -> object:
    found, body = known(session, call), call.body
    if body.team_id:
        assignment.transfer(session, found, body.team_id, by=call.by, reason=body.reason)
    if body.agent_id:
        assignment.assign(session, found, body.agent_id, by=call.by, reason=body.reason)
    if not body.team_id and not body.agent_id:
        assignment.unassign(session, found, by=call.by, reason=body.reason)
    return found


def put_aside(session: Session, call: Call) -> object:
    body = call.body
    return snooze.snooze(
        session, known(session, call), body.until, until_reply=body.until_reply, by=call.by
    )


def resolve(session: Session, call: Call) -> object:
    return status.resolve(session, known(session, call), by=call.by)


def tag(session: Session, call: Call) -> object:
    return tags.tag(session, known(session, call), call.body.name, by=call.by)


def untag(session: Session, call: Call) -> None:
    tags.untag(session, known(session, call), call.path["name"], by=call.by)


def _post(last: str, summary: str, **particulars: object) -> Operation:
    return Operation(
        method="POST", path=f"/conversations/{{id}}/{last}", access=Access.API_WRITE,
        summary=summary, status=201, **particulars,  # type: ignore[arg-type]
    )  # fmt: skip


OPERATIONS = [
    _post("replies", "Answer the customer", work=reply, body=NewReply, gives=MessageShape),
    _post(
        "forwards", "Ask somebody else by mail, beside the conversation", work=forward,
        body=NewForward, gives=MessageShape,
    ),
    _post("notes", "Leave a note for the team", work=note, body=NewNote, gives=MessageShape),
    _post(
        "assignments", "Give it to an agent or a team, or back", work=assign,
        body=NewAssignment, gives=ConversationShape,
    ),
    _post("snoozes", "Put it aside", work=put_aside, body=NewSnooze, gives=ConversationShape),
    _post("resolutions", "Resolve it", work=resolve, body=Nothing, gives=ConversationShape),
    _post("tags", "Put a tag on it", work=tag, body=NewTag, gives=TagShape),
    Operation(
        method="DELETE", path="/conversations/{id}/tags/{name}", access=Access.API_WRITE,
        summary="Take a tag off", work=untag, status=204,
    ),
]  # fmt: skip
