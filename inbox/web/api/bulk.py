"""One change to many conversations by the API."""

from typing import Literal

from pydantic import BaseModel, Field, model_validator
from sqlmodel import Session

from inbox.desk import assignment, bulk, snooze, status, tags
from inbox.i18n import N_
from inbox.model import Conversation, Status
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Id, Input, Moment, wrong
from inbox.web.route import Access

Tags = list[str]


class BulkChange(Input):
    """Only what is given changes, for each of the conversations by id or number."""

    conversations: list[Id] = Field(min_length=1, max_length=bulk.MOST)
    status: Literal["open", "waiting", "resolved", "spam"] | None = None
    priority: int | None = Field(None, ge=0, le=4, description="0 none to 4 urgent")
    agent_id: str | None = Field(None, max_length=25, description="null gives it back")
    team_id: Id | None = None
    snoozed_until: Moment | None = None
    add_tags: Tags = Field([], max_length=20)
    remove_tags: Tags = Field([], max_length=20)

    @model_validator(mode="after")
    def _says_something(self) -> "BulkChange":
        if not self.model_fields_set - {"conversations"}:
            raise wrong("conversations", N_("Say what is to change, for example the status."))
        return self


class Refused(BaseModel):
    id: str
    error: str


class BulkOutcome(BaseModel):
    """What could not be changed stays as it was; one that can't be seen is in neither list."""

    changed: list[str]
    refused: list[Refused]


def change(session: Session, call: Call) -> object:
    found = bulk.chosen(session, call.body.conversations, call.bearer.inbox_ids)
    outcome = bulk.each(session, found, lambda one: _change(session, one, call))
    return BulkOutcome(
        changed=[one.id for one, _ in outcome.done],
        refused=[Refused(id=one.id, error=str(why)) for one, why in outcome.failed],
    )


def _change(session: Session, conversation: Conversation, call: Call) -> None:
    body, by = call.body, call.by
    if body.team_id:
        assignment.transfer(session, conversation, body.team_id, by=by)
    if body.agent_id:
        assignment.assign(session, conversation, body.agent_id, by=by)
    elif "agent_id" in body.model_fields_set:
        assignment.unassign(session, conversation, by=by)
    _sort(session, conversation, call)
    if body.priority is not None:
        status.set_priority(session, conversation, body.priority, by=by)
    if body.status:
        status.set_status(session, conversation, Status(body.status), by=by)
    if body.snoozed_until:
        snooze.snooze(session, conversation, body.snoozed_until, by=by)


def _sort(session: Session, conversation: Conversation, call: Call) -> None:
    for name in call.body.add_tags:
        tags.tag(session, conversation, name, by=call.by)
    for name in call.body.remove_tags:
        tags.untag(session, conversation, name, by=call.by)


OPERATIONS = [
    Operation(
        method="POST", path="/conversation-changes", access=Access.API_WRITE,
        summary="Change many conversations at once", work=change, body=BulkChange,
        gives=BulkOutcome, status=201,
    ),
]  # fmt: skip
