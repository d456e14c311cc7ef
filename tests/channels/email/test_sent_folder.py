"""The Sent folder of a real Dovecot: found by its mark, followed beside the watched one."""

import itertools

import pytest

from inbox.channels.email import imap
from inbox.channels.email.folders import read_name, wire_name
from inbox.envelope import InboundEnvelope
from tests.channels.email.conftest import Store, channel_for
from tests.channels.email.test_imap import eventually, listening, mail
from tests.servers.mail import MailServers

pytestmark = pytest.mark.servers

SENT = "Gesendete Objekte ü"

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "WAIT_WITH_SENT_SECONDS", 0.3)


@pytest.fixture
def address(mail_servers: MailServers) -> str:
    found = mail_servers.add_user(f"sender{next(_numbers)}")
    mail_servers.create_folder(found, SENT)
    return found


@pytest.mark.parametrize("name", [SENT, "Kunden & Co", 'a"b\\c', "Послато", "INBOX.Sent"])
def test_names_of_folders_go_both_ways(name: str) -> None:
    assert read_name(wire_name(name)) == name


async def test_what_is_put_into_the_sent_folder_comes_once_and_is_marked(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    mail_servers.append(address, mail("before"), folder=SENT)
    async with listening(channel_for(mail_servers, address), store):
        await eventually(lambda: "sent" in store.checkpoint)
        mail_servers.append(address, mail("written elsewhere"), folder=SENT)
        mail_servers.append(address, mail("from a customer"))
        await eventually(lambda: len(store.items) == 2)

    by_folder = {item.meta["folder"]: item for item in store.items.values()}
    assert b"written elsewhere" in by_folder["sent"].content
    assert by_folder["sent"].external_id.startswith("sent:")
    assert b"from a customer" in by_folder[""].content


async def test_after_a_pause_it_goes_on_where_it_stopped(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    channel = channel_for(mail_servers, address)
    async with listening(channel, store):
        await eventually(lambda: "sent" in store.checkpoint)
    mail_servers.append(address, mail("meanwhile"), folder=SENT)
    mail_servers.append(address, mail("asked meanwhile"))
    async with listening(channel, store):
        await eventually(lambda: len(store.items) == 2)

    assert store.batches == [1, 1]


async def test_a_folder_by_name_and_none_at_all(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    mail_servers.create_folder(address, "Other")
    async with listening(channel_for(mail_servers, address, sent_folder="Other"), store):
        await eventually(lambda: "sent" in store.checkpoint)
        mail_servers.append(address, mail("other"), folder="Other")
        await eventually(lambda: bool(store.items))
    nothing = Store()
    async with listening(channel_for(mail_servers, address, sent_folder="-"), nothing):
        await eventually(lambda: bool(nothing.checkpoint))
        mail_servers.append(address, mail("not looked at"), folder=SENT)
        mail_servers.append(address, mail("an ordinary one"))
        await eventually(lambda: bool(nothing.items))

    assert [item.meta["folder"] for item in nothing.items.values()] == [""]
    assert "sent" not in nothing.checkpoint


async def test_it_is_understood_as_ours(
    mail_servers: MailServers, address: str, store: Store
) -> None:
    ours = mail("On Friday").replace(b"Jane <jane@customer.test>", f"Shop <{address}>".encode())
    channel = channel_for(mail_servers, address)
    async with listening(channel, store):
        await eventually(lambda: "sent" in store.checkpoint)
        mail_servers.append(address, ours, folder=SENT)
        await eventually(lambda: bool(store.items))

    (item,) = store.items.values()
    (envelope,) = channel.parse(item)
    assert isinstance(envelope, InboundEnvelope)
    assert (envelope.outgoing, envelope.from_us, envelope.automatic) == (True, True, False)
