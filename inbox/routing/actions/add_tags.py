"""Tags the conversation."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints
from sqlmodel import Session

from inbox.desk import tags
from inbox.events import Actor
from inbox.i18n import Phrase
from inbox.model import Conversation, Event
from inbox.routing.actions.base import Action

TagName = Annotated[str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True)]


class AddTags(Action):
    name: ClassVar[str] = "add_tags"
    label: ClassVar[str] = "Add tags"

    tags: list[TagName] = Field(
        title="Tags", min_length=1, max_length=20, json_schema_extra={"from": "tags"}
    )

    def run(self, session: Session, conversation: Conversation, *, by: Actor, event: Event) -> str:  # noqa: ARG002
        for name in self.tags:
            tags.tag(session, conversation, name, by=by)
        return Phrase("tagged %(tags)s", tags=self.tags)
