"""Each outcome of a send ends in a stored state."""

import orjson
import pytest
from sqlmodel import select

from inbox.channels.base import (
    Capabilities,
    LoginRefused,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
)
from inbox.desk import replies
from inbox.desk.replies import Composed
from inbox.envelope import RawItem
from inbox.events import SYSTEM
from inbox.model import Conversation, Delivery, Health, Inbox, Message, MessageState
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
