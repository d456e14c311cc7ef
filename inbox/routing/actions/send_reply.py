"""Answers the customer from a template; a rule does it with the manners of a machine."""

from typing import ClassVar

from sqlmodel import Session

from inbox import clock, ids
from inbox.desk.replies import Composed
from inbox.events import Actor
from inbox.i18n import N_, Phrase
from inbox.model import Conversation, Event
from inbox.routing import manners, saying, variables
from inbox.routing.actions.base import Writing


class SendReply(Writing):
    name: ClassVar[str] = "send_reply"
    label: ClassVar[str] = "Send a reply"

    def run(self, session: Session, conversation: Conversation, *, by: Actor, event: Event) -> str:
        subject = self.subject(session, event)
        by_itself = by.kind == "rule"  # else an agent ran a macro, who knows what they do
        if by_itself and (objection := manners.objection(session, subject, clock.now())):
            return Phrase("not sent: %(why)s", why=Phrase.of(objection))
        thread_id = subject.message.thread_id if subject.message else None
        text = variables.fill(self.text, subject)
        composed = Composed(text=text, thread_id=thread_id, automatic=by_itself)
        # an id of its own each time: the rule runs once for an event, and so does this
        saying.say(session, conversation, composed, by=by, request_id=ids.new())
        return N_("reply queued")
