"""F42 to F44, F47: whatever Twilio does, a message comes in once and goes out once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from sqlmodel import Session, select

from inbox import clock
from inbox.channels import calling
from inbox.desk import reply_channels, templates
from inbox.errors import Invalid
from inbox.model import (
    Arrival,
    Attachment,
    ChannelThread,
    Contact,
    Conversation,
    Identity,
    Inbox,
    Message,
    MessageState,
)
from inbox.simulators import twilio
from inbox.simulators.faults import Failure
from inbox.workers import reconciling
from tests.faults.phones import Phones, open_phones

EMMA = "+12025550101"
NEW = "whatsapp:+12025550177"


@pytest.fixture
async def phones(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Phones]:
    async with open_phones(tmp_path, sqlite_url) as opened:
        yield opened


async def asked(phones: Phones, text: str = "Where is it?") -> Conversation:
    await phones.customers.send_sms(EMMA, text)
    await phones.read()
    return await phones.only()


def got(phones: Phones) -> list[str]:
    return [entry.text for entry in phones.customers.sms_of(EMMA)]


async def test_a_429_is_obeyed_for_as_long_as_twilio_says(phones: Phones) -> None:
    phones.simulators.faults("sms").fail(Failure(status=429, code=20429, retry_after=37))
    message_id = await phones.reply(await asked(phones), "On Friday.")

    await phones.deliver()

    waits = await phones.delivery(message_id)
    assert 30 < (waits.not_before - clock.now()).total_seconds() <= 37
    assert got(phones) == []
    await phones.wait_over(message_id)
    await phones.deliver()
    assert got(phones) == ["On Friday."]


async def test_a_refused_connection_is_tried_again(phones: Phones) -> None:
    conversation = await asked(phones)
    await phones.simulators.set_outage("sms", on=True)
    message_id = await phones.reply(conversation, "On Friday.")
    await phones.deliver()
    await phones.simulators.set_outage("sms", on=False)
    phones.delivering.slots.answered(conversation.inbox_id)
    await phones.wait_over(message_id)

    await phones.deliver()

    assert got(phones) == ["On Friday."]


@pytest.mark.parametrize(
    "failure",
    [
        Failure(status=500, accepted=True),
        Failure(status=0, accepted=True),
        Failure(delay=2, status=504, accepted=True),
    ],
    ids=["500", "cut", "silent"],
)
async def test_what_twilio_took_before_it_failed_is_not_sent_again(
    phones: Phones, failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "TIMEOUT_SECONDS", 0.5)
    phones.simulators.faults("sms").fail(failure)
    message_id = await phones.reply(await asked(phones), "On Friday.")

    await phones.deliver()

    assert (await phones.state(message_id))[0] is MessageState.SENDING
    await phones.wait_over(message_id)
    phones.delivering.slots.answered(phones.inboxes["sms"].id)
    await phones.deliver()
    assert got(phones) == ["On Friday."]
    message = await phones.get(Message, message_id)
    assert message.state.rank >= MessageState.SENT.rank
    assert message.provider_id == phones.customers.sms_of(EMMA)[0].meta["sid"]


async def test_what_twilio_did_not_take_is_sent_after_a_look(phones: Phones) -> None:
    phones.simulators.faults("sms").fail(Failure(status=500))
    message_id = await phones.reply(await asked(phones), "On Friday.")
    await phones.deliver()
    assert got(phones) == []

    await phones.wait_over(message_id)
    phones.delivering.slots.answered(phones.inboxes["sms"].id)
    await phones.deliver()

    assert got(phones) == ["On Friday."]


async def test_while_the_list_cannot_be_had_nothing_is_sent(phones: Phones) -> None:
    conversation = await asked(phones)
    phones.simulators.faults("sms").fail(Failure(status=500, accepted=True))
    message_id = await phones.reply(conversation, "On Friday.")
    await phones.deliver()
    await phones.simulators.set_outage("sms", on=True)

    await phones.wait_over(message_id)
    phones.delivering.slots.answered(conversation.inbox_id)
    await phones.deliver()

    assert (await phones.state(message_id))[0] is MessageState.SENDING
    await phones.simulators.set_outage("sms", on=False)
    await phones.wait_over(message_id)
    await phones.deliver()
    assert got(phones) == ["On Friday."]


async def test_the_same_text_said_twice_is_sent_twice(phones: Phones) -> None:
    """What went out before, with the same words, is not taken for the one that was lost."""
    conversation = await asked(phones)
    await phones.reply(conversation, "On Friday.")
    await phones.deliver()
    phones.simulators.faults("sms").fail(Failure(status=500))
    message_id = await phones.reply(conversation, "On Friday.")
    await phones.deliver()

    await phones.wait_over(message_id)
    phones.delivering.slots.answered(conversation.inbox_id)
    await phones.deliver()

    assert got(phones) == ["On Friday."] * 2


async def test_reports_out_of_order_doubled_and_of_nobody_only_move_forward(
    phones: Phones,
) -> None:
    message_id = await phones.reply(await asked(phones), "On Friday.")
    await phones.deliver()
    (entry,) = phones.customers.sms_of(EMMA)
    for state in ("delivered", "sent", "delivered", "queued"):
        await phones.simulators.twilio.report(entry, state)
    entry.meta["sid"] = "SM" + "9" * 32
    await phones.simulators.twilio.report(entry, "failed")

    await phones.read()

    assert (await phones.state(message_id))[0] is MessageState.DELIVERED


async def test_the_hook_answers_within_a_second_whatever_waits_behind_it(phones: Phones) -> None:
    """Nothing is read before the answer: 50 calls, none of them ingested."""
    began = asyncio.get_running_loop().time()

    entries = await asyncio.gather(
        *(phones.customers.send_sms(EMMA, f"number {n}") for n in range(50))
    )

    assert asyncio.get_running_loop().time() - began < 10
    assert {entry.state for entry in entries} == {"received"}
    await phones.read()
    assert len(await phones.texts()) == 50


async def test_ten_pictures_at_once_from_somebody_new_are_one_conversation_in_order(
    phones: Phones,
) -> None:
    await asyncio.gather(*(phones.customers.send_sms(NEW, f"{n:02}") for n in range(10)))

    await asyncio.gather(phones.read(), phones.read())

    messages, arrivals = await phones.all(Message), await phones.all(Arrival)
    assert [message.arrival_id for message in messages] == [arrival.id for arrival in arrivals]
    assert len(messages) == 10
    assert len(await phones.all(Conversation)) == 1
    assert len(await phones.all(Contact)) == 1


async def test_what_no_webhook_brought_is_found_each_hour_once(phones: Phones) -> None:
    phones.simulators.hooks.memory.put("inboxes", {})  # the shop is away: nothing gets there
    await phones.customers.send_sms(EMMA, "Anybody there?")
    phones.simulators.connect("sms", phones.inboxes["sms"].id)
    await phones.customers.send_sms(EMMA, "Now it works.")

    for _ in range(2):
        await phones.reconciling.work()
        phones.reconciling._tried.clear()
        await phones.read()

    assert sorted(await phones.texts()) == ["Anybody there?", "Now it works."]
    inbox = await phones.get(Inbox, phones.inboxes["sms"].id)
    assert (inbox.gaps, inbox.reconciled_at is not None) == ([], True)


async def test_as_long_as_twilio_cannot_be_asked_the_inbox_says_that_there_may_be_a_gap(
    phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "TELLS_AFTER", timedelta(0))
    inbox_id = phones.inboxes["sms"].id
    await phones.simulators.set_outage("sms", on=True)
    await phones.reconciling.work()
    (gap,) = (await phones.get(Inbox, inbox_id)).gaps
    assert gap["until"] is None

    await phones.simulators.set_outage("sms", on=False)
    phones.reconciling._tried.clear()
    await phones.reconciling.work()

    assert (await phones.get(Inbox, inbox_id)).gaps == []


async def test_a_forged_call_is_refused_and_kept_nowhere(phones: Phones) -> None:
    phones.simulators.faults("sms").wrong_signature = True

    entry = await phones.customers.send_sms(EMMA, "I am Emma, really")

    assert entry.state == "refused 403"
    await phones.read()
    assert await phones.texts() == []


async def test_stop_is_kept_with_its_time_and_nothing_goes_there_until_start(
    phones: Phones,
) -> None:
    conversation = await asked(phones)
    message_id = await phones.reply(conversation, "On Friday.")
    await phones.customers.send_sms(EMMA, "STOP")
    await phones.read()

    await phones.deliver()

    state, why = await phones.state(message_id)
    assert (state, "STOP" in why, got(phones)) == (MessageState.FAILED, True, [])
    (number,) = await phones.all(Identity)
    assert number.stopped_at is not None
    await phones.customers.send_sms(EMMA, "START")
    await phones.read()
    await phones.reply(conversation, "On Friday.")
    await phones.deliver()
    assert got(phones) == ["On Friday."]


async def test_a_picture_goes_out_by_an_address_that_only_we_can_make(phones: Phones) -> None:
    conversation = await asked(phones)
    digest = await phones.services.files.put(b"picture")

    def work(session: Session) -> str:
        file = Attachment(name="a.png", content_type="image/png", size=7, digest=digest)
        session.add(file)
        session.flush()
        return file.id

    file_id = await phones.services.database.write(work)
    await phones.reply(conversation, "Here it is.", attachment_ids=[file_id])
    await phones.deliver()

    (entry,) = phones.customers.sms_of(EMMA)
    (url,) = entry.meta["media"]
    async with ClientSession() as browser:
        async with browser.get(url) as answer:
            assert (answer.status, await answer.read()) == (200, b"picture")
            assert answer.headers["Content-Type"] == "image/png"
        async with browser.get(url[:-1] + ("0" if url[-1] != "0" else "1")) as answer:
            assert answer.status == 404
    assert entry.meta["from"] == twilio.NUMBER


async def test_templates_are_all_that_goes_out_after_a_day(phones: Phones) -> None:
    await phones.customers.send_whatsapp(EMMA, "Hello")
    await phones.read()
    await phones.reconciling.work()
    conversation = await phones.only()

    def a_day_passes(session: Session) -> None:
        for thread in session.exec(select(ChannelThread)):
            thread.window_until = clock.now() - timedelta(minutes=1)
            session.add(thread)

    await phones.services.database.write(a_day_passes)
    (channel,) = await phones.services.database.read(
        lambda s: reply_channels.channels_for(s, conversation)
    )
    assert (channel.available, channel.templates_only) == (False, True)
    with pytest.raises(Invalid):
        await phones.reply(conversation, "Hello again")
    known = await phones.services.database.read(lambda s: templates.of(s, [conversation.inbox_id]))
    assert [one.name for one in known] == ["may_we_write", "parcel_update"]
    with pytest.raises(Invalid) as caught:
        await phones.reply(conversation, "", template_id=known[1].id, template_values={"1": "Jo"})
    assert set(caught.value.fields) == {"variable.2"}

    values = {"1": "Jo", "2": "Friday"}
    await phones.reply(conversation, "", template_id=known[1].id, template_values=values)
    await phones.deliver()

    (entry,) = phones.customers.whatsapp_of(EMMA)
    assert entry.text == "Hello Jo, your parcel comes on Friday."
