"""What the web tests of the widget do not reach: other people's words in a merged conversation."""

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from inbox import ids
from inbox.db import Database
from inbox.desk import trail, visitors
from inbox.errors import NotFound
from inbox.events import SYSTEM, EventKind, record
from inbox.model import (
    Attachment,
    Author,
    ChannelThread,
    Contact,
    Conversation,
    Direction,
    Identity,
    Inbox,
    Message,
    MessageState,
)  # fmt: skip

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
VISITOR, OTHER = "a" * 32, "b" * 32


def add(session: Any, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


class Scene:
    """One conversation with the threads of two visitors and one of mail."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.inbox = add(session, Inbox(name="Chat", kind="webchat", slug="chat"))
        self.contact = add(session, Contact(name="Ana"))
        self.conversation = add(
            session,
            Conversation(number=1, contact_id=self.contact.id, inbox_id=self.inbox.id, last_at=NOW),
        )
        self.thread = self.make_thread("visitor", VISITOR)
        self.others = self.make_thread("visitor", OTHER)
        self.mail = self.make_thread("email", "ana@example.com")

    def make_thread(self, kind: str, value: str) -> ChannelThread:
        contact_id = self.contact.id
        identity = add(self.session, Identity(contact_id=contact_id, kind=kind, value=value))
        thread = ChannelThread(
            conversation_id=self.conversation.id,
            inbox_id=self.inbox.id,
            identity_id=identity.id,
            remote_id=value,
        )
        return add(self.session, thread)

    def write(self, thread: ChannelThread | None, text: str, **columns: Any) -> Message:
        columns = {
            "direction": Direction.INCOMING,
            "state": MessageState.RECEIVED,
            "author_kind": Author.CONTACT,
            "channel": "webchat",
            **columns,
        }
        message = Message(
            conversation_id=self.conversation.id,
            inbox_id=self.inbox.id,
            thread_id=thread.id if thread else None,
            external_id=ids.new(),
            sent_at=NOW,
            text=text,
            **columns,
        )
        add(self.session, message)
        record(
            self.session,
            EventKind.MESSAGE_RECEIVED,
            by=SYSTEM,
            conversation=self.conversation,
            message_id=message.id,
        )
        return message


def everything(scene: Scene) -> None:
    outgoing = {"direction": Direction.OUTGOING, "author_kind": Author.AGENT}
    scene.write(scene.thread, "mine")
    scene.write(scene.others, "another visitor's")
    scene.write(scene.mail, "a mail", channel="email")
    scene.write(
        scene.thread, "a note", direction=Direction.NOTE, state=MessageState.NOTED,
        author_kind=Author.AGENT,
    )  # fmt: skip
    for state in MessageState:
        scene.write(scene.thread, f"answer {state}", state=state, **outgoing)
    scene.write(
        scene.thread, "by mail", state=MessageState.SENT, **{**outgoing, "channel": "email"}
    )
    scene.write(scene.others, "to another", state=MessageState.SENT, **outgoing)


async def test_a_visitor_sees_his_own_thread_and_no_more(database: Database) -> None:
    def work(session: Any) -> tuple[str, int]:
        scene = Scene(session)
        start = trail.latest(session)
        everything(scene)
        return scene.inbox.id, start

    inbox_id, start = await database.write(work)
    page = await database.read(lambda s: visitors.history(s, inbox_id, VISITOR))
    seen = ["mine", "answer sent", "answer delivered", "answer read"]
    assert [message.text for message in page.messages] == seen
    news = await database.read(lambda s: visitors.news(s, inbox_id, VISITOR, after=start))
    assert [message.text for message in news.messages] == seen


async def test_those_concerned_are_found_by_the_events(database: Database) -> None:
    def work(session: Any) -> tuple[str, int]:
        scene = Scene(session)
        scene.write(scene.others, "before")
        return scene.inbox.id, 0

    inbox_id, _ = await database.write(work)
    cursor = await database.read(trail.latest)
    assert await database.read(lambda s: visitors.touched(s, after=cursor)) == (cursor, set())
    _, concerned = await database.read(lambda s: visitors.touched(s, after=0))
    assert concerned == {(inbox_id, OTHER)}


async def test_history_comes_page_by_page(database: Database) -> None:
    def work(session: Any) -> str:
        scene = Scene(session)
        for number in range(visitors.PAGE + 3):
            scene.write(scene.thread, f"{number}")
        return str(scene.inbox.id)

    inbox_id = await database.write(work)
    newest = await database.read(lambda s: visitors.history(s, inbox_id, VISITOR))
    assert newest.has_earlier
    assert newest.messages[0].text == "3"
    before = newest.messages[0].id
    rest = await database.read(lambda s: visitors.history(s, inbox_id, VISITOR, before=before))
    assert [message.text for message in rest.messages] == ["0", "1", "2"]
    assert not rest.has_earlier


async def test_a_file_of_somebody_else_is_not_there(database: Database) -> None:
    def work(session: Any) -> tuple[str, dict[str, str]]:
        scene = Scene(session)
        files = {}
        for owner, thread in (("own", scene.thread), ("foreign", scene.others)):
            message = scene.write(thread, owner)
            file = Attachment(
                message_id=message.id, name="a.txt", content_type="text/plain", size=1, digest="0"
            )
            files[owner] = add(session, file).id
        return scene.inbox.id, files

    inbox_id, files = await database.write(work)

    def read(session: Any, owner: str) -> Attachment:
        return visitors.own_file(session, inbox_id, VISITOR, files[owner])

    assert (await database.read(lambda s: read(s, "own"))).name == "a.txt"
    with pytest.raises(NotFound):
        await database.read(lambda s: read(s, "foreign"))
    with pytest.raises(NotFound):
        await database.read(lambda s: visitors.own_file(s, inbox_id, VISITOR, ids.new()))


def test_a_visitors_messages_are_found_without_looking_through_everybodys(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    asked: list[str] = []

    def listen(conn: Any, cursor: Any, statement: str, given: Any, *_: Any) -> None:
        plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", given).fetchall()
        asked.extend(str(row[3]) for row in plan)

    sa.event.listen(sa.Engine, "before_cursor_execute", listen)
    database.look(lambda s: visitors.history(s, "inbox", VISITOR))
    database.look(lambda s: visitors.newest_conversation_id(s, "inbox", VISITOR))
    sa.event.remove(sa.Engine, "before_cursor_execute", listen)
    database.engine.dispose()

    assert any("ix_message_thread" in step for step in asked)
    tables = ("SCAN message", "SCAN channel_thread", "SCAN identity", "SCAN conversation")
    assert [step for step in asked if step.startswith(tables)] == []
