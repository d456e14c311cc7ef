"""Answers the customer from a template; a rule does it with the manners of a machine."""

from typing import Annotated, ClassVar

from pydantic import Field
from sqlmodel import Session

from inbox import clock, ids
from inbox.desk.replies import Composed
from inbox.envelope import Button
from inbox.events import Actor
from inbox.i18n import N_, Phrase
from inbox.model import Conversation, Event
from inbox.routing import manners, saying, variables
from inbox.routing.actions.base import Writing


class SendReply(Writing):
    name: ClassVar[str] = "send_reply"
    label: ClassVar[str] = "Send a reply"

    buttons: list[Annotated[str, Field(min_length=1, max_length=60)]] = Field(
        default_factory=list,
        title="Buttons",
        description="One a line; numbered where a channel has none.",
        max_length=10,
    )

    def run(self, session: Session, conversation: Conversation, *, by: Actor, event: Event) -> str:
        subject = self.subject(session, event)
        by_itself = by.kind == "rule"  # else an agent ran a macro, who knows what they do
        if by_itself and (objection := manners.objection(session, subject, clock.now())):
            return Phrase("not sent: %(why)s", why=Phrase.of(objection))
        thread_id = subject.message.thread_id if subject.message else None
        text = variables.fill(self.text, subject)
        buttons = [Button(text=label, value=label) for label in self.buttons]
        composed = Composed(text=text, thread_id=thread_id, automatic=by_itself, buttons=buttons)
        # an id of its own each time: the rule runs once for an event, and so does this
        saying.say(session, conversation, composed, by=by, request_id=ids.new())
        return N_("reply queued")
