"""Adds a note that only agents see."""

from typing import ClassVar

from pydantic import Field, field_validator
from sqlmodel import Session

from inbox.desk import notes
from inbox.errors import Invalid
from inbox.events import Actor
from inbox.i18n import Phrase
from inbox.model import Conversation, Event
from inbox.routing import variables
from inbox.routing.actions.base import Action
from inbox.routing.facts import subject_of


class AddNote(Action):
    name: ClassVar[str] = "add_note"
    label: ClassVar[str] = "Add a note"

    text: str = Field(title="Text", min_length=1, max_length=10_000)

    @field_validator("text")
    @classmethod
    def only_known_variables(cls, text: str) -> str:
        if unknown := variables.unknown(text):
            raise ValueError(Phrase("There are no variables %(names)s.", names=unknown))
        return text

    def run(self, session: Session, conversation: Conversation, *, by: Actor, event: Event) -> str:
        subject = subject_of(session, event)
        if subject is None:
            raise Invalid("The event is about no conversation.")
        notes.note(session, conversation, variables.fill(self.text, subject), by=by)
        return "note added"
