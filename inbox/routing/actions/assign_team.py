"""Passes the conversation on to a team."""

from typing import ClassVar

from pydantic import Field
from sqlmodel import Session

from inbox.desk import assignment
from inbox.events import Actor
from inbox.i18n import N_
from inbox.model import Conversation, Event
from inbox.routing.actions.base import Action, reason


class AssignTeam(Action):
    name: ClassVar[str] = "assign_team"
    label: ClassVar[str] = "Assign to a team"

    team_id: str = Field(title="Team", min_length=1, json_schema_extra={"from": "teams"})

    def run(self, session: Session, conversation: Conversation, *, by: Actor, event: Event) -> str:
        assignment.transfer(session, conversation, self.team_id, by=by, reason=reason(by, event))
        return N_("passed on")
