"""Parsing goes on whatever a mail does to the process that parses it."""

from collections.abc import AsyncIterator

import pytest

from inbox.channels.base import Unparsable
from inbox.channels.email.settings import EmailSettings
from inbox.envelope import RawItem
from inbox.workers import parsing
from inbox.workers.parsing import ParserPool
from tests.workers.troublesome import TroublesomeChannel

SETTINGS = EmailSettings(email="support@shop.test", imap_password="secret")


@pytest.fixture
async def pool() -> AsyncIterator[ParserPool]:
    pool = ParserPool(cpu_seconds=1)
    yield pool
    await pool.close()


@pytest.fixture
def troublesome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "channel_kind", lambda _kind: TroublesomeChannel)


def mail(text: str) -> RawItem:
    content = f"From: jane@customer.test\r\nSubject: {text}\r\n\r\n{text}\r\n".encode()
    return RawItem(external_id=text, content=content)


async def test_many_mails_come_back_in_their_order(pool: ParserPool) -> None:
    answers = await pool.parse_many("email", SETTINGS, [mail(f"number {n}") for n in range(50)])

    assert [answer[0].text for answer in answers] == [f"number {n}" for n in range(50)]


async def test_what_cannot_be_understood_is_said(pool: ParserPool) -> None:
    with pytest.raises(Unparsable):
        await pool.parse("email", SETTINGS, RawItem(external_id="1", content=b" "))


async def test_the_parser_knows_no_password(pool: ParserPool, troublesome: None) -> None:
    (found,) = await pool.parse("x", SETTINGS, mail("password"))

    assert found.text == ""


@pytest.mark.parametrize("trouble", ["spin", "eat", "die"])
async def test_one_hostile_mail_does_not_take_the_others_with_it(
    pool: ParserPool, troublesome: None, trouble: str
) -> None:
    raws = [mail("good 1"), mail(trouble), mail("good 2"), mail("good 3")]

    answers = await pool.parse_many("x", SETTINGS, raws)

    assert [answer[0].text for answer in answers] == ["good 1", "extract", "good 2", "good 3"]


async def test_an_exception_of_a_parser_is_an_answer(pool: ParserPool, troublesome: None) -> None:
    answers = await pool.parse_many("x", SETTINGS, [mail("raise"), mail("good")])

    assert isinstance(answers[0], Unparsable)
    assert answers[1][0].text == "good"


async def test_a_new_process_follows_a_used_one(
    pool: ParserPool, troublesome: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "MAILS_PER_PROCESS", 0)
    (first,) = await pool.parse("x", SETTINGS, mail("process"))
    (second,) = await pool.parse("x", SETTINGS, mail("process"))

    assert first.text != second.text
