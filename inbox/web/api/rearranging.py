"""Conversations merged, split and put right again, by the API."""

from pydantic import Field, model_validator
from sqlmodel import Session

from inbox.desk import conversations, merging, splitting
from inbox.errors import NotFound
from inbox.i18n import N_
from inbox.web.api.conversations import known
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Id, Input, wrong
from inbox.web.api.shapes import ConversationMerge, ConversationSplit
from inbox.web.route import Access


class NewMerge(Input):
    """The conversation that goes up in the one of the URL, by its id or number."""

    conversation_id: Id


class NewSplit(Input):
    """Chosen messages, or one and all after it."""

    message_ids: list[Id] = Field(default=[], max_length=1000)
    from_message_id: Id | None = None
    subject: str = Field("", max_length=500)

    @model_validator(mode="after")
    def says_which(self) -> "NewSplit":
        if bool(self.message_ids) is bool(self.from_message_id):
            raise wrong("message_ids", N_("Give message_ids or from_message_id, one of the two."))
        return self


def merge(session: Session, call: Call) -> object:
    conversation = known(session, call)
    other = conversations.find(session, call.body.conversation_id)
    if other is None or not call.bearer.sees(other.inbox_id):
        raise NotFound("There is no such conversation to merge.")
    merged = other.id
    event = merging.merge(session, conversation, other, by=call.by)
    return {"id": event.id, "conversation": conversation, "merged_id": merged}


def undo_merge(session: Session, call: Call) -> None:
    merging.undo(session, known(session, call), call.path["merge_id"], by=call.by)


def split(session: Session, call: Call) -> object:
    conversation, body = known(session, call), call.body
    wanted = body.message_ids
    if body.from_message_id:
        wanted = splitting.from_on(session, conversation, body.from_message_id)
    new, event = splitting.split(session, conversation, wanted, by=call.by, subject=body.subject)
    return {"id": event.id, "conversation": new, "from_id": conversation.id}


def undo_split(session: Session, call: Call) -> None:
    splitting.undo(session, known(session, call), call.path["split_id"], by=call.by)


OPERATIONS = [
    Operation(
        method="POST", path="/conversations/{id}/merges", access=Access.API_WRITE,
        summary="Merge another conversation of the same customer into this one", work=merge,
        body=NewMerge, gives=ConversationMerge, status=201,
    ),
    Operation(
        method="DELETE", path="/conversations/{id}/merges/{merge_id}", access=Access.API_WRITE,
        summary="Undo a merge", work=undo_merge, status=204,
    ),
    Operation(
        method="POST", path="/conversations/{id}/splits", access=Access.API_WRITE,
        summary="Make messages a conversation of their own", work=split, body=NewSplit,
        gives=ConversationSplit, status=201,
    ),
    Operation(
        method="DELETE", path="/conversations/{id}/splits/{split_id}", access=Access.API_WRITE,
        summary="Undo a split", work=undo_split, status=204,
    ),
]  # fmt: skip
