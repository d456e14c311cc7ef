"""One change to many conversations: what can't be changed stays as it is, and is named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlmodel import Session, col, select

from inbox.errors import InboxError, Invalid
from inbox.i18n import Phrase
from inbox.model import Conversation

MOST = 100

_Told = TypeVar("_Told")


@dataclass(slots=True)
class Outcome(Generic[_Told]):
    """What each change gave, beside its conversation; and why the others were not changed."""

    done: list[tuple[Conversation, _Told]] = field(default_factory=list)
    failed: list[tuple[Conversation, InboxError]] = field(default_factory=list)


def each(
    session: Session, conversations: Sequence[Conversation], change: Callable[[Conversation], _Told]
) -> Outcome[_Told]:
    """Always in the same order, so that two who change the same ones do not wait for each other."""
    outcome: Outcome[_Told] = Outcome()
    for conversation in sorted(conversations, key=lambda one: one.id):
        try:
            with session.begin_nested():
                told = change(conversation)
        except InboxError as error:
            outcome.failed.append((conversation, error))
        else:
            outcome.done.append((conversation, told))
    return outcome


def chosen(
    session: Session, wanted: Sequence[str], inbox_ids: frozenset[str] | None
) -> list[Conversation]:
    """Those by these ids or numbers which may be seen (`inbox_ids`: None for all).

    One that was merged is left out: it goes on in another, which nobody has chosen.
    """
    if not 1 <= len(wanted) <= MOST:
        raise Invalid(
            fields={"conversations": Phrase("Choose 1 to %(most)d conversations.", most=MOST)}
        )
    numbers = [int(text) for text in wanted if text.isdecimal() and len(text) < 19]
    query = select(Conversation).where(
        col(Conversation.number).in_(numbers) | col(Conversation.id).in_(wanted),
        col(Conversation.merged_into_id).is_(None),
    )
    if inbox_ids is not None:
        query = query.where(col(Conversation.inbox_id).in_(inbox_ids))
    return list(session.exec(query))
