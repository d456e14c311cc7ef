"""A mailbox on a real Dovecot, against the numbers that are known."""

import itertools
from collections.abc import Collection

import pytest

from inbox.channels.email import EmailChannel, imap
from tests.channels.email.conftest import Store, channel_for
from tests.channels.email.test_imap import eventually, listening, mail
from tests.servers.mail import MailServers

pytestmark = pytest.mark.servers

SENT = "Gesendete Objekte ü"

_numbers = itertools.count(1)


@pytest.fixture
def address(mail_servers: MailServers, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(imap, "WAIT_WITH_SENT_SECONDS", 0.3)
    found = mail_servers.add_user(f"compared{next(_numbers)}")
    mail_servers.create_folder(found, SENT)
    return found


async def compared(
    channel: EmailChannel, store: Store, without: Collection[tuple[str, int]] = ()
) -> tuple[int, set[tuple[str, int]]]:
    """How many were looked at, and which were handed over, by folder and number."""
    seen = {(i.meta["folder"], i.meta["uid"]) for i in store.items.values()} - set(without)
    found = Store()

    async def known(folder: str, uid_validity: int) -> set[int]:
        assert uid_validity
        return {uid for place, uid in seen if place == folder}

    looked = await channel.compare(store.checkpoint, known, found.record)
    return looked, {(i.meta["folder"], i.meta["uid"]) for i in found.items.values()}


async def fetched(servers: MailServers, address: str, store: Store) -> EmailChannel:
    """One mail from before we came, three in the inbox, and one that was sent."""
    channel = channel_for(servers, address)
    servers.append(address, mail("before"))
    async with listening(channel, store):
        await eventually(lambda: "sent" in store.checkpoint)
        servers.append(address, *(mail(f"number {n}") for n in range(3)))
        servers.append(address, mail("ours"), folder=SENT)
        await eventually(lambda: len(store.items) == 4)
    return channel


async def test_where_all_is_known_nothing_is_fetched(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    channel = await fetched(mail_servers, address, store)

    assert await compared(channel, store) == (4, set())


async def test_what_was_missed_in_either_folder_is_fetched(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    channel = await fetched(mail_servers, address, store)
    gaps = {("", 3), ("sent", 1)}

    assert await compared(channel, store, without=gaps) == (4, gaps)


async def test_what_came_since_is_left_to_who_fetches(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    channel = await fetched(mail_servers, address, store)
    mail_servers.append(address, mail("later"))

    assert await compared(channel, store) == (4, set())


async def test_a_folder_that_was_numbered_anew_is_left_too(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    channel = await fetched(mail_servers, address, store)
    mail_servers.change_uid_validity(address)

    looked, missed = await compared(channel, store)

    assert (looked, missed) == (1, set())
