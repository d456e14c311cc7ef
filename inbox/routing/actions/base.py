"""What an action is: its parameters are its fields, and `run` calls a verb of the desk."""

from abc import ABC, abstractmethod
from typing import ClassVar

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from inbox.events import Actor
from inbox.model import Conversation, Event


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
    return f"Rule: {by.name}" if by.kind == "rule" else f"Macro: {event.particulars.get('macro')}"
