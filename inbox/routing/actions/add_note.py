"""Adds a note that only agents see."""

from typing import ClassVar

from sqlmodel import Session

from inbox.desk import notes
from inbox.events import Actor
from inbox.i18n import N_
from inbox.model import Conversation, Event
from inbox.routing import variables
from inbox.routing.actions.base import Writing


class AddNote(Writing):
    name: ClassVar[str] = "add_note"
    label: ClassVar[str] = "Add a note"

    def run(self, session: Session, conversation: Conversation, *, by: Actor, event: Event) -> str:
        text = variables.fill(self.text, self.subject(session, event))
        notes.note(session, conversation, text, by=by)
        return N_("note added")
