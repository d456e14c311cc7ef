"""Fetching from a real Dovecot, through restarts, kicks and a folder numbered anew."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from inbox.channels.base import Account, LoginRefused, TemporaryFailure
from inbox.channels.email import EmailChannel, imap
from inbox.channels.email.imap_link import LinkLost
from inbox.channels.email.mailbox import Mailbox
from inbox.channels.email.settings import EmailSettings
from inbox.envelope import RawItem
from tests.channels.email.conftest import Store, account_for, channel_for
from tests.servers.mail import MailServers, running_mail_servers
from tests.servers.proxy import Fate, Proxy, proxy_to

pytestmark = pytest.mark.servers

_numbers = itertools.count(1)


def mail(text: str = "Hello", *, size: int = 0) -> bytes:
    number = next(_numbers)
    return (
        "From: Jane <jane@customer.test>\r\nTo: support@shop.test\r\n"
        f"Subject: two * three ( {number}"
        f"\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{number}@customer.test>\r\n"
        f"\r\n{text}\r\n{'x' * 70}\r\n".encode()
        + b"y" * size
    )


@pytest.fixture
def address(mail_servers: MailServers) -> str:
    return mail_servers.add_user(f"support{next(_numbers)}")


@asynccontextmanager
async def listening(
    channel: EmailChannel, store: Store, *, may_fail: bool = False
) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(channel.listen(store.checkpoint, store.record))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, *([TemporaryFailure] if may_fail else [])):
            await task


async def eventually(true: Callable[[], bool], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)


async def test_a_new_account_begins_with_new_mail(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    mail_servers.append(address, mail("old"))
    async with listening(channel_for(mail_servers, address), store):
        await eventually(lambda: bool(store.checkpoint))
        mail_servers.append(address, mail("new"))
        await eventually(lambda: bool(store.items))

    (item,) = store.items.values()
    assert b"new" in item.content
    assert b"two * three (" in item.content


async def test_an_account_may_begin_with_everything(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    mails = [mail(f"number {n}") for n in range(250)]
    mail_servers.drop_in(address, mails)
    async with listening(channel_for(mail_servers, address, start_with="everything"), store):
        await eventually(lambda: len(store.items) == 250)

    assert {item.content for item in store.items.values()} == set(mails)
    assert max(store.batches) <= 100


async def test_after_a_break_it_goes_on_from_the_checkpoint(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    channel = channel_for(mail_servers, address, start_with="everything")
    mail_servers.append(address, mail())
    async with listening(channel, store):
        await eventually(lambda: len(store.items) == 1)
    mail_servers.append(address, mail(), mail())
    before = list(store.batches)
    async with listening(channel, store):
        await eventually(lambda: len(store.items) == 3)

    assert store.batches[len(before) :] == [2]


async def test_read_mail_is_fetched_and_unread_mail_stays_unread(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    mail_servers.append(address, mail())
    async with listening(channel_for(mail_servers, address, start_with="everything"), store):
        await eventually(lambda: len(store.items) == 1)

    seen = mail_servers._doveadm("search", "-u", address, "mailbox", "INBOX", "seen")
    assert seen == b""


async def test_large_mail_comes_in_ranges_and_whole(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    large = mail(size=10_000_000)
    mail_servers.drop_in(address, [large, mail("small")])
    async with listening(channel_for(mail_servers, address, start_with="everything"), store):
        await eventually(lambda: len(store.items) == 2, 30)

    spooled = max(store.items.values(), key=lambda item: item.size).spooled
    assert spooled
    assert spooled.path.read_bytes() == large
    spooled.path.unlink()


async def test_batches_stay_within_their_bytes(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    mail_servers.drop_in(address, [mail(size=3_000_000) for _ in range(4)])
    async with listening(channel_for(mail_servers, address, start_with="everything"), store):
        await eventually(lambda: len(store.items) == 4, 30)

    assert store.batches == [2, 2]


async def test_a_folder_numbered_anew_is_read_again_without_doubles(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    channel = channel_for(mail_servers, address, start_with="everything")
    mail_servers.append(address, mail(), mail())
    async with listening(channel, store):
        await eventually(lambda: len(store.items) == 2)
    mail_servers.change_uid_validity(address)
    mail_servers.append(address, mail("after"))
    async with listening(channel, store):
        await eventually(lambda: len(store.items) == 3)

    assert store.checkpoint["uidvalidity"] == 777


async def test_a_kick_ends_listening_soon(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    async with listening(channel_for(mail_servers, address), store, may_fail=True) as task:
        await eventually(lambda: bool(store.checkpoint))
        await asyncio.sleep(0.5)
        mail_servers.kick(address)
        with pytest.raises(LinkLost):
            await asyncio.wait_for(task, 5)


async def test_a_wrong_password_needs_a_person(mail_servers: MailServers, address: str) -> None:
    channel = channel_for(mail_servers, address, imap_password="wrong")

    with pytest.raises(LoginRefused):
        await channel.listen({}, Store().record)
    checked = await channel.check()
    assert checked.needs_login
    assert not checked.ok


async def test_the_eleventh_connection_is_no_wrong_password(
    mail_servers: MailServers, address: str
) -> None:
    account = account_for(mail_servers, address)
    opened = [await Mailbox.open(account) for _ in range(10)]
    with pytest.raises(TemporaryFailure):
        await Mailbox.open(account)
    for mailbox in opened:
        await mailbox.close()


@pytest.mark.parametrize("folder", ["Kunden über", 'My "Folder"', "R&D"])
async def test_folders_may_have_any_name(
    mail_servers: MailServers, address: str, store: Store, folder: str
) -> None:
    mail_servers.create_folder(address, folder)
    mail_servers.append(address, mail(), folder=folder)
    settings = {"imap_folder": folder, "start_with": "everything"}
    async with listening(channel_for(mail_servers, address, **settings), store):
        await eventually(lambda: len(store.items) == 1)


async def test_a_missing_folder_is_said(mail_servers: MailServers, address: str) -> None:
    checked = await channel_for(mail_servers, address, imap_folder="None").check()

    assert not checked.ok
    assert "None" in checked.explanation


async def test_without_idle_it_polls(
    mail_servers: MailServers, address: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox.channels.email.mailbox.POLL_SECONDS", 0.2)
    monkeypatch.setattr(
        "aioimaplib.aioimaplib.IMAP4.has_capability", lambda _client, name: name != "IDLE"
    )
    async with listening(channel_for(mail_servers, address), store):
        await eventually(lambda: bool(store.checkpoint))
        mail_servers.append(address, mail())
        await eventually(lambda: len(store.items) == 1)


async def test_idle_is_renewed(
    mail_servers: MailServers, address: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "WAIT_SECONDS", 0.2)
    async with listening(channel_for(mail_servers, address), store):
        await asyncio.sleep(1.5)
        mail_servers.append(address, mail())
        await eventually(lambda: len(store.items) == 1)


async def test_check_says_that_all_is_well(mail_servers: MailServers, address: str) -> None:
    checked = await channel_for(mail_servers, address).check()

    assert checked.ok, checked.explanation


async def test_private_addresses_are_refused_unless_allowed(mail_servers: MailServers) -> None:
    account = replace(account_for(mail_servers, "a@shop.test"), private_hosts="")
    with pytest.raises(TemporaryFailure, match="not public"):
        await Mailbox.open(account)


@pytest.mark.slow
async def test_a_server_that_restarts_is_found_again(store: Store) -> None:
    with running_mail_servers() as servers:
        address = servers.add_user("support")
        channel = channel_for(servers, address)
        async with listening(channel, store, may_fail=True) as task:
            await eventually(lambda: bool(store.checkpoint))
            await asyncio.to_thread(servers.stop_imap)
            with pytest.raises(TemporaryFailure):
                await asyncio.wait_for(task, 30)
        await asyncio.to_thread(servers.start_imap)
        servers.append(address, mail())
        async with listening(channel, store):
            await eventually(lambda: len(store.items) == 1)


async def test_a_link_cut_within_a_mail_brings_the_mail_once(
    mail_servers: MailServers, address: str, store: Store, tmp_path: Path
) -> None:
    mails = [mail(size=60_000), mail(size=6_000_000), mail("last")]
    mail_servers.drop_in(address, mails)
    async with proxy_to(mail_servers.imap_port) as link:
        link.fates.extend([Fate(down=30_000), Fate(down=2_000_000), Fate(down=5_000_000)])
        channel = through(link, mail_servers, address, tmp_path)
        for _ in range(3):
            with pytest.raises(LinkLost):
                await asyncio.wait_for(channel.listen(store.checkpoint, store.record), 20)
        async with listening(channel, store):
            await eventually(lambda: len(store.items) == 3, 30)

    assert link.cuts == 3
    assert {content_of(item) for item in store.items.values()} == set(mails)
    assert [item.size for item in store.items.values()] == [len(one) for one in mails]
    assert len(names(tmp_path)) == 1, "what was cut lies about"


async def test_a_server_that_never_answers_is_left(
    mail_servers: MailServers, address: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox.channels.email.mailbox.COMMAND_SECONDS", 0.5)
    async with proxy_to(mail_servers.imap_port) as link:
        link.default = Fate(is_silent=True)
        with pytest.raises(LinkLost, match="no answer in time"):
            await asyncio.wait_for(through(link, mail_servers, address).listen({}, store.record), 5)


async def test_a_server_that_falls_silent_while_we_wait_is_left(
    mail_servers: MailServers, address: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "WAIT_SECONDS", 0.5)
    monkeypatch.setattr("inbox.channels.email.mailbox.NOOP_SECONDS", 0.5)
    async with proxy_to(mail_servers.imap_port) as link:
        channel = through(link, mail_servers, address)
        async with listening(channel, store, may_fail=True) as task:
            await eventually(lambda: bool(store.checkpoint))
            link.is_stalled = True
            with pytest.raises(LinkLost, match="no answer in time"):
                await asyncio.wait_for(task, 10)


def through(
    link: Proxy, servers: MailServers, address: str, spool: Path | None = None
) -> EmailChannel:
    settings = EmailSettings(
        **servers.settings(address, imap_port=link.port, start_with="everything")
    )
    private_hosts = f"127.0.0.1:{link.port}"
    return EmailChannel(
        Account(
            inbox_id="i", name="Mail", settings=settings, private_hosts=private_hosts, spool=spool
        )
    )


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def content_of(item: RawItem) -> bytes:
    return item.spooled.path.read_bytes() if item.spooled else item.content
