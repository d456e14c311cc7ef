"""Sets the priority."""

from typing import ClassVar

from pydantic import Field
from sqlmodel import Session

from inbox.desk import status
from inbox.events import Actor
from inbox.i18n import Phrase
from inbox.model import Conversation, Event, Priority
from inbox.routing.actions.base import Action


class SetPriority(Action):
    name: ClassVar[str] = "set_priority"
    label: ClassVar[str] = "Set the priority"

    priority: Priority = Field(title="Priority")

    def run(self, session: Session, conversation: Conversation, *, by: Actor, event: Event) -> str:  # noqa: ARG002
        status.set_priority(session, conversation, self.priority, by=by)
        return Phrase("priority: %(value)s", value=Phrase(self.priority.name.capitalize()))
