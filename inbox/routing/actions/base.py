"""What an action is: its parameters are its fields, and `run` calls a verb of the desk."""

from abc import ABC, abstractmethod
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlmodel import Session

from inbox.errors import Invalid
from inbox.events import Actor
from inbox.i18n import Phrase
from inbox.model import Conversation, Event
from inbox.routing import variables
from inbox.routing.facts import Subject, subject_of


class Action(BaseModel, ABC):
    """One thing that a rule or macro can do; the fields draw the form in the rule editor.

    A field's `title` is its label; `json_schema_extra={"from": …}` names the rows whose ids it
    offers.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    name: ClassVar[str]
    label: ClassVar[str]

    @abstractmethod
    def run(self, session: Session, conversation: Conversation, *, by: Actor, event: Event) -> str:
        """Do it, and say in a few words what was done; any exception is kept in the why-log."""


def reason(by: Actor, event: Event) -> str:
    """Who is to be named where something is done by a rule, or by a macro of somebody's."""
    if by.kind == "rule":
        return Phrase("Rule: %(name)s", name=by.name)
    return Phrase("Macro: %(name)s", name=event.particulars.get("macro"))


class Writing(Action):
    """An action that writes a text, in which variables stand for what the event is about."""

    text: str = Field(title="Text", min_length=1, max_length=10_000)

    @field_validator("text")
    @classmethod
    def only_known_variables(cls, text: str) -> str:
        if unknown := variables.unknown(text):
            raise ValueError(Phrase("There are no variables %(names)s.", names=unknown))
        return text

    def subject(self, session: Session, event: Event) -> Subject:
        found = subject_of(session, event)
        if found is None:
            raise Invalid("The event is about no conversation.")
        return found
