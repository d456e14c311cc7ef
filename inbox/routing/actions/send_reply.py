"""Answers the customer from a template; a rule does it with the manners of a machine."""

from typing import ClassVar

from pydantic import Field, field_validator
from sqlmodel import Session

from inbox import clock, ids
from inbox.desk import replies
from inbox.desk.replies import Composed
from inbox.errors import Invalid
from inbox.events import Actor
from inbox.model import Conversation, Event
from inbox.routing import manners, variables
from inbox.routing.actions.base import Action
from inbox.routing.facts import subject_of


class SendReply(Action):
    name: ClassVar[str] = "send_reply"
    label: ClassVar[str] = "Send a reply"

    text: str = Field(title="Text", min_length=1, max_length=10_000)

    @field_validator("text")
    @classmethod
    def only_known_variables(cls, text: str) -> str:
        if unknown := variables.unknown(text):
            raise ValueError(f"there are no variables {', '.join(unknown)}")
        return text

    def run(self, session: Session, conversation: Conversation, *, by: Actor, event: Event) -> str:
        subject = subject_of(session, event)
        if subject is None:
            raise Invalid("The event is about no conversation.")
        by_itself = by.kind == "rule"  # else an agent ran a macro, who knows what they do
        if by_itself and (objection := manners.objection(session, subject, clock.now())):
            return f"not sent: {objection}"
        thread_id = subject.message.thread_id if subject.message else None
        text = variables.fill(self.text, subject)
        composed = Composed(text=text, thread_id=thread_id, automatic=by_itself)
        # an id of its own each time: the rule runs once for an event, and so does this
        replies.reply(session, conversation, composed, by=by, request_id=ids.new())
        return "reply queued"
