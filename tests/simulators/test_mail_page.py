"""Mails that nobody types, as the shop's own channel reads them, and a shop that can't send."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from inbox.channels.base import Account, Unparsable, Unreachable
from inbox.channels.email import EmailChannel
from inbox.channels.email.settings import EmailSettings
from inbox.envelope import Address, InboundEnvelope, OutboundEnvelope, Proof, RawItem
from inbox.services import build
from inbox.settings import Settings
from inbox.simulators import mail_page
from inbox.simulators.cast import by_key
from inbox.simulators.providers import SIMULATORS, Simulators
from inbox.web import keys, watching
from inbox.web.middlewares import errors_shown, identified

EMMA = by_key("emma")
Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(simulators: Simulators, tmp_path: Path) -> AsyncIterator[Client]:
    services = build(Settings(data_dir=tmp_path / "shop", _env_file=None))
    app = web.Application(middlewares=[identified, errors_shown])
    app[keys.SERVICES] = services
    app[watching.WATCHING] = watching.Watching(services)
    app[SIMULATORS] = simulators
    for method, path, handler in mail_page.routes():
        app.router.add_route(method, path, handler)
    async with TestClient(TestServer(app), headers={"Accept": "application/json"}) as made:
        yield made
    await services.close()


@pytest.fixture
def channel(simulators: Simulators) -> EmailChannel:
    (values,) = [values for kind, _name, values in simulators.inboxes() if kind == "email"]
    account = Account(
        inbox_id="i",
        name="Mail",
        settings=EmailSettings(**values),
        private_hosts=simulators.private_hosts,
    )
    return EmailChannel(account)


async def press(client: Client, kind: str) -> int:
    values = {"customer": "emma", "kind": kind}
    answer = await client.post("/simulators/mails", data=values, allow_redirects=False)
    return answer.status


async def came(simulators: Simulators, channel: EmailChannel) -> RawItem:
    """The newest mail of the shop's mailbox, as it is fetched."""
    items: list[RawItem] = []

    async def record(found: Any, _checkpoint: Any) -> None:
        items.extend(found)

    listening = asyncio.create_task(channel.listen({}, record))
    async with asyncio.timeout(10):
        while not items:
            await asyncio.sleep(0.05)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    return items[-1]


async def read(simulators: Simulators, channel: EmailChannel) -> InboundEnvelope:
    (found,) = channel.parse(await came(simulators, channel))
    assert isinstance(found, InboundEnvelope)
    return found


def answer() -> OutboundEnvelope:
    return OutboundEnvelope(
        delivery_id="d1",
        message_id="m1@shop.example",
        recipient=Address(kind="email", value=EMMA.email),
        subject="Re: Shoes",
        text="They are on their way.",
    )


async def test_html_comes_with_its_pictures_and_files(
    simulators: Simulators, channel: EmailChannel, client: Client
) -> None:
    assert await press(client, "rich") == 303
    found = await read(simulators, channel)

    assert "<b>left</b>" in found.html
    assert {part.name for part in found.files} >= {"invoice 4711.pdf", "shoes.png"}


async def test_an_absence_note_is_known_as_one(
    simulators: Simulators, channel: EmailChannel, client: Client
) -> None:
    await channel.send(answer())
    await press(client, "out_of_office")
    found = await read(simulators, channel)

    assert found.automatic
    assert "m1@shop.example" in found.references


async def test_the_last_mail_comes_back(
    simulators: Simulators, channel: EmailChannel, client: Client
) -> None:
    assert await press(client, "bounce") == 409
    await channel.send(answer())
    assert await press(client, "bounce") == 303
    found = await read(simulators, channel)

    assert found.bounce
    assert (found.bounce.original_message_id, found.bounce.recipients) == (
        "m1@shop.example",
        (EMMA.email,),
    )


async def test_a_forged_mail_proves_nothing(
    simulators: Simulators, channel: EmailChannel, client: Client
) -> None:
    await press(client, "forged")
    found = await read(simulators, channel)

    assert (found.sender.value, found.proof) == (EMMA.email, Proof.CLAIMED)
    (entry,) = simulators.ledger.of("email", EMMA.email)
    assert entry.meta["forged"]


async def test_a_damaged_mail_is_read_as_far_as_it_can_be(
    simulators: Simulators, channel: EmailChannel, client: Client
) -> None:
    await press(client, "damaged")
    found = await read(simulators, channel)

    assert (found.subject, found.sender.value) == ("A damaged mail", EMMA.email)
    assert "This mail was damaged" in found.text


async def test_a_mail_with_nothing_in_it_can_not_be_read(
    simulators: Simulators, channel: EmailChannel, client: Client
) -> None:
    await press(client, "empty")
    with pytest.raises(Unparsable):
        channel.parse(await came(simulators, channel))


async def test_what_is_no_specimen_is_refused(client: Client) -> None:
    assert await press(client, "nonsense") == 404


async def test_a_shop_that_can_not_send_gets_mail_all_the_same(
    simulators: Simulators, channel: EmailChannel, client: Client
) -> None:
    await client.post("/simulators/sending", data={"customer": "emma"}, allow_redirects=False)
    with pytest.raises(Unreachable):
        await channel.send(answer())
    await press(client, "rich")
    assert await read(simulators, channel)

    await simulators.set_outage("email", on=True)
    await simulators.set_outage("email", on=False)
    with pytest.raises(Unreachable):
        await channel.send(answer())
    await client.post("/simulators/sending", data={"customer": "emma"}, allow_redirects=False)
    await channel.send(answer())
    assert len(simulators.customers.mails_of(EMMA.email)) == 1
