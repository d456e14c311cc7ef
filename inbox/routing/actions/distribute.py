"""Hands the conversation out by the strategy of its team."""

from typing import ClassVar

from sqlmodel import Session

from inbox.events import Actor
from inbox.model import Conversation, Event
from inbox.routing import distributing
from inbox.routing.actions.base import Action


class Distribute(Action):
    name: ClassVar[str] = "distribute"
    label: ClassVar[str] = "Distribute within the team"

    def run(self, session: Session, conversation: Conversation, *, by: Actor, event: Event) -> str:  # noqa: ARG002
        return distributing.distribute(session, conversation, by=by).reason
