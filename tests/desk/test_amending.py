"""What customers do to messages that we have: they edit, send an album, react, answer one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from inbox.desk import amending, parts, replies, status
from inbox.desk.ingest import Understood, ingest
from inbox.desk.replies import Composed
from inbox.desk.timeline import entries
from inbox.envelope import Address, AddressKind, Button, FilePart, InboundEnvelope, Reacted
from inbox.errors import Invalid
from inbox.events import SYSTEM, Actor, EventKind
from inbox.model import Attachment, Contact, Conversation, Event, Inbox, Message, Status
from tests.cast import Cast
from tests.desk.incoming import KEY, conversation_of, take

AT = datetime(2026, 5, 4, 10, tzinfo=UTC)
JANA = Address(kind=AddressKind.TELEGRAM, value="23", name="Jana")


@pytest.fixture
def telegram(session: Session, cast: Cast) -> Inbox:
    inbox = Inbox(name="Telegram", kind="telegram", slug="telegram")
    session.add(inbox)
    session.flush()
    return inbox


def chat(number: int, text: str = "", **values: Any) -> InboundEnvelope:
    given = {
        "external_id": f"23:{number}", "sender": JANA, "thread": "23", "text": text,
        "sent_at": AT, "order": number,
    }  # fmt: skip
    return InboundEnvelope(**(given | values))


def picture(number: int, caption: str = "", album: str = "23:album:7") -> InboundEnvelope:
    part = FilePart(name=f"{number}.jpg", content_type="image/jpeg", content=b"x")
    return chat(number, caption, files=(part,), album=album)


def names(session: Session, message: Message) -> list[str]:
    wanted = select(Attachment).where(Attachment.message_id == message.id)
    return [one.name for one in session.exec(wanted.order_by(col(Attachment.id)))]


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
def test_an_album_is_one_message_with_its_pictures_in_order(
    session: Session, telegram: Inbox, *, together: bool
) -> None:
    album = [picture(1, "Our cellar"), picture(2), picture(3)]

    for some in [album] if together else [[one] for one in album]:
        take(session, telegram, *some)

    (message,) = session.exec(select(Message)).all()
    assert (message.text, message.attachment_count) == ("Our cellar", 3)
    assert names(session, message) == ["1.jpg", "2.jpg", "3.jpg"]
    assert conversation_of(session, message).message_count == 1


def test_a_picture_of_an_album_that_comes_again_is_known(session: Session, telegram: Inbox) -> None:
    take(session, telegram, picture(1), picture(2))

    take(session, telegram, picture(2))

    (message,) = session.exec(select(Message)).all()
    assert names(session, message) == ["1.jpg", "2.jpg"]


def test_what_came_turned_round_in_one_call_stands_in_the_order_of_the_chat(
    session: Session, telegram: Inbox
) -> None:
    later = chat(3, "three", sent_at=AT + timedelta(seconds=1))

    take(session, telegram, later, chat(2, "two"), chat(1, "one"))

    said = session.exec(select(Message.text).order_by(col(Message.id))).all()
    assert said == ["one", "two", "three"]
    assert len(session.exec(select(Conversation)).all()) == 1
    assert len(session.exec(select(Contact).where(Contact.name == "Jana")).all()) == 1


def test_an_edit_that_comes_with_its_message_is_that_message(
    session: Session, telegram: Inbox
) -> None:
    edit = chat(1, "Tuesday", external_id="23:1:edit:9", edits="23:1")

    take(session, telegram, chat(1, "Monday"), edit)

    (message,) = session.exec(select(Message)).all()
    assert message.text == "Tuesday"
    assert [one["text"] for one in message.edits] == ["Monday"]


def test_every_version_of_an_edited_message_is_kept(session: Session, telegram: Inbox) -> None:
    (message,) = take(session, telegram, chat(1, "Monday"))

    for text in ("Tuesday", "Wednesday", "Wednesday"):
        take(session, telegram, chat(1, text, external_id=f"23:1:edit:{text}", edits="23:1"))

    session.refresh(message)
    assert message.text == "Wednesday"
    assert conversation_of(session, message).preview == "Wednesday"
    assert [one["text"] for one in message.edits] == ["Monday", "Tuesday"]


def react(session: Session, inbox: Inbox, message_id: str, *emojis: str) -> None:
    reacted = Reacted(message_id=message_id, sender=JANA, emojis=emojis)
    ingest(session, KEY, [Understood(inbox.id, reacted, channel=inbox.kind)])
    session.flush()


def shown(message: Message) -> list[tuple[str, str]]:
    return [(one["emoji"], one["name"]) for one in message.extras.get("reactions", [])]


def test_a_reaction_stands_on_our_message_and_reopens_nothing(
    session: Session, telegram: Inbox
) -> None:
    (asked,) = take(session, telegram, chat(1, "When?"))
    conversation = conversation_of(session, asked)
    ours = replies.reply(
        session, conversation, Composed(text="On Friday."), by=SYSTEM, request_id="r1"
    )
    ours.provider_id = "23:2"
    status.resolve(session, conversation, by=SYSTEM)
    session.flush()
    before = conversation.message_count

    react(session, telegram, "23:2", "👍")

    assert shown(ours) == [("👍", "Jana")]
    assert (conversation.status, conversation.message_count) == (Status.RESOLVED, before)
    (event,) = session.exec(select(Event).where(Event.kind == EventKind.MESSAGE_REACTED))
    assert (event.message_id, event.actor_name) == (ours.id, "Jana")


def test_what_somebody_feels_now_replaces_what_they_felt(session: Session, telegram: Inbox) -> None:
    (message,) = take(session, telegram, chat(1, "When?"))
    ana = Actor("agent", "a1", "Ana")

    react(session, telegram, "23:1", "👍", "🔥")
    amending.set_reactions(session, message, "us", ["🙏"], by=ana)
    react(session, telegram, "23:1", "🔥")
    react(session, telegram, "23:1", "🔥")

    assert shown(message) == [("🙏", "Ana"), ("🔥", "Jana")]
    react(session, telegram, "23:1")
    assert shown(message) == [("🙏", "Ana")]


def test_a_reaction_to_a_picture_of_an_album_is_one_to_the_album(
    session: Session, telegram: Inbox
) -> None:
    take(session, telegram, picture(1), picture(2))

    react(session, telegram, "23:2", "🔥")

    (message,) = session.exec(select(Message)).all()
    assert shown(message) == [("🔥", "Jana")]


def test_a_reaction_to_what_we_never_had_is_nothing(session: Session, telegram: Inbox) -> None:
    react(session, telegram, "23:99", "🔥")

    assert session.exec(select(Message)).all() == []


def test_a_customers_answer_shows_which_message_it_answers(
    session: Session, telegram: Inbox
) -> None:
    (first,) = take(session, telegram, chat(1, "Red or white?"))

    (second,) = take(session, telegram, chat(2, "Red", answers="23:1", answered=("Us", "Red or")))

    assert second.reply_to_id == first.id
    shown_with = [e.answered for e in entries(session, second.conversation_id).entries if e.message]
    assert [one and one.text for one in shown_with] == [None, "Red or white?"]


def test_an_answer_to_what_we_do_not_have_keeps_what_was_told_of_it(
    session: Session, telegram: Inbox
) -> None:
    answered = ("Shop", "Our offer of last year")

    (message,) = take(session, telegram, chat(2, "Still?", answers="23:1", answered=answered))

    assert message.reply_to_id is None
    assert message.extras["answered"] == {"name": "Shop", "text": "Our offer of last year"}


def test_in_a_group_each_message_names_its_writer_and_nobody_is_a_stranger(
    session: Session, telegram: Inbox
) -> None:
    group = Address(kind=AddressKind.TELEGRAM, value="-100", name="Customers")
    said = [
        chat(number, "Hello", external_id=f"-100:{number}", sender=group, thread="-100",
             written_in=name)
        for number, name in enumerate(("Jana", "Petar"), start=1)
    ]  # fmt: skip

    first, second = take(session, telegram, *said)

    assert [first.author_name, second.author_name] == ["Jana", "Petar"]
    conversation = conversation_of(session, first)
    assert second.conversation_id == conversation.id
    assert (conversation.contact_name, conversation.flagged) == ("Customers", False)


def test_an_agent_answers_one_message_by_the_providers_id(
    session: Session, telegram: Inbox
) -> None:
    (album,) = take(session, telegram, picture(1), picture(2))

    assert parts.provider_id(session, album) == "23:1"


def test_a_message_of_another_conversation_is_not_answered(
    session: Session, telegram: Inbox, cast: Cast
) -> None:
    (message,) = take(session, telegram, chat(1, "When?"))
    other = cast.conversation()
    session.flush()

    with pytest.raises(Invalid) as caught:
        replies.reply(
            session, conversation_of(session, message),
            Composed(text="Now.", reply_to_id=cast.incoming(other).id), by=SYSTEM, request_id="r1",
        )  # fmt: skip

    assert "reply_to" in caught.value.fields


@pytest.mark.parametrize("labels", [[""], ["x" * 61], ["a"] * 11])
def test_buttons_that_no_channel_shows_are_refused(
    session: Session, telegram: Inbox, labels: list[str]
) -> None:
    (message,) = take(session, telegram, chat(1, "When?"))
    composed = Composed(text="Choose.", buttons=[Button(text=one, value="") for one in labels])

    with pytest.raises(Invalid) as caught:
        replies.reply(
            session, conversation_of(session, message), composed, by=SYSTEM, request_id="r1"
        )

    assert "buttons" in caught.value.fields
