"""F22 to F34, N1, N3, N13, N14: whatever the mailbox does, each mail comes in once."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from inbox import clock
from inbox.channels.email import imap, imap_client, imap_link, mailbox
from inbox.desk import arrivals
from inbox.events import SYSTEM
from inbox.model import Arrival, ArrivalState, Event, Health, Inbox, Message
from inbox.workers import receive
from tests.faults.shop import Shop, mail, until
from tests.servers.imap import ImapServer, imap_server
from tests.servers.mail import MailServers, running_mail_servers
from tests.servers.proxy import Fate, Proxy, proxy_to

_numbers = itertools.count(1)


@pytest.fixture
async def server(shop: Shop) -> AsyncIterator[ImapServer]:
    async with imap_server(port=shop.port()) as running:
        yield running


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between two tries are short."""
    monkeypatch.setattr(receive, "LONGEST_WAIT", 0.2)
    monkeypatch.setattr(receive, "ALIVE_EVERY", 0.1)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the minutes that a server is given were parts of a second."""
    monkeypatch.setattr(imap, "WAIT_SECONDS", 0.5)
    monkeypatch.setattr(mailbox, "COMMAND_SECONDS", 1)
    monkeypatch.setattr(mailbox, "NOOP_SECONDS", 0.5)
    monkeypatch.setattr(imap_link, "SILENT_SECONDS", 0.5)


async def came(shop: Shop, *subjects: str) -> bool:
    return set(subjects) <= set(await shop.subjects())


async def light(shop: Shop, inbox: Inbox) -> tuple[Health, str]:
    shown = await shop.get(Inbox, inbox.id)
    return shown.health, shown.health_reason


class Behind:
    """A mailbox behind a link that breaks as it is told."""

    def __init__(self, link: Proxy, server: ImapServer) -> None:
        self.link, self.server = link, server

    def settings(self) -> dict[str, Any]:
        return self.server.settings(imap_port=self.link.port)


@pytest.fixture
async def behind(shop: Shop) -> AsyncIterator[Behind]:
    async with imap_server() as server, proxy_to(server.port, shop.port()) as link:
        yield Behind(link, server)


@pytest.mark.parametrize("is_reset", [True, False])
async def test_f22_a_link_cut_within_a_mail_brings_it_once(
    shop: Shop, behind: Behind, is_reset: bool
) -> None:
    behind.server.put(mail("torn", size=200_000))
    behind.server.put(mail("whole"))
    behind.link.fates.extend([Fate(down=50_000, is_gentle=not is_reset)] * 2)
    await shop.mailbox(**behind.settings())
    async with shop.open_eyes():
        await until(lambda: came(shop, "torn", "whole"), "both mails")

    assert behind.link.cuts == 2
    assert await shop.subjects() == {"torn": 1, "whole": 1}


async def test_f23_a_link_that_goes_while_we_wait_is_noticed_at_once(
    shop: Shop, behind: Behind
) -> None:
    await shop.mailbox(**behind.settings())
    async with shop.open_eyes():
        await until(lambda: "IDLE" in behind.server.commands, "waiting")
        behind.link.cut()
        logins = behind.server.logins
        await until(lambda: behind.server.logins > logins, "a new link", 3)
        behind.server.put(mail("afterwards"))
        await until(lambda: came(shop, "afterwards"), "the mail")


async def test_f24_a_goodbye_while_we_wait_begins_anew(shop: Shop, server: ImapServer) -> None:
    server.idle = "leaves"
    await shop.mailbox(**server.settings())
    async with shop.open_eyes():
        await until(lambda: server.logins >= 2, "another login")
        server.idle = "announces"
        server.put(mail("afterwards"))
        await until(lambda: came(shop, "afterwards"), "the mail")


async def test_f24_words_that_keep_the_link_alive_are_no_mail(
    shop: Shop, server: ImapServer
) -> None:
    server.idle = "chats"
    await shop.mailbox(**server.settings())
    async with shop.open_eyes():
        await until(lambda: "IDLE" in server.commands, "waiting")
        await asyncio.sleep(1)

    assert server.commands.count("IDLE") == 1
    assert sum(command.startswith("UID SEARCH") for command in server.commands) == 1


async def test_f25_a_server_that_does_not_begin_to_idle_is_left(
    shop: Shop, server: ImapServer, impatient: None
) -> None:
    server.idle = "ignores"
    inbox = await shop.mailbox(**server.settings())
    async with shop.open_eyes():
        await until(lambda: server.logins >= 2, "another login", 5)
        await until(lambda: was_said(shop, inbox, "no answer in time"), "the reason")
        server.put(mail("all the same"))
        await until(lambda: came(shop, "all the same"), "the mail")


def test_f26_a_dead_link_is_left_within_five_minutes() -> None:
    """The longest time between two words of a server that we wait for, as it is in earnest."""
    waiting = imap.WAIT_SECONDS + 2 * mailbox.NOOP_SECONDS
    assert max(waiting, imap_link.SILENT_SECONDS, mailbox.FETCH_SECONDS) <= 5 * 60


async def test_f26_a_link_that_swallows_everything_is_left(
    shop: Shop, behind: Behind, impatient: None
) -> None:
    await shop.mailbox(**behind.settings())
    async with shop.open_eyes():
        await until(lambda: "IDLE" in behind.server.commands, "waiting")
        behind.link.is_stalled = True
        behind.server.put(mail("afterwards"))
        await asyncio.sleep(1)
        behind.link.is_stalled = False
        await until(lambda: came(shop, "afterwards"), "the mail", 10)


async def test_f26_a_fetch_that_stops_in_the_middle_is_left(
    shop: Shop, behind: Behind, impatient: None
) -> None:
    behind.server.put(mail("stuck", size=3_000_000))
    await shop.mailbox(**behind.settings())
    behind.link.fates.append(Fate(down=50_000, is_stuck=True))
    async with shop.open_eyes():
        await until(lambda: came(shop, "stuck"), "the mail", 10)

    assert await shop.subjects() == {"stuck": 1}


async def test_f29_a_refused_login_is_tried_once_in_five_minutes_and_by_nobody_else(
    shop: Shop, server: ImapServer
) -> None:
    server.login = "NO [AUTHENTICATIONFAILED] wrong"
    inbox = await shop.mailbox(**server.settings())
    async with shop.open_eyes():
        await until(lambda: needs_login(shop, inbox), "the light")
    async with shop.open_eyes():  # as after a restart
        await asyncio.sleep(0.5)
    assert server.logins == 1

    server.login = "OK welcome"
    server.put(mail("waited"))
    async with shop.open_eyes():
        await shop.change(inbox, **server.settings(imap_password="right"))
        await until(lambda: came(shop, "waited"), "the mail, as soon as the password is mended")


async def was_said(shop: Shop, inbox: Inbox, reason: str) -> bool:
    """Whether the light of the inbox ever gave it."""
    told = [one for one in await shop.all(Event) if one.kind == "inbox_health_changed"]
    return any(reason in one.particulars["reason"] for one in told if one.inbox_id == inbox.id)


async def needs_login(shop: Shop, inbox: Inbox) -> bool:
    return (await light(shop, inbox))[0] is Health.NEEDS_LOGIN


async def test_f29_five_minutes_later_it_is_tried_again(shop: Shop, server: ImapServer) -> None:
    server.login = "NO [AUTHENTICATIONFAILED] wrong"
    inbox = await shop.mailbox(**server.settings())
    async with shop.open_eyes():
        await until(lambda: needs_login(shop, inbox), "the light")

    def later(session: Session) -> None:
        found = session.get_one(Inbox, inbox.id)
        found.health_at = clock.now() - timedelta(seconds=receive.LOGIN_WAIT)
        session.add(found)

    await shop.services.database.write(later)
    server.login = "OK welcome"
    async with shop.open_eyes():
        await until(lambda: is_well(shop, inbox), "the light is green")

    assert receive.LOGIN_WAIT == 300


async def is_well(shop: Shop, inbox: Inbox) -> bool:
    return (await light(shop, inbox))[0] is Health.OK


async def test_f30_a_server_that_takes_no_more_links_is_no_wrong_password(
    shop: Shop, server: ImapServer
) -> None:
    server.login = "NO [UNAVAILABLE] Maximum number of connections exceeded"
    inbox = await shop.mailbox(**server.settings())
    async with shop.open_eyes():
        await until(lambda: server.logins >= 2, "another try")
        assert (await light(shop, inbox))[0] is Health.TROUBLE
        server.login = "OK welcome"
        await until(lambda: is_well(shop, inbox), "the light is green")


async def test_f32_a_server_without_any_extension_is_asked_again_and_again(
    shop: Shop, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "POLL_SECONDS", 0.1)
    server.extensions = ""
    await shop.mailbox(**server.settings())
    async with shop.open_eyes():
        await until(lambda: server.logins == 1, "a login")
        server.put(mail("polled"))
        await until(lambda: came(shop, "polled"), "the mail")

    assert "IDLE" not in server.commands


@pytest.mark.parametrize("size", [1, 10, 100_000_000])
async def test_f34_a_size_that_is_a_lie_loses_nothing(
    shop: Shop, server: ImapServer, size: int
) -> None:
    liar = server.put(mail("liar", size=3_000_000))
    server.sizes[liar] = size
    server.put(mail("honest"))
    await shop.mailbox(**server.settings())
    async with shop.open_eyes():
        await until(lambda: came(shop, "liar", "honest"), "both mails")

    assert await shop.subjects() == {"liar": 1, "honest": 1}
    kept = max(one.size for one in await shop.all(Arrival))
    assert kept == len(server.mails[liar])


@pytest.mark.parametrize("announced", [-5, 300_000_000])
async def test_f34_a_mail_that_never_ends_is_set_aside_and_the_others_come(
    shop: Shop, server: ImapServer, announced: int
) -> None:
    server.put(mail("before"))
    endless = server.put(mail("endless"))
    server.announced[endless] = announced
    server.put(mail("behind"))
    await shop.mailbox(**server.settings())
    async with shop.open_eyes(reading=True):
        await until(lambda: came(shop, "before", "behind"), "those that are well")
        await until(lambda: set_aside(shop), "the other is in quarantine")

    (found,) = await set_aside(shop)
    assert f"(UID) {endless}" in found.error
    assert imap_client.ANSWER_BYTES < 300_000_000


async def set_aside(shop: Shop) -> list[Arrival]:
    return [one for one in await shop.all(Arrival) if one.state is ArrivalState.QUARANTINED]


async def test_n13_a_mail_that_the_server_does_not_give_is_set_aside_and_the_others_come(
    shop: Shop, server: ImapServer
) -> None:
    server.silent.add(server.put(mail("mute")))
    server.put(mail("behind"))
    await shop.mailbox(**server.settings())
    async with shop.open_eyes(reading=True):
        await until(lambda: came(shop, "behind"), "the mail behind it")
        await until(lambda: set_aside(shop), "the other is in quarantine")


async def test_n13_a_hostile_mail_keeps_back_none_of_twenty_others(
    shop: Shop, server: ImapServer
) -> None:
    subjects = [f"good {number}" for number in range(20)]
    for subject in subjects[:10]:
        server.put(mail(subject))
    deep = "Content-Type: multipart/mixed; boundary=" + "a" + ";" * 100_000
    server.put(mail("hostile", heads=[deep]))
    for subject in subjects[10:]:
        server.put(mail(subject))
    await shop.mailbox(**server.settings())
    async with shop.open_eyes(reading=True):
        await until(lambda: came(shop, *subjects), "the good ones", 30)


async def test_n3_a_mail_to_two_inboxes_is_a_message_in_each_and_twice_in_none(
    shop: Shop, server: ImapServer
) -> None:
    server.put(mail("to both", message_id="<one@customer.test>"))
    server.put(mail("to both", message_id="<one@customer.test>"))
    async with imap_server(port=shop.port()) as other:
        other.put(mail("to both", message_id="<one@customer.test>"))
        inboxes = [await shop.mailbox(**one.settings()) for one in (server, other)]
        async with shop.open_eyes(reading=True):
            await until(lambda: in_both(shop), "a message in each")
            await asyncio.sleep(0.5)

    messages = await shop.all(Message)
    assert sorted(one.inbox_id for one in messages) == sorted(one.id for one in inboxes)


async def in_both(shop: Shop) -> bool:
    return len({one.inbox_id for one in await shop.all(Message)}) == 2


async def test_n14_what_was_thrown_away_does_not_come_back_when_all_is_read_again(
    shop: Shop, server: ImapServer
) -> None:
    server.silent.add(server.put(mail("mute")))
    server.put(mail("kept"))
    await shop.mailbox(**server.settings())
    async with shop.open_eyes(reading=True):
        await until(lambda: set_aside(shop), "one is in quarantine")
    (found,) = await set_aside(shop)
    await shop.services.database.write(lambda s: arrivals.discard(s, found.id, by=SYSTEM))
    server.uid_validity += 1
    server.mails = {uid + 10: content for uid, content in server.mails.items()}
    server.silent = set()
    server.mails.pop(found.meta["uid"] + 10)
    server.put(mail("new"))
    async with shop.open_eyes(reading=True):
        await until(lambda: came(shop, "kept", "new"), "the new one")

    assert await shop.subjects() == {"kept": 1, "new": 1}
    assert await set_aside(shop) == []


@pytest.fixture(scope="module")
def servers() -> Iterator[MailServers]:
    with running_mail_servers() as running:
        yield running


@pytest.fixture
async def link(shop: Shop, servers: MailServers) -> AsyncIterator[Proxy]:
    """To a real Dovecot, on a port that the shop may call."""
    async with proxy_to(servers.imap_port, shop.port()) as made:
        yield made


def dovecot(servers: MailServers, link: Proxy, address: str, **more: Any) -> dict[str, Any]:
    given = servers.settings(address, imap_port=link.port, start_with="everything", **more)
    return {**given, "smtp_host": ""}


@pytest.mark.servers
async def test_f27_a_folder_numbered_anew_brings_nothing_twice(
    shop: Shop, servers: MailServers, link: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    address = servers.add_user("renumbered")
    servers.drop_in(address, [mail("first"), mail("second")])
    await shop.mailbox(**dovecot(servers, link, address))
    async with shop.open_eyes():
        await until(lambda: came(shop, "first", "second"), "the first two")
    servers.change_uid_validity(address)
    servers.drop_in(address, [mail("third")])
    async with shop.open_eyes():
        await until(lambda: came(shop, "third"), "the third")

    assert await shop.subjects() == {"first": 1, "second": 1, "third": 1}


@pytest.mark.servers
async def test_f31_three_thousand_mails_at_once_come_all(
    shop: Shop, servers: MailServers, link: Proxy
) -> None:
    address = servers.add_user("crowded")
    servers.drop_in(address, [mail(f"number {n}") for n in range(3000)])
    inbox = await shop.mailbox(**dovecot(servers, link, address))
    await shop.receiving.work()
    await until(lambda: stored(shop, 3000), "all are stored", 60)
    await shop.receiving.close()

    assert (await shop.get(Inbox, inbox.id)).checkpoint["uid"] == 3000


async def stored(shop: Shop, number: int) -> bool:
    return len(await shop.all(Arrival)) == number


@pytest.mark.servers
async def test_f33_a_folder_that_goes_while_it_is_open_is_said_and_missed_by_nobody(
    shop: Shop, servers: MailServers, link: Proxy
) -> None:
    address = servers.add_user("renamed")
    servers.create_folder(address, "Shop")
    inbox = await shop.mailbox(**dovecot(servers, link, address, imap_folder="Shop"))
    async with shop.open_eyes():
        await until(lambda: is_well(shop, inbox), "the folder is open")
        servers._doveadm("mailbox", "rename", "-u", address, "Shop", "Elsewhere")
        link.cut()  # Dovecot itself lets us go on idling in what is gone
        await until(lambda: in_trouble(shop, inbox), "the light")
        await until(lambda: was_said(shop, inbox, "“Shop” can't be opened"), "the reason")
        servers.create_folder(address, "Shop")
        servers.append(address, mail("back"), folder="Shop")
        await until(lambda: came(shop, "back"), "the mail")


async def in_trouble(shop: Shop, inbox: Inbox) -> bool:
    return (await light(shop, inbox))[0] is Health.TROUBLE
