"""Each outcome of a send ends in a stored state."""

import asyncio
from datetime import timedelta

import orjson
import pytest
from sqlmodel import select

from inbox import clock
from inbox.channels.base import (
    Capabilities,
    LoginRefused,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
)
from inbox.db import next_numbers
from inbox.desk import deliveries, replies
from inbox.desk.replies import Composed
from inbox.envelope import RawItem
from inbox.events import SYSTEM
from inbox.model import (
    Attachment,
    Conversation,
    Delivery,
    Health,
    Identity,
    Inbox,
    Message,
    MessageState,
)
from inbox.workers.deliver import Delivering
from inbox.workers.ingest import Ingesting


@pytest.fixture
async def queued(desk) -> Message:
    content = orjson.dumps({"id": "1", "sender": "anna", "text": "Hello"})
    await desk.services.arrivals.record(desk.inbox.id, [RawItem(external_id="1", content=content)])
    ingesting = Ingesting(desk.services)
    await ingesting.work()
    await ingesting.close()

    def work(session):
        conversation = session.exec(select(Conversation)).one()
        return replies.reply(session, conversation, Composed(text="Hi"), by=SYSTEM, request_id="1")

    return await desk.services.database.write(work)


async def after_a_try(desk, message: Message) -> tuple[Message, Delivery]:
    await Delivering(desk.services).work()
    return await desk.services.database.read(
        lambda s: (s.get_one(Message, message.id), s.exec(select(Delivery)).one())
    )


async def test_a_reply_is_sent_once(desk, queued) -> None:
    message, _ = await after_a_try(desk, queued)
    await after_a_try(desk, queued)

    assert [e.text for e in desk.channel.sent] == ["Hi"]
    assert (message.state, message.provider_id) == (MessageState.SENT, "fake-1")


async def test_an_inbox_that_sent_something_works(desk, queued) -> None:
    def forget(session):
        inbox = session.get_one(Inbox, desk.inbox.id)
        inbox.health = Health.UNKNOWN
        session.add(inbox)

    await desk.services.database.write(forget)

    await after_a_try(desk, queued)

    inbox = await desk.services.database.read(lambda s: s.get_one(Inbox, desk.inbox.id))
    assert inbox.health is Health.OK


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (TemporaryFailure("Busy"), MessageState.SENDING),
        (LoginRefused("Wrong password"), MessageState.SENDING),
        (PermanentFailure("Blocked", code="403"), MessageState.FAILED),
        (OutcomeUnknown("Lost"), MessageState.UNKNOWN),
        (TimeoutError(), MessageState.UNKNOWN),
        (KeyError("a bug"), MessageState.UNKNOWN),
    ],
)
async def test_each_failure_has_its_state(desk, queued, failure, state) -> None:
    desk.channel.failures.append(failure)

    message, delivery = await after_a_try(desk, queued)

    assert (message.state, delivery.stage, delivery.lease_until) == (state, "", None)
    assert desk.channel.sent == []


async def test_what_could_not_be_prepared_is_tried_again(desk, queued, monkeypatch) -> None:
    def attach(session):
        message = session.get_one(Message, queued.id)
        file = {"name": "a", "content_type": "text/plain", "size": 1, "digest": "0" * 64}
        session.add(Attachment(message_id=message.id, **file))

    async def unreachable(digest):
        raise OSError("the file store does not answer")

    await desk.services.database.write(attach)
    monkeypatch.setattr(type(desk.services.files), "get", staticmethod(unreachable))

    message, delivery = await after_a_try(desk, queued)

    assert (message.state, delivery.stage) == (MessageState.SENDING, "")
    assert message.state_reason == "the file store does not answer"
    assert delivery.not_before > clock.now()


