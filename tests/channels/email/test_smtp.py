"""Sending to a real Postfix, and to servers that misbehave."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from inbox.channels.base import (
    Account,
    LoginRefused,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
)
from inbox.channels.email import EmailChannel
from inbox.channels.email.reading import read_mail
from inbox.channels.email.settings import EmailSettings
from inbox.envelope import Address, OutboundEnvelope
from tests.channels.email.conftest import channel_for
from tests.servers.mail import MailServers


def envelope(to: str, *copies: str) -> OutboundEnvelope:
    return OutboundEnvelope(
        delivery_id="d1",
        message_id="m1@shop.test",
        recipient=Address(kind="email", value=to),
        cc=tuple(Address(kind="email", value=copy) for copy in copies),
        subject="Re: Question",
        text="Hello\n.\n..two\nGrüße",
    )


@pytest.mark.servers
async def test_a_mail_arrives_as_it_was_written(mail_servers: MailServers) -> None:
    sender, jane = mail_servers.add_user("sender"), mail_servers.add_user("jane")
    mail_servers.reload_smtp()
    receipt = await channel_for(mail_servers, sender).send(envelope(jane))
    (raw,) = await asyncio.to_thread(mail_servers.wait_for_mail, jane)

    found = read_mail(raw)
    assert receipt.provider_id == "m1@shop.test"
    assert not receipt.refused
    assert found.message_id == "m1@shop.test"
    assert found.text.strip() == "Hello\n.\n..two\nGrüße"


@pytest.mark.servers
async def test_a_refused_copy_is_said_and_the_others_get_theirs(mail_servers: MailServers) -> None:
    sender, joe = mail_servers.add_user("sender2"), mail_servers.add_user("joe")
    mail_servers.reload_smtp()
    mail_servers.refuse("gone@shop.test", "550 5.1.1 no such user")
    receipt = await channel_for(mail_servers, sender).send(envelope(joe, "gone@shop.test"))

    assert list(receipt.refused) == ["gone@shop.test"]
    assert "no such user" in receipt.refused["gone@shop.test"]
    assert len(await asyncio.to_thread(mail_servers.wait_for_mail, joe)) == 1


@pytest.mark.servers
@pytest.mark.parametrize(
    ("answer", "failure"),
    [("550 5.1.1 no such user", PermanentFailure), ("451 4.7.1 greylisted", TemporaryFailure)],
)
async def test_the_code_says_whether_trying_again_helps(
    mail_servers: MailServers, answer: str, failure: type[Exception]
) -> None:
    mail_servers.refuse("jim@shop.test", answer)
    with pytest.raises(failure, match=answer.rsplit(maxsplit=1)[-1]):
        await channel_for(mail_servers, "s@shop.test").send(envelope("jim@shop.test"))


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def scripted(
    answers: dict[str, str], *, on_dot: str = "250 ok"
) -> AsyncIterator[EmailChannel]:
    """A server with an answer for the beginning of each command; an empty one hangs up."""

    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.current_task())  # type: ignore[arg-type]
        await _converse(reader, writer, answers, on_dot)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings: dict[str, Any] = {
        "email": "s@shop.test",
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_security": "starttls" if "STARTTLS" in answers else "none",
        "smtp_user": "s" if "AUTH" in answers else "",
        "smtp_password": "secret",
    }
    try:
        yield EmailChannel(
            Account(
                inbox_id="i",
                name="Mail",
                settings=EmailSettings(**settings),
                private_hosts=f"127.0.0.1:{port}",
            )
        )
    finally:
        server.close()
        await asyncio.gather(*talks, return_exceptions=True)


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: dict[str, str], on_dot: str
) -> None:
    writer.write(answers.get("banner", "220 hi").encode() + b"\r\n")
    while line := await reader.readline():
        command = line.decode().strip().upper()
        default = "354 go" if command == "DATA" else "250 ok"
        named = next((name for name in answers if command.startswith(name)), "")
        answer = answers.get(named, default)
        if command == "DATA" and answer.startswith("354"):
            writer.write(answer.encode() + b"\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            answer = on_dot
        if not answer:
            return
        writer.write(answer.encode() + b"\r\n")


@pytest.mark.parametrize(
    ("answers", "on_dot", "failure"),
    [
        ({"banner": "421 busy"}, "250 ok", TemporaryFailure),
        ({"MAIL": "452 no space"}, "250 ok", TemporaryFailure),
        ({"MAIL": "550 not you"}, "250 ok", PermanentFailure),
        ({"RCPT": ""}, "250 ok", TemporaryFailure),
        ({"DATA": "554 no"}, "250 ok", PermanentFailure),
        ({}, "451 later", TemporaryFailure),
        ({}, "554 spam", PermanentFailure),
        ({}, "", OutcomeUnknown),
        ({"EHLO": "250 AUTH PLAIN", "AUTH": "535 wrong"}, "250 ok", TemporaryFailure),
        ({"EHLO": "250-x\r\n250 AUTH PLAIN", "AUTH": "535 wrong"}, "250 ok", LoginRefused),
        ({"EHLO": "250-x\r\n250 AUTH PLAIN", "AUTH": "454 later"}, "250 ok", TemporaryFailure),
        ({"STARTTLS": "never asked"}, "250 ok", TemporaryFailure),
    ],
)
async def test_each_way_of_failing_is_told_apart(
    answers: dict[str, str], on_dot: str, failure: type[Exception]
) -> None:
    async with scripted(answers, on_dot=on_dot) as channel:
        with pytest.raises(failure):
            await channel.send(envelope("jane@customer.test"))


async def test_whom_the_server_takes_not_yet_is_told_from_whom_it_never_takes() -> None:
    answers = {"RCPT TO:<SLOW": "451 greylisted", "RCPT TO:<GONE": "550 no"}
    async with scripted(answers) as channel:
        receipt = await channel.send(
            envelope("jane@customer.test", "slow@customer.test", "gone@customer.test")
        )

    assert list(receipt.later) == ["slow@customer.test"]
    assert list(receipt.refused) == ["gone@customer.test"]


async def test_who_has_the_mail_already_is_not_named_again() -> None:
    async with scripted({"RCPT TO:<JANE": "550 no"}) as channel:
        mail = envelope("jane@customer.test", "slow@customer.test")
        receipt = await channel.send(replace(mail, only=("slow@customer.test",)))

    assert not receipt.refused


async def test_a_server_that_answers_well_takes_the_mail() -> None:
    async with scripted({}) as channel:
        receipt = await channel.send(envelope("jane@customer.test"))

    assert receipt.provider_id == "m1@shop.test"


async def test_a_goodbye_that_fails_does_not_matter() -> None:
    async with scripted({"QUIT": ""}) as channel:
        assert await channel.send(envelope("jane@customer.test"))


async def test_addresses_of_other_scripts_need_a_server_that_can() -> None:
    async with scripted({}) as channel:
        with pytest.raises(PermanentFailure, match="SMTPUTF8"):
            await channel.send(envelope("jäne@customer.test"))


async def test_without_a_server_nothing_can_be_sent() -> None:
    settings = EmailSettings(email="s@shop.test")
    channel = EmailChannel(Account(inbox_id="i", name="Mail", settings=settings))
    with pytest.raises(PermanentFailure):
        await channel.send(envelope("jane@customer.test"))
    assert not (await channel.check()).ok
    assert not channel.listens()
