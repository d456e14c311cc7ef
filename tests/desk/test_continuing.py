"""A chat goes on by e-mail: once, only what was not read, and only to the visitor himself."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from inbox import clock
from inbox.crm import contacts
from inbox.db import Database
from inbox.desk import continuing, conversations, deliveries, delivery_reports, merging, replies
from inbox.desk.replies import Composed
from inbox.envelope import Address, DeliveryReport, Receipt
from inbox.events import Actor
from inbox.model import (
    Attachment,
    ChannelThread,
    Contact,
    Continuation,
    Conversation,
    Delivery,
    Identity,
    Inbox,
    Message,
)  # fmt: skip
from tests.cast import Cast

VISITOR = "a" * 32
LATER = timedelta(minutes=11)


class Chat:
    """Marko has written in the chat and given his address; Ana answers."""

    def __init__(self, session: Any, **settings: Any) -> None:
        self.session = session
        self.cast = Cast(session)
        self.inbox = Inbox(
            name="Chat", kind="webchat", slug="chat",
            settings={"title": "Acme", "mail_inbox": self.cast.inbox.id, **settings},
        )  # fmt: skip
        session.add(self.inbox)
        session.flush()
        address = Address(kind="visitor", value=VISITOR, name="Marko")
        by = Actor.agent(self.cast.agents["Ana"])
        self.conversation: Conversation = conversations.start(
            session, self.inbox, address, "", by=by
        )
        self.by = by
        session.exec(select(ChannelThread)).one().last_incoming_at = clock.now()

    def give_address(self, value: str = "marko@example.com", **columns: Any) -> None:
        contact_id = self.conversation.contact_id
        self.session.add(
            Identity(
                contact_id=contact_id,
                kind="email",
                value=value,
                **{"proof": "claimed", **columns},
            )
        )
        self.session.flush()

    def answer(self, text: str, **composed: Any) -> Message:
        message = replies.reply(
            self.session, self.conversation, Composed(text=text, **composed), by=self.by,
            request_id=text,
        )  # fmt: skip
        wanted = select(Delivery).where(Delivery.message_id == message.id)
        delivery = self.session.exec(wanted).one()
        receipt = Receipt(provider_id=delivery.id)
        deliveries.sent(self.session, delivery.id, delivery.epoch, receipt)
        continuing.note(self.session, self.inbox, message.id, clock.now())
        self.session.flush()
        return message

    def pass_time(self) -> list[str]:
        """What is mailed by then."""
        before = set(self.mailed())
        continuing.send_due(self.session, clock.now() + LATER)
        self.session.flush()
        return [text for text in self.mailed() if text not in before]

    def mailed(self) -> list[str]:
        wanted = select(Message).where(Message.channel == "email").order_by(Message.id)
        return [message.text for message in self.session.exec(wanted)]


async def test_what_was_not_read_is_mailed_once_in_one_mail(database: Database) -> None:
    def work(session: Any) -> None:
        chat = Chat(session)
        chat.give_address()
        chat.answer("It is on its way.")
        chat.answer("It comes on Friday.")
        (mail,) = chat.pass_time()
        assert mail.startswith("It is on its way.\n\nIt comes on Friday.\n\n— You wrote to us")
        assert chat.pass_time() == []

        chat.answer("It has come.")
        (mail,) = chat.pass_time()
        assert mail.startswith("It has come.\n\n— ")

    await database.write(work)


async def test_the_mail_comes_from_the_agent_and_leads_back(database: Database) -> None:
    def work(session: Any) -> None:
        chat = Chat(session)
        chat.give_address()
        chat.answer("Hello")
        chat.pass_time()
        mail = session.exec(select(Message).where(Message.channel == "email")).one()
        assert (mail.subject, mail.author_name, mail.automatic) == ("Our chat: Acme", "Ana", True)
        assert mail.conversation_id == chat.conversation.id
        assert mail.inbox_id == chat.cast.inbox.id
        assert mail.recipients["to"] == ["marko@example.com"]

    await database.write(work)


async def test_nothing_is_mailed_before_the_quiet_time_is_over(database: Database) -> None:
    def work(session: Any) -> None:
        chat = Chat(session, mail_after_minutes=30)
        chat.give_address()
        chat.answer("Hello")
        assert chat.pass_time() == []
        continuing.send_due(session, clock.now() + timedelta(minutes=31))
        assert len(chat.mailed()) == 1

    await database.write(work)


async def test_what_was_read_is_not_mailed(database: Database) -> None:
    def work(session: Any) -> None:
        chat = Chat(session)
        chat.give_address()
        message = chat.answer("Hello")
        report = DeliveryReport(provider_id=message.provider_id or "", state="read")
        delivery_reports.report(session, chat.inbox.id, report)
        assert chat.pass_time() == []

    await database.write(work)


async def test_an_automatic_answer_is_not_mailed(database: Database) -> None:
    def work(session: Any) -> None:
        chat = Chat(session)
        chat.give_address()
        chat.answer("We are closed.", automatic=True)
        assert chat.pass_time() == []

    await database.write(work)


@pytest.mark.parametrize("why", ["no_address", "blocked", "bounces", "stopped", "no_inbox"])
async def test_who_can_not_or_must_not_be_reached_is_left_alone(
    database: Database, why: str
) -> None:
    def work(session: Any) -> None:
        chat = Chat(session, **({"mail_inbox": ""} if why == "no_inbox" else {}))
        dead = {"bounces": "bouncing_since", "stopped": "stopped_at"}
        if why != "no_address":
            chat.give_address(**({dead[why]: clock.now()} if why in dead else {}))
        if why == "blocked":
            contact = session.get_one(Contact, chat.conversation.contact_id)
            contacts.update(session, contact, {"blocked": True}, by=chat.by)
        chat.answer("Hello")
        assert chat.pass_time() == []

    await database.write(work)


async def test_a_proven_address_goes_before_one_that_was_only_typed(database: Database) -> None:
    def work(session: Any) -> None:
        chat = Chat(session)
        chat.give_address("proven@example.com", proof="proven", verified_at=clock.now())
        chat.give_address("typed@example.com")
        chat.answer("Hello")
        chat.pass_time()
        mail = session.exec(select(Message).where(Message.channel == "email")).one()
        assert mail.recipients["to"] == ["proven@example.com"]

    await database.write(work)


async def test_files_go_along(database: Database) -> None:
    def work(session: Any) -> None:
        chat = Chat(session)
        chat.give_address()
        file = Attachment(name="a.pdf", content_type="application/pdf", size=3, digest="0" * 64)
        session.add(file)
        session.flush()
        chat.answer("See there", attachment_ids=[file.id])
        chat.pass_time()
        mail = session.exec(select(Message).where(Message.channel == "email")).one()
        wanted = select(Attachment).where(Attachment.message_id == mail.id)
        assert [one.name for one in session.exec(wanted)] == ["a.pdf"]

    await database.write(work)


async def test_a_chat_that_was_merged_goes_on_from_where_it_is_now(database: Database) -> None:
    def work(session: Any) -> None:
        chat = Chat(session)
        chat.give_address()
        chat.answer("Hello")
        address = Address(kind="visitor", value=VISITOR)
        other = conversations.start(session, chat.inbox, address, "", by=chat.by)
        merging.merge(session, other, chat.conversation, by=chat.by)
        session.flush()
        (mail,) = chat.pass_time()
        assert mail.startswith("Hello")
        sent = session.exec(select(Message).where(Message.channel == "email")).one()
        assert sent.conversation_id == other.id

    await database.write(work)


async def test_a_chat_that_can_not_be_mailed_keeps_no_other_from_it(database: Database) -> None:
    def work(session: Any) -> None:
        chat = Chat(session)
        chat.give_address()
        chat.answer("Hello")
        stuck = session.exec(select(Continuation)).one()
        stuck.due_at -= timedelta(minutes=5)
        merged = session.get_one(Conversation, chat.conversation.id)
        address = Address(kind="visitor", value="b" * 32, name="Jana")
        other = conversations.start(session, chat.inbox, address, "", by=chat.by)
        session.add(Identity(contact_id=other.contact_id, kind="email", value="jana@example.com"))
        merged.merged_into_id = other.id  # as in the midst of a merge: nobody may write in it
        session.flush()
        chat.conversation = other
        chat.answer("Hello Jana")
        (mail,) = chat.pass_time()
        assert mail.startswith("Hello Jana")
        assert (
            session.exec(
                select(ChannelThread).where(
                    ChannelThread.conversation_id == merged.id,
                    ChannelThread.inbox_id == chat.cast.inbox.id,
                )
            ).all()
            == []
        )

    await database.write(work)