async def test_one_inbox_that_can_not_be_opened_holds_up_nobody_else(desk, queued) -> None:
    def break_off(session):
        delivery = session.exec(select(Delivery)).one()
        broken = Inbox(name="Gone", kind="no_such_kind", slug="gone")
        session.add(broken)
        session.flush()
        message = session.get_one(Message, queued.id)
        conversation = session.get_one(Conversation, queued.conversation_id)
        other = replies.reply(
            session, conversation, Composed(text="Other"), by=SYSTEM, request_id="2"
        )
        # the first was being handed over when the process stopped
        delivery.state, delivery.stage = MessageState.SENDING, deliveries.HANDING_OVER
        delivery.inbox_id = broken.id
        delivery.conversation_id = _elsewhere(session, conversation).id
        message.conversation_id = delivery.conversation_id
        session.add_all([delivery, message])
        return other

    other = await desk.services.database.write(break_off)

    await Delivering(desk.services).work()

    found = await desk.services.database.read(lambda s: s.get_one(Message, other.id))
    assert found.state is MessageState.SENT


def _elsewhere(session, conversation: Conversation) -> Conversation:
    values = conversation.model_dump(exclude={"id", "number"})
    made = Conversation(**values, number=next_numbers(session, 1)[0])
    session.add(made)
    session.flush()
    return made


async def test_a_refused_login_lights_the_inbox(desk, queued) -> None:
    desk.channel.failures.append(LoginRefused("Wrong password"))

    await after_a_try(desk, queued)

    inbox = await desk.services.database.read(lambda s: s.get_one(Inbox, desk.inbox.id))
    assert inbox.health is Health.NEEDS_LOGIN


async def test_an_unknown_outcome_waits_where_a_repeat_is_safe(desk, queued, monkeypatch) -> None:
    monkeypatch.setattr(type(desk.channel), "capabilities", Capabilities(repeatable=True))
    desk.channel.failures.append(OutcomeUnknown("Lost"))

    message, delivery = await after_a_try(desk, queued)

    assert message.state is MessageState.SENDING
    assert delivery.error_code == "repeated"


async def test_a_slow_send_keeps_no_other_back(desk, queued, monkeypatch) -> None:
    may_end, send = asyncio.Event(), desk.channel.send

    async def slowly(envelope):
        if envelope.text == "Hi":
            await may_end.wait()
        return await send(envelope)

    monkeypatch.setattr(desk.channel, "send", slowly)
    delivering = Delivering(desk.services)
    assert await delivering.begin() == 1

    await desk.services.arrivals.record(
        desk.inbox.id,
        [RawItem(external_id="2", content=b'{"id": "2", "sender": "bob", "text": "Hi"}')],
    )
    ingesting = Ingesting(desk.services)
    await ingesting.work()
    await ingesting.close()
    await desk.services.database.write(_answer_the_other)
    assert await delivering.begin() == 1
    async with asyncio.timeout(5):
        while not desk.channel.sent:
            await asyncio.sleep(0.01)
    assert [one.text for one in desk.channel.sent] == ["Other"]

    may_end.set()
    await delivering.calls.close()
    assert [one.text for one in desk.channel.sent] == ["Other", "Hi"]


async def test_a_large_mail_has_the_time_that_a_slow_uplink_takes(desk, queued) -> None:
    content = bytes(25 * 1024 * 1024)
    digest = await desk.services.files.put(content)
    file = {"name": "a", "content_type": "text/plain", "size": len(content), "digest": digest}
    await desk.services.database.write(lambda s: s.add(Attachment(message_id=queued.id, **file)))
    seen = []

    async def send(envelope):
        delivery = await desk.services.database.read(lambda s: s.exec(select(Delivery)).one())
        seen.append(delivery.lease_until - clock.now())
        return await type(desk.channel).send(desk.channel, envelope)

    desk.channel.send = send
    await after_a_try(desk, queued)

    assert seen[0] > timedelta(minutes=20)


def _answer_the_other(session):
    other = session.exec(select(Conversation).order_by(Conversation.number)).all()[-1]
    return replies.reply(session, other, Composed(text="Other"), by=SYSTEM, request_id="2")


async def test_what_waits_for_somebody_who_said_stop_meanwhile_is_not_sent(desk, queued) -> None:
    def stop(session):
        session.exec(select(Identity)).one().stopped_at = clock.now()

    await desk.services.database.write(stop)

    message, _ = await after_a_try(desk, queued)

    assert (message.state, desk.channel.sent) == (MessageState.FAILED, [])
    assert "STOP" in message.state_reason
