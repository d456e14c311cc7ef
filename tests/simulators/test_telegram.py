"""The simulated Bot API, by python-telegram-bot and by its raw semantics."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter

from inbox.envelope import FilePart
from inbox.simulators import telegram
from inbox.simulators.faults import Failure
from inbox.simulators.providers import Simulators
from inbox.simulators.telegram_updates import SECRET_HEADER

if TYPE_CHECKING:
    from conftest import Shop

EMMA = 710000001


def make_bot(simulators: Simulators, token: str = telegram.TOKEN) -> Bot:
    url = simulators.telegram.server.url
    return Bot(token, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot")


@pytest.fixture
async def bot(simulators: Simulators) -> AsyncIterator[Bot]:
    async with make_bot(simulators) as made:
        yield made


async def test_the_bot_says_who_it_is(bot: Bot) -> None:
    assert bot.username == "shop_example_bot"


async def test_a_wrong_token_is_refused(simulators: Simulators) -> None:
    bot = make_bot(simulators, "1:wrong")
    with pytest.raises(InvalidToken):
        await bot.initialize()
    await bot.shutdown()


async def test_a_customers_message_becomes_an_update(simulators: Simulators, bot: Bot) -> None:
    simulators.customers.telegram_write(EMMA, "/start abc")

    (update,) = await bot.get_updates(timeout=5)

    assert update.message
    assert update.message.from_user
    assert (update.message.text, update.message.chat.id) == ("/start abc", EMMA)
    assert update.message.from_user.full_name == "Emma Clarke"
    assert update.message.entities[0].type == "bot_command"


async def test_a_long_poll_ends_when_somebody_writes(simulators: Simulators, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0.05)
    simulators.customers.telegram_write(EMMA, "Hi")

    assert len(await asyncio.wait_for(poll, 5)) == 1


async def test_updates_come_until_an_offset_confirms_them(simulators: Simulators, bot: Bot) -> None:
    for text in ("1", "2", "3"):
        simulators.customers.telegram_write(EMMA, text)

    first = await bot.get_updates(limit=2)
    again = await bot.get_updates()
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    last = await bot.get_updates(offset=-1)
    none = await bot.get_updates(offset=last[-1].update_id + 1)

    assert [len(found) for found in (first, again, rest, last, none)] == [2, 3, 1, 1, 0]


async def test_a_second_poller_ends_the_first(simulators: Simulators, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0.05)
    async with make_bot(simulators) as other:
        second = asyncio.create_task(other.get_updates(timeout=30))

        with pytest.raises(Conflict):
            await asyncio.wait_for(first, 5)
        simulators.customers.telegram_write(EMMA, "Hi")
        assert len(await asyncio.wait_for(second, 5)) == 1


async def test_polling_is_refused_while_a_webhook_is_set(bot: Bot, shop: Shop) -> None:
    await bot.set_webhook(f"{shop.url}/hooks/t1", secret_token="s3cret")
    assert (await bot.get_webhook_info()).url == f"{shop.url}/hooks/t1"
    with pytest.raises(Conflict):
        await bot.get_updates()

    await bot.delete_webhook()

    assert await bot.get_updates() == ()


async def test_the_webhook_is_tried_until_it_is_taken(
    simulators: Simulators, bot: Bot, shop: Shop
) -> None:
    shop.statuses = [500, 502]
    await bot.set_webhook(f"{shop.url}/hooks/t1", secret_token="s3cret")
    simulators.customers.telegram_write(EMMA, "Hi")
    simulators.customers.telegram_write(EMMA, "Anybody?")

    calls = [await shop.next_call() for _ in range(4)]

    texts = [json.loads(call.body)["message"]["text"] for call in calls]
    assert texts == ["Hi", "Hi", "Hi", "Anybody?"]
    assert {call.headers[SECRET_HEADER] for call in calls} == {"s3cret"}


async def test_a_forged_update_has_a_wrong_secret_and_no_second_try(
    simulators: Simulators, bot: Bot, shop: Shop
) -> None:
    await bot.set_webhook(f"{shop.url}/hooks/t1", secret_token="s3cret")
    simulators.faults("telegram").wrong_signature = True
    shop.statuses = [401]

    simulators.customers.telegram_write(EMMA, "Hi")

    assert (await shop.next_call()).headers[SECRET_HEADER] != "s3cret"
    await asyncio.sleep(0.1)
    assert shop.calls.empty()


async def test_while_polling_a_forged_update_goes_to_the_hook(
    simulators: Simulators, bot: Bot, shop: Shop
) -> None:
    simulators.connect("telegram", "t1")
    simulators.faults("telegram").wrong_signature = True

    simulators.customers.telegram_write(EMMA, "Hi")

    assert (await shop.next_call()).path == "hooks/t1"
    assert await bot.get_updates() == ()


async def test_the_bots_messages_reach_the_customer(simulators: Simulators, bot: Bot) -> None:
    sent = await bot.send_message(EMMA, "It <b>left</b> &amp; flies", parse_mode="HTML")
    photo = await bot.send_photo(EMMA, b"\x89PNG\r\n\x1a\n", caption="Look", filename="a.png")
    document = await bot.send_document(EMMA, b"%PDF-1.4", filename="invoice.pdf")

    entries = simulators.customers.telegram_of(EMMA)
    assert [entry.text for entry in entries] == ["It left & flies", "Look", ""]
    assert [file.name for entry in entries for file in entry.files] == ["a.png", "invoice.pdf"]
    assert sent.message_id < photo.message_id < document.message_id
    assert photo.photo
    assert document.document


async def test_files_go_both_ways(simulators: Simulators, bot: Bot) -> None:
    invoice = FilePart(name="račun.pdf", content_type="application/pdf", content=b"%PDF-1.4")
    picture = FilePart(name="a.jpg", content_type="image/jpeg", content=b"\xff\xd8\xff")
    voice = FilePart(name="v.ogg", content_type="audio/ogg", content=b"OggS")
    for file in (invoice, picture, voice):
        simulators.customers.telegram_write(EMMA, "See", [file])

    messages = [update.message for update in await bot.get_updates()]

    assert messages[0]
    assert messages[0].document
    assert (messages[0].caption, messages[0].document.file_name) == ("See", "račun.pdf")
    file = await bot.get_file(messages[0].document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"%PDF-1.4"
    assert messages[1]
    assert messages[1].photo
    assert messages[2]
    assert messages[2].voice


async def test_a_pressed_button_is_a_callback_query(simulators: Simulators, bot: Bot) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="yes")]])
    await bot.send_message(EMMA, "Was this helpful?", reply_markup=keyboard)
    (entry,) = simulators.customers.telegram_of(EMMA)
    assert entry.meta["buttons"] == [{"text": "Yes", "data": "yes"}]

    simulators.customers.telegram_press(entry, "yes")

    (update,) = await bot.get_updates()
    assert update.callback_query
    assert update.callback_query.data == "yes"
    assert await bot.answer_callback_query(update.callback_query.id)


async def test_messages_can_be_changed_on_both_sides(simulators: Simulators, bot: Bot) -> None:
    written = simulators.customers.telegram_write(EMMA, "Helo")
    simulators.customers.telegram_edit(written, "Hello")
    sent = await bot.send_message(EMMA, "Hi")
    await bot.edit_message_text("Hi!", EMMA, sent.message_id)

    updates = await bot.get_updates()

    assert updates[1].edited_message
    assert updates[1].edited_message.text == "Hello"
    assert [entry.text for entry in simulators.customers.telegram_of(EMMA)] == ["Hi!"]
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("Hi!", EMMA, sent.message_id)
    assert await bot.delete_message(EMMA, sent.message_id)


async def test_the_api_refuses_what_telegram_refuses(simulators: Simulators, bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(42, "Hi")
    with pytest.raises(BadRequest, match="text is empty"):
        await bot.send_message(EMMA, " ")
    with pytest.raises(BadRequest, match="too long"):
        await bot.send_message(EMMA, "x" * 4097)
    with pytest.raises(BadRequest, match="Invalid file_id"):
        await bot.get_file("none")
    with pytest.raises(BadRequest, match="not found"):
        await bot.edit_message_text("Hi", EMMA, 999999)

    assert simulators.customers.telegram_of(EMMA) == []


async def test_a_stranger_who_wrote_may_be_answered(simulators: Simulators, bot: Bot) -> None:
    simulators.customers.telegram_write(42, "Hi")

    await bot.send_message(42, "Hello")

    assert (await bot.get_chat(42)).first_name == "Guest 42"
    assert len(simulators.customers.telegram_of(42)) == 1


@pytest.mark.filterwarnings("ignore:.*retry_after")
async def test_failures_come_as_told(simulators: Simulators, bot: Bot) -> None:
    faults = simulators.faults("telegram")
    faults.fail(Failure(status=429, message="Too Many Requests", retry_after=37))
    faults.fail(Failure(status=0, accepted=True))

    with pytest.raises(RetryAfter):
        await bot.send_message(EMMA, "1")
    with pytest.raises(NetworkError):
        await bot.send_message(EMMA, "2")
    await bot.send_message(EMMA, "3")

    assert [entry.text for entry in simulators.customers.telegram_of(EMMA)] == ["2", "3"]


async def test_an_outage_holds_the_webhook_back(
    simulators: Simulators, bot: Bot, shop: Shop
) -> None:
    await bot.set_webhook(f"{shop.url}/hooks/t1")
    await simulators.set_outage("telegram", on=True)
    simulators.customers.telegram_write(EMMA, "Hi")
    await asyncio.sleep(0.05)
    assert shop.calls.empty()

    await simulators.set_outage("telegram", on=False)

    assert json.loads((await shop.next_call()).body)["message"]["text"] == "Hi"


async def test_unconfirmed_updates_survive_a_restart(
    simulators: Simulators, tmp_path: Path, shop: Shop
) -> None:
    simulators.customers.telegram_write(EMMA, "Hi")
    await simulators.stop()

    again = await Simulators.start(tmp_path, shop.url)
    async with make_bot(again) as bot:
        (update,) = await bot.get_updates()
    await again.stop()

    assert update.message
    assert update.message.text == "Hi"
