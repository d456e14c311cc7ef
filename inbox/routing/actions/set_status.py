"""Sets the status."""

from typing import ClassVar, Literal

from pydantic import Field
from sqlmodel import Session

from inbox.desk import status
from inbox.events import Actor
from inbox.i18n import Phrase
from inbox.model import Conversation, Event, Status
from inbox.routing.actions.base import Action


class SetStatus(Action):
    name: ClassVar[str] = "set_status"
    label: ClassVar[str] = "Set the status"

    # snoozing needs a time, so it is not a status that a rule can set
    status: Literal[Status.OPEN, Status.WAITING, Status.RESOLVED, Status.SPAM] = Field(
        title="Status"
    )

    def run(self, session: Session, conversation: Conversation, *, by: Actor, event: Event) -> str:  # noqa: ARG002
        status.set_status(session, conversation, self.status, by=by)
        return Phrase("status: %(value)s", value=Phrase(str(self.status).capitalize()))
