"""The journal of everything said."""

import asyncio
from pathlib import Path

from inbox.simulators.ledger import Entry, Ledger


def sms(text: str, *, outgoing: bool = True) -> Entry:
    return Entry(channel="sms", customer="+1", outgoing=outgoing, text=text)


async def test_entries_and_files_are_there_after_a_restart(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    entry = sms("Hi")
    entry.files = [ledger.keep_file("a.txt", "text/plain", b"a")]
    ledger.record(entry)
    entry.state = "delivered"
    ledger.record(entry)

    again = Ledger(tmp_path)

    assert again.of("sms") == [entry]
    assert again.file(entry.files[0].id) == (entry.files[0], b"a")
    assert again.file("none") is None
    assert again.version == ledger.version


async def test_a_line_cut_short_by_a_crash_is_left_out(tmp_path: Path) -> None:
    Ledger(tmp_path).record(sms("Hi"))
    with (tmp_path / "journal.jsonl").open("ab") as journal:
        journal.write(b'{"id": "half')

    assert [entry.text for entry in Ledger(tmp_path).of("sms")] == ["Hi"]


async def test_what_comes_after_a_cut_line_is_kept(tmp_path: Path) -> None:
    Ledger(tmp_path)
    (tmp_path / "journal.jsonl").write_bytes(b'{"id": "half')
    Ledger(tmp_path).record(sms("Hi"))

    assert [entry.text for entry in Ledger(tmp_path).of("sms")] == ["Hi"]


async def test_the_sides_are_told_apart(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.record(sms("in", outgoing=False))
    ledger.record(sms("out"))

    assert [entry.text for entry in ledger.of("sms", "+1")] == ["in", "out"]
    assert [entry.text for entry in ledger.received("sms")] == ["out"]
    assert ledger.of("sms", "+2") == []


async def test_a_waiter_is_woken_by_news_or_by_time(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    waiter = asyncio.create_task(ledger.wait(ledger.version, 5))
    await asyncio.sleep(0)
    ledger.record(sms("Hi"))

    assert await asyncio.wait_for(waiter, 1) == ledger.version
    assert await ledger.wait(ledger.version, 0.01) == ledger.version
    assert await ledger.wait(0, 5) == ledger.version
