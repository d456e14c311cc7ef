"""How many conversations stand in each list: kept in the transaction that moves one, never counted.

A verb first takes the conversation's row for itself (`hold`), so that two at once follow one
another, and the counters, the trail and what was decided from the row stay true.

Keys are `inbox:{id}:{status}`, `inbox:{id}:unassigned:{status}`, `team:{id}:{status}` and
`assignee:{id}:{status}`, so that what an agent may see adds up from the inboxes he may see.
"""

from collections import Counter as Tally
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from inbox.model import Conversation, Counter, Status

_HELD = "held"


class Counted(Protocol):
    """A conversation, or as much of one as is counted."""

    inbox_id: str
    status: Status
    assignee_id: str | None
    team_id: str | None


def hold(session: Session, conversation: Conversation) -> None:
    """Keep the conversation's row until the commit, as it is now."""
    if conversation.id in session.info.get(_HELD, ()):
        return
    session.refresh(conversation, with_for_update={"key_share": True})


def already_held(session: Session, conversation_ids: Collection[str]) -> None:
    """Who read these rows for update, outside of any savepoint, need not have them read again."""
    session.info[_HELD] = conversation_ids


@contextmanager
def kept(session: Session, *conversations: Conversation) -> Iterator[None]:
    """Whatever is changed on the conversations inside, the counters follow."""
    before = Tally[str]()
    for conversation in conversations:
        before.update(keys(conversation))
    yield
    for conversation in conversations:
        before.subtract(keys(conversation))
        session.add(conversation)
    move(session, {key: -change for key, change in before.items()})


def keys(conversation: Counted) -> list[str]:
    """The counters that this conversation adds one to."""
    status = conversation.status
    found = [f"inbox:{conversation.inbox_id}:{status}"]
    if conversation.assignee_id:
        found.append(f"assignee:{conversation.assignee_id}:{status}")
    else:
        found.append(f"inbox:{conversation.inbox_id}:unassigned:{status}")
    if conversation.team_id:
        found.append(f"team:{conversation.team_id}:{status}")
    return found


def move(session: Session, changes: dict[str, int]) -> None:
    """Add each change to its counter, in one statement and in one order, so nobody deadlocks."""
    rows = [{"key": key, "value": changes[key]} for key in sorted(changes) if changes[key]]
    if not rows:
        return
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insert = dialect.insert(Counter)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["key"], set_={"value": col(Counter.value) + insert.excluded.value}
        ),
        rows,
    )


def read(session: Session, wanted: Iterable[str]) -> dict[str, int]:
    """The values of the wanted keys; one never counted is 0."""
    names = list(wanted)
    rows = session.execute(
        sa.select(col(Counter.key), col(Counter.value)).where(col(Counter.key).in_(names))
    )
    found = {key: value for key, value in rows}  # noqa: C416  a Result has keys() of its own
    return {name: found.get(name, 0) for name in names}
