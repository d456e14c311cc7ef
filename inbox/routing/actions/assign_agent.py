"""Gives the conversation to one agent."""

from typing import ClassVar

from pydantic import Field
from sqlmodel import Session

from inbox.desk import assignment
from inbox.events import Actor
from inbox.i18n import N_
from inbox.model import Conversation, Event
from inbox.routing.actions.base import Action, reason


class AssignAgent(Action):
    name: ClassVar[str] = "assign_agent"
    label: ClassVar[str] = "Assign to an agent"

    agent_id: str = Field(title="Agent", min_length=1, json_schema_extra={"from": "agents"})

    def run(self, session: Session, conversation: Conversation, *, by: Actor, event: Event) -> str:
        assignment.assign(session, conversation, self.agent_id, by=by, reason=reason(by, event))
        return N_("assigned")
