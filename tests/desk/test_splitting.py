"""Messages become a conversation of their own, and what is answered to them follows."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from inbox import mailtokens
from inbox.desk import splitting
from inbox.envelope import Address, AddressKind
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import Actor
from inbox.model import ChannelThread, Conversation, Inbox, Message, Status
from tests.cast import Cast
from tests.desk.incoming import KEY, conversation_of, mail, take

ANA = Actor("agent", "ana", "Ana")
OURS = "help@ours.example"
MARKO = "marko@their.example"


@pytest.fixture
def said(session: Session, cast: Cast) -> list[Message]:
    """Three mails of one conversation."""
    found: list[Message] = []
    for number in range(3):
        references = (f"{number - 1}@their.example",) if number else ()
        found += take(
            session, cast.inbox,
            mail(MARKO, text=str(number), references=references,
                 mail_message_id=f"{number}@their.example"),
        )  # fmt: skip
    return found


def texts(session: Session, conversation: Conversation) -> list[str]:
    query = select(Message.text).where(Message.conversation_id == conversation.id)
    return list(session.exec(query.order_by(Message.id)))


def split(session: Session, said: list[Message], *numbers: int) -> Any:
    conversation = conversation_of(session, said[0])
    new, event = splitting.split(session, conversation, [said[n].id for n in numbers], by=ANA)
    return conversation, new, event


def test_they_become_a_matter_of_their_own(session: Session, said: list[Message]) -> None:
    old, new, _ = split(session, said, 1, 2)

    assert (texts(session, old), texts(session, new)) == (["0"], ["1", "2"])
    assert (old.message_count, new.message_count) == (1, 2)
    assert (old.unread, new.unread, new.status) == (1, 2, Status.OPEN)
    assert (new.contact_id, new.linked_id) == (old.contact_id, old.id)


@pytest.mark.parametrize(("answered", "goes"), [(0, "old"), (1, "new")])
@pytest.mark.parametrize("signed", ["plus", "id", "none"])
def test_an_answer_follows_the_message_it_answers(
    session: Session, cast: Cast, said: list[Message], answered: int, goes: str, signed: str
) -> None:
    """Also where it carries what we signed for the conversation as it was before."""
    old, new, _ = split(session, said, 1)
    carried: dict[str, Any] = {"references": (f"{answered}@their.example",)}
    if signed == "plus":
        carried["delivered_to"] = (mailtokens.plus_address(KEY, old.id, OURS),)
    if signed == "id":
        ours = mailtokens.message_id(KEY, old.id, "ours.example")
        carried["references"] = (f"{answered}@their.example", ours)

    (answer,) = take(session, cast.inbox, mail(MARKO, **carried))

    assert answer.conversation_id == {"old": old.id, "new": new.id}[goes]


@pytest.mark.parametrize(("taken", "goes"), [((1, 2), "new"), ((0, 1), "old")])
def test_a_chat_goes_on_where_its_newest_message_is(
    session: Session, cast: Cast, taken: tuple[int, ...], goes: str
) -> None:
    chat = Inbox(name="Texts", kind="sms", slug="texts")
    session.add(chat)
    session.flush()
    number = Address(kind=AddressKind.PHONE, value="+381641234567")
    said: list[Message] = []
    thread = {"thread": number.value, "subject": ""}
    for text in "012":
        said += take(session, chat, replace(mail(text=text, **thread), sender=number))
    old, new, _ = split(session, said, *taken)

    (next_one,) = take(session, chat, replace(mail(**thread), sender=number))

    assert next_one.conversation_id == {"old": old.id, "new": new.id}[goes]


def test_every_message_keeps_a_thread_of_its_conversation(
    session: Session, said: list[Message]
) -> None:
    split(session, said, 0, 2)

    for message in session.exec(select(Message)):
        thread = session.get_one(ChannelThread, message.thread_id)
        assert thread.conversation_id == message.conversation_id


def test_an_undone_split_brings_all_back(session: Session, cast: Cast, said: list[Message]) -> None:
    old, new, event = split(session, said, 1, 2)
    take(session, cast.inbox, mail(MARKO, text="3", references=("2@their.example",)))

    splitting.undo(session, old, event.id, by=ANA)

    assert texts(session, old) == ["0", "1", "2", "3"]
    assert new.status is Status.MERGED
    with pytest.raises(Conflict):
        splitting.undo(session, old, event.id, by=ANA)
    with pytest.raises(NotFound):
        splitting.undo(session, new, event.id, by=ANA)


def test_something_stays_and_something_goes(session: Session, said: list[Message]) -> None:
    old = conversation_of(session, said[0])

    for wrong in ([], ["nothing"], [m.id for m in said]):
        with pytest.raises(Invalid) as refused:
            splitting.split(session, old, wrong, by=ANA)
        assert "message_ids" in refused.value.fields


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(picks=st.lists(st.sets(st.integers(0, 4), min_size=1, max_size=4), min_size=1, max_size=4))
def test_whatever_is_split_and_brought_back_no_message_is_lost(
    session: Session, cast: Cast, picks: list[set[int]]
) -> None:
    messages: list[Message] = []
    for number in range(5):
        references = (messages[0].mail_message_id or "",) if messages else ()
        messages += take(session, cast.inbox, mail(MARKO, text=str(number), references=references,
                         mail_message_id=f"{cast.inbox.id}{len(picks)}{number}"))  # fmt: skip
    conversation = conversation_of(session, messages[0])
    mine = {m.id for m in messages if m.conversation_id == conversation.id}
    for pick in picks:
        wanted = [messages[n].id for n in pick if messages[n].id in mine]
        if not wanted or len(wanted) == conversation.message_count:
            continue
        _, event = splitting.split(session, conversation, wanted, by=ANA)
        splitting.undo(session, conversation, event.id, by=ANA)

    query = select(Message.id).where(Message.conversation_id == conversation.id)
    assert set(session.exec(query)) >= mine
    assert conversation.message_count == len(session.exec(query).all())


def test_a_mail_that_never_came_follows_the_one_that_told_of_it(
    session: Session, cast: Cast, said: list[Message]
) -> None:
    references = ("2@their.example", "lost@their.example")
    said += take(session, cast.inbox, mail(MARKO, references=references))
    _, new, _ = split(session, said, 3)

    (answer,) = take(session, cast.inbox, mail(MARKO, references=("lost@their.example",)))

    assert answer.conversation_id == new.id
