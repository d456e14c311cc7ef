"""Two who change one conversation at the same time follow one another."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlmodel import Session, select

from inbox.db import Database
from inbox.desk import amending, counters, replies, snooze, status
from inbox.desk.replies import Composed, Overtaken
from inbox.events import SYSTEM, Actor
from inbox.model import Conversation, Inbox, Message, Status
from tests.cast import Cast
from tests.desk.incoming import mail, take

BLOCKED_SECONDS = 0.3  # long enough that the second has read, or waits for the first

Verb = Callable[[Session, Conversation], object]


@pytest.fixture
def server(postgres_url: str) -> Iterator[Database]:
    """On SQLite there is one writer, so nobody is ever at once."""
    database = Database(postgres_url)
    yield database
    database.engine.dispose()


@pytest.fixture
def conversation_id(server: Database) -> str:
    def work(session: Session) -> str:
        cast = Cast(session)
        conversation = cast.conversation()
        cast.incoming(conversation, mail_message_id="old@their.example")
        return conversation.id

    return server.run(work)


def at_once(server: Database, conversation_id: str, first: Verb, second: Verb) -> None:
    """`second` begins before the transaction of `first` ends."""

    def do(session: Session) -> None:
        second(session, session.get_one(Conversation, conversation_id))

    with server.transaction() as session:
        first(session, session.get_one(Conversation, conversation_id))
        session.flush()
        thread = threading.Thread(target=lambda: server.run(do))
        thread.start()
        time.sleep(BLOCKED_SECONDS)
    thread.join()


def is_counted(session: Session, conversation: Conversation) -> bool:
    keys = [
        key
        for state in Status
        for key in (
            f"inbox:{conversation.inbox_id}:{state}",
            f"inbox:{conversation.inbox_id}:unassigned:{state}",
        )
    ]
    found = {key for key, value in counters.read(session, keys).items() if value}
    return found == set(counters.keys(conversation))


def resolve(session: Session, conversation: Conversation) -> object:
    return status.resolve(session, conversation, by=SYSTEM)


def put_aside(session: Session, conversation: Conversation) -> object:
    return snooze.snooze(session, conversation, None, by=SYSTEM)


def answer(session: Session, conversation: Conversation) -> object:
    composed = Composed(text="At noon")
    return replies.reply(session, conversation, composed, by=SYSTEM, request_id="1")


def write(session: Session, _conversation: Conversation) -> object:
    inbox = session.exec(select(Inbox)).one()
    return take(session, inbox, mail(references=("old@their.example",)))


def test_who_writes_while_it_is_resolved_opens_it_again(server, conversation_id) -> None:
    at_once(server, conversation_id, resolve, write)

    def check(session: Session) -> tuple[Status, bool]:
        found = session.get_one(Conversation, conversation_id)
        return found.status, is_counted(session, found)

    assert server.look(check) == (Status.OPEN, True)


@pytest.mark.parametrize("first", [resolve, put_aside, answer, write])
@pytest.mark.parametrize("second", [resolve, put_aside, answer, write])
def test_the_counters_stay_true(server, conversation_id, first, second) -> None:
    if first is second is answer:
        pytest.skip("the same answer is one answer")
    at_once(server, conversation_id, first, second)

    assert server.look(lambda s: is_counted(s, s.get_one(Conversation, conversation_id)))


def test_of_two_answers_to_the_same_message_the_second_is_stopped(server, conversation_id) -> None:
    refused: list[Overtaken] = []

    def reply(name: str) -> Verb:
        def verb(session: Session, conversation: Conversation) -> None:
            seen = session.exec(select(Message.id).where(Message.direction == "incoming")).one()
            composed = Composed(text=name, seen_message_id=seen)
            try:
                replies.reply(session, conversation, composed, by=SYSTEM, request_id=name)
            except Overtaken as error:
                refused.append(error)

        return verb

    at_once(server, conversation_id, reply("Ana"), reply("Boris"))

    assert [[message.text for message in error.newer] for error in refused] == [["Ana"]]


def test_what_was_newer_can_be_shown_when_the_second_is_rolled_back(
    server, conversation_id
) -> None:
    def late(session: Session) -> None:
        conversation = session.get_one(Conversation, conversation_id)
        seen = session.exec(select(Message.id).where(Message.direction == "incoming")).one()
        composed = Composed(text="Boris", seen_message_id=seen)
        replies.reply(session, conversation, composed, by=SYSTEM, request_id="Boris")

    server.run(lambda s: answer(s, s.get_one(Conversation, conversation_id)))
    with pytest.raises(Overtaken) as refused:
        server.run(late)

    assert [message.direction for message in refused.value.newer] == ["outgoing"]


def test_of_two_who_react_at_once_both_stand(server, conversation_id) -> None:
    def react(side: str, person: str) -> Verb:
        def verb(session: Session, _conversation: Conversation) -> None:
            message_id = session.exec(select(Message.id)).one()
            message = amending.hold(session, message_id)
            by = Actor("agent" if side == "us" else "contact", person, person)
            amending.set_reactions(session, message, side, ["👍"], by=by)

        return verb

    at_once(server, conversation_id, react("us", "Ana"), react("contact", "Marko"))

    extras = server.look(lambda s: s.exec(select(Message.extras)).one())
    assert [one["name"] for one in extras["reactions"]] == ["Ana", "Marko"]
