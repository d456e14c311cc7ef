"""What rules and inboxes say by themselves goes in as many messages as the channel needs."""

import pytest
from sqlmodel import Session, select

from inbox.desk.composing import Composed
from inbox.events import SYSTEM
from inbox.model import ChannelThread, Conversation, Delivery, Identity, Inbox, Message
from inbox.routing import saying
from tests.cast import Cast

SENTENCE = "This is one of many sentences that a rule may say. "


@pytest.fixture
def by_sms(session: Session, cast: Cast) -> Conversation:
    inbox = Inbox(name="SMS", kind="sms", slug="sms")
    identity = Identity(contact_id=cast.contact.id, kind="phone", value="+381641234567", name="M")
    conversation = cast.conversation()
    session.add_all([inbox, identity])
    session.flush()
    thread = ChannelThread(conversation_id=conversation.id, inbox_id=inbox.id,
                           identity_id=identity.id, remote_id=identity.value)  # fmt: skip
    session.add(thread)
    session.flush()
    conversation.subject = thread.id  # where the test finds it again
    return conversation


def texts(session: Session) -> list[str]:
    session.flush()
    found = session.exec(select(Message).join(Delivery).order_by(Message.id)).all()
    return [message.text for message in found]


def test_a_long_text_goes_in_parts_once(session: Session, by_sms: Conversation) -> None:
    composed = Composed(text=SENTENCE * 70, thread_id=by_sms.subject, automatic=True)
    first = [saying.say(session, by_sms, composed, by=SYSTEM, request_id="1").id for _ in range(2)]
    said = texts(session)

    assert first[0] == first[1]
    assert len(said) == 3
    assert all(len(text) <= 1600 and text.endswith("say.") for text in said)
    assert " ".join(said) == (SENTENCE * 70).strip()


def test_a_mail_of_any_length_is_one(session: Session, cast: Cast) -> None:
    composed = Composed(text=SENTENCE * 70, automatic=True)
    saying.say(session, cast.conversation(), composed, by=SYSTEM, request_id="1")

    assert len(texts(session)) == 1
