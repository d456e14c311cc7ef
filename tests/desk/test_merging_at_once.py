"""What is written while a merge is under way goes on where the conversation does."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import Session, select

from inbox.db import Database
from inbox.desk import merging, notes, replies
from inbox.desk.ingest import Understood, ingest
from inbox.desk.replies import Composed
from inbox.errors import Conflict
from inbox.events import SYSTEM
from inbox.model import Conversation, Message
from tests.cast import Cast
from tests.desk.incoming import KEY, conversation_of, mail, take

BLOCKED_SECONDS = 0.3
Two = tuple[str, str, str]


@pytest.fixture
def two(database: Database) -> Two:
    """The inbox, the conversation that stays and the one that goes."""
    with database.transaction() as session:
        cast = Cast(session)
        sent = [mail("marko@their.example", mail_message_id=f"{n}@their.example") for n in (1, 2)]
        one, other = (conversation_of(session, m) for m in take(session, cast.inbox, *sent))
        return cast.inbox.id, one.id, other.id


def while_merging(database: Database, two: Two, work: Callable[[Session], Any]) -> Any:
    """The result of `work`, which began before the merge was committed."""
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            one, other = (session.get_one(Conversation, name) for name in two[1:])
            merging.merge(session, one, other, by=SYSTEM)
            session.flush()
            begun = pool.submit(database.run, work)
            time.sleep(BLOCKED_SECONDS)
        return begun.result(timeout=20)


def test_a_mail_goes_to_the_one_that_stays(database: Database, two: Two) -> None:
    inbox_id, one, other = two
    answer = mail("marko@their.example", references=("2@their.example",))

    (found,) = while_merging(
        database, two, lambda s: ingest(s, KEY, [Understood(inbox_id, answer, channel="email")])
    )

    with database.transaction() as session:
        assert session.get_one(Message, found).conversation_id == one
        assert session.get_one(Conversation, other).status == "merged"


@pytest.mark.parametrize("kind", ["reply", "note"])
def test_what_an_agent_writes_is_refused_rather_than_lost(
    database: Database, two: Two, kind: str
) -> None:
    def write(session: Session) -> None:
        other = session.exec(select(Conversation).where(Conversation.id == two[2])).one()
        if kind == "note":
            notes.note(session, other, "Call back", by=SYSTEM)
        else:
            replies.reply(session, other, Composed(text="Hi"), by=SYSTEM, request_id="1")

    with pytest.raises(Conflict):
        while_merging(database, two, write)
