"""F45, F46: whatever Telegram does, an update comes in once and an answer goes out once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlmodel import Session

from inbox import clock
from inbox.channels import telegram as channel
from inbox.envelope import Button, FilePart
from inbox.model import Health, Inbox, Message, MessageState
from inbox.simulators import telegram
from inbox.simulators.faults import Failure
from inbox.workers import receive
from tests.faults import shop
from tests.faults.phones import Phones, open_phones

EMMA = 710000001
PNG = FilePart(name="a.png", content_type="image/png", content=b"\x89PNG\r\n\x1a\n1")


@pytest.fixture
async def phones(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Phones]:
    monkeypatch.setattr(receive, "LONGEST_WAIT", 0.2)
    monkeypatch.setattr(channel, "POLL_SECONDS", 1)
    async with open_phones(tmp_path, sqlite_url) as opened:
        yield opened


@asynccontextmanager
async def listening(phones: Phones) -> AsyncIterator[None]:
    async with phones.open_eyes(reading=True):
        yield


async def until(true: Callable[[], Any]) -> None:
    await shop.until(true, "what was to come")


async def came(phones: Phones, *texts: str) -> bool:
    return set(texts) <= set(await phones.texts())


def got(phones: Phones) -> list[str]:
    return [entry.text for entry in phones.customers.telegram_of(EMMA)]


async def asked(phones: Phones, text: str = "Where is it?") -> None:
    phones.customers.telegram_write(EMMA, text)
    async with listening(phones):
        await until(lambda: came(phones, text))


async def test_a_wait_of_37_seconds_is_waited(phones: Phones) -> None:
    await asked(phones)
    phones.simulators.faults("telegram").fail(
        Failure(status=429, message="Too Many Requests: retry after 37", retry_after=37)
    )
    message_id = await phones.reply(await phones.only(), "On Friday.")

    await phones.deliver()

    waits = await phones.delivery(message_id)
    assert 30 < (waits.not_before - clock.now()).total_seconds() <= 37
    await phones.wait_over(message_id)
    await phones.deliver()
    assert got(phones) == ["On Friday."]


async def test_a_502_after_it_was_handed_over_is_for_a_person_and_never_sent_again(
    phones: Phones,
) -> None:
    await asked(phones)
    phones.simulators.faults("telegram").fail(Failure(status=502, accepted=True))
    message_id = await phones.reply(await phones.only(), "On Friday.")

    await phones.deliver()
    await phones.wait_over(message_id)
    await phones.deliver()

    assert (await phones.state(message_id))[0] is MessageState.UNKNOWN
    assert got(phones) == ["On Friday."]


async def test_a_second_poller_is_told_and_ours_goes_on_when_it_has_gone(phones: Phones) -> None:
    inbox_id = phones.inboxes["telegram"].id
    url = f"{phones.simulators.telegram.server.url}/bot{telegram.TOKEN}/getUpdates"
    async with listening(phones), aiohttp.ClientSession() as thief:

        async def in_trouble() -> bool:
            """The thief asks again and again, as another program would."""
            await thief.post(url, json={"timeout": 0})
            return (await phones.get(Inbox, inbox_id)).health is Health.TROUBLE

        await until(in_trouble)
        assert "Another program" in (await phones.get(Inbox, inbox_id)).health_reason
        phones.customers.telegram_write(EMMA, "Still there?")
        await until(lambda: came(phones, "Still there?"))


async def test_a_token_that_was_revoked_asks_for_a_person(
    phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "TOKEN", "71:another")
    inbox_id = phones.inboxes["telegram"].id

    async def needs_a_token() -> bool:
        return (await phones.get(Inbox, inbox_id)).health is Health.NEEDS_LOGIN

    async with listening(phones):
        await until(needs_a_token)

    assert "BotFather" in (await phones.get(Inbox, inbox_id)).health_reason


async def test_the_same_updates_again_and_an_offset_that_was_lost_double_nothing(
    phones: Phones,
) -> None:
    for text in ("one", "two", "three"):
        phones.customers.telegram_write(EMMA, text)
    pending = phones.simulators.telegram.updates.pending()
    async with listening(phones):
        await until(lambda: came(phones, "one", "two", "three"))

    def forget(session: Session) -> None:
        inbox = session.get_one(Inbox, phones.inboxes["telegram"].id)
        inbox.checkpoint = {}
        session.add(inbox)

    await phones.services.database.write(forget)
    phones.simulators.memory.put("telegram_updates", pending)
    phones.customers.telegram_write(EMMA, "four")
    async with listening(phones):
        await until(lambda: came(phones, "four"))

    assert await phones.texts() == ["one", "two", "three", "four"]


async def test_numbers_that_begin_anew_and_gaps_between_them_lose_nothing(phones: Phones) -> None:
    """After a quiet week Telegram goes on with any number."""
    await asked(phones, "one")
    memory = phones.simulators.memory
    memory.put("telegram_update", 0)

    phones.customers.telegram_write(EMMA, "two")
    memory.put("telegram_update", 5000)
    phones.customers.telegram_write(EMMA, "three")
    update = phones.simulators.telegram.updates.pending()[0]
    await phones.services.database.write(lambda s: _checkpoint(s, phones, days=7))
    async with listening(phones):
        await until(lambda: came(phones, "two", "three"))

    assert update["update_id"] == 1
    assert await phones.texts() == ["one", "two", "three"]


async def test_after_more_than_a_day_away_the_inbox_says_what_may_be_missing(
    phones: Phones,
) -> None:
    await asked(phones)
    inbox_id = phones.inboxes["telegram"].id
    await phones.services.database.write(lambda s: _checkpoint(s, phones, days=3))

    async def says_so() -> bool:
        return bool((await phones.get(Inbox, inbox_id)).gaps)

    async with listening(phones):
        await until(says_so)

    (gap,) = (await phones.get(Inbox, inbox_id)).gaps
    assert gap["until"] is not None


def _checkpoint(session: Session, phones: Phones, *, days: int) -> None:
    """As if nothing had been fetched for so long."""
    inbox = session.get_one(Inbox, phones.inboxes["telegram"].id)
    then = (clock.now() - timedelta(days=days)).isoformat()
    inbox.checkpoint = {**inbox.checkpoint, "at": then, "alive": then}
    session.add(inbox)


async def test_an_album_a_reaction_an_answer_and_a_choice_go_both_ways(phones: Phones) -> None:
    phones.customers.telegram_album(EMMA, "Our cellar", [PNG, PNG, PNG])
    async with listening(phones):
        await until(lambda: came(phones, "Our cellar"))
    (album,) = await phones.all(Message)
    assert album.attachment_count == 3
    buttons = [Button(text="Red", value="red"), Button(text="White", value="w")]

    message_id = await phones.reply(
        await phones.only(), "Which?", buttons=buttons, reply_to_id=album.id
    )
    await phones.deliver()
    (entry,) = phones.customers.telegram_of(EMMA)
    phones.customers.telegram_press(entry, "red")
    phones.customers.telegram_react(entry, "👍")
    async with listening(phones):
        await until(lambda: came(phones, "Red"))
        await asyncio.sleep(0.3)

    ours, pressed = (await phones.all(Message))[1:]
    assert ours.id == message_id
    assert [one["emoji"] for one in ours.extras["reactions"]] == ["👍"]
    assert (pressed.extras["choice"], pressed.reply_to_id) == ("red", message_id)
    assert len(phones.simulators.telegram.answered) == 1
