"""F35 to F41, N4 to N6: whatever the mail server does, a reply is sent once or says why not."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from inbox import clock
from inbox.channels.base import Account
from inbox.channels.email import smtp
from inbox.channels.email.settings import EmailSettings
from inbox.desk.deliveries import SPAN
from inbox.model import Event, Health, Identity, Inbox, MessageState
from inbox.workers import deliver
from tests.faults.certificates import Authority
from tests.faults.shop import CUSTOMER, Shop, mail, until
from tests.servers.smtp import DOT, DROP, SmtpServer, smtp_server

WAITS, SENT, FAILED = MessageState.SENDING, MessageState.SENT, MessageState.FAILED


@pytest.fixture
async def server(shop: Shop) -> AsyncIterator[SmtpServer]:
    async with smtp_server(port=shop.port()) as running:
        yield running


@pytest.fixture
async def inbox(shop: Shop, server: SmtpServer) -> Inbox:
    return await shop.mailbox(**server.settings())


@pytest.fixture
async def reply(shop: Shop, inbox: Inbox) -> str:
    return await shop.reply(await shop.conversation(inbox))


async def identity(shop: Shop) -> Identity:
    (found,) = [one for one in await shop.all(Identity) if one.value == CUSTOMER]
    return found


@pytest.mark.parametrize(
    "answers",
    [
        {"banner": "421 4.3.2 too busy"},
        {"MAIL": "451 4.3.0 later"},
        {"RCPT": "450 4.2.0 greylisted"},
        {"RCPT": "452 4.2.2 mailbox full"},
        {"DATA": "451 4.3.0 later"},
        {DOT: "451 4.7.1 later"},
        {DOT: "452 4.3.1 no space"},
    ],
)
async def test_f35_what_is_refused_for_now_goes_out_later_and_once(
    shop: Shop, server: SmtpServer, reply: str, answers: dict[str, str]
) -> None:
    server.answers = dict(answers)
    await shop.deliver()
    state, why = await shop.state(reply)
    assert (state, server.taken) == (WAITS, [])
    assert next(iter(answers.values()))[:3] in why
    assert await shop.deliver() == 0, "it is not tried again at once"

    server.answers = {}
    await shop.let_pass(minutes=1)
    await shop.deliver()
    assert (await shop.state(reply))[0] is SENT
    assert len(server.taken) == 1


async def test_f35_a_greylisted_mail_leaves_within_a_quarter_of_an_hour(
    shop: Shop, server: SmtpServer, reply: str
) -> None:
    server.answers = {"RCPT": "451 4.7.1 greylisted for five minutes"}
    waited = 0.0
    while waited < 5 * 60:
        await shop.deliver()
        wait = ((await shop.delivery(reply)).not_before - clock.now()).total_seconds()
        waited += wait
        await shop.let_pass(seconds=wait + 1)
    server.answers = {}
    await shop.deliver()

    assert (await shop.state(reply))[0] is SENT
    assert waited <= 15 * 60


@pytest.mark.parametrize(
    ("answers", "is_dead"),
    [
        ({"RCPT": "550 5.1.1 no such user"}, True),
        ({"RCPT": "550 No such user here"}, True),
        ({"RCPT": "550 5.7.1 we do not like you"}, False),
        ({"MAIL": "552 5.3.4 too big"}, False),
        ({DOT: "552 5.3.4 too big"}, False),
        ({DOT: "554 5.7.1 looks like spam"}, False),
    ],
)
async def test_f36_what_is_refused_for_good_is_said_and_not_tried_again(
    shop: Shop, server: SmtpServer, reply: str, answers: dict[str, str], is_dead: bool
) -> None:
    server.answers = dict(answers)
    await shop.deliver()
    await shop.let_pass(days=1)
    await shop.deliver()

    state, why = await shop.state(reply)
    assert state is FAILED
    assert next(iter(answers.values())).partition(" ")[2] in why
    assert server.connections == 1
    assert bool((await identity(shop)).bouncing_since) is is_dead


async def test_f36_an_address_that_was_dead_lives_when_somebody_writes_from_it(
    shop: Shop, server: SmtpServer, inbox: Inbox, reply: str
) -> None:
    server.answers = {"RCPT": "550 5.1.1 no such user"}
    await shop.deliver()
    assert (await identity(shop)).bouncing_since
    await shop.hand_in(inbox, mail("I am here again"))
    await shop.read()

    assert (await identity(shop)).bouncing_since is None


async def test_f37_of_several_recipients_only_those_who_must_wait_get_it_again(
    shop: Shop, server: SmtpServer, inbox: Inbox
) -> None:
    server.answers = {
        "RCPT TO:<slow": ["451 4.7.1 later", "250 ok"],
        "RCPT TO:<gone": "550 5.1.1 no such user",
    }
    copies = ["slow@customer.test", "gone@customer.test"]
    sent = await shop.reply(await shop.conversation(inbox), cc=copies)
    await shop.deliver()
    assert [m.recipients for m in server.taken] == [[CUSTOMER]]
    await shop.let_pass(minutes=1)
    await shop.deliver()

    assert [m.recipients for m in server.taken] == [[CUSTOMER], ["slow@customer.test"]]
    state, why = await shop.state(sent)
    assert state is SENT
    assert why.startswith("gone@customer.test: ")


async def test_f38_a_link_that_breaks_before_the_content_repeats_soon_and_once(
    shop: Shop, server: SmtpServer, reply: str
) -> None:
    server.answers = {"DATA": [DROP, "354 go on"]}
    await shop.deliver()
    assert (await shop.delivery(reply)).error_code == ""
    await shop.let_pass(minutes=1)
    await shop.deliver()

    assert (await shop.state(reply))[0] is SENT
    assert len(server.taken) == 1


async def test_f38_a_link_that_breaks_after_the_dot_repeats_once_with_the_same_id(
    shop: Shop, server: SmtpServer, reply: str
) -> None:
    """R5: the mail was taken, and nobody could tell us."""
    server.lose_after_dot = 5
    await shop.deliver()
    assert (await shop.state(reply))[0] is WAITS
    await shop.let_pass(minutes=9)
    assert await shop.deliver() == 0
    await shop.let_pass(minutes=2)
    await shop.deliver()
    await shop.let_pass(days=1)
    await shop.deliver()

    assert (await shop.state(reply))[0] is MessageState.UNKNOWN
    assert len(server.taken) == 2
    assert len({message_id(one.content) for one in server.taken}) == 1


async def test_f39_many_recipients_are_told_a_hundred_at_a_time(server: SmtpServer) -> None:
    everyone = [f"u{n}@customer.test" for n in range(250)]
    outcome = await smtp.send(account(server), everyone, b"Subject: x\r\n\r\nx\r\n")

    assert [len(m.recipients) for m in server.taken] == [100, 100, 50]
    assert [who for m in server.taken for who in m.recipients] == everyone
    assert (outcome.refused, outcome.later) == ({}, {})


async def test_f39_what_breaks_in_the_middle_names_those_who_must_wait(server: SmtpServer) -> None:
    server.answers = {DOT: ["250 ok", "451 4.3.0 later"]}
    everyone = [f"u{n}@customer.test" for n in range(250)]
    outcome = await smtp.send(account(server), everyone, b"Subject: x\r\n\r\nx\r\n")

    assert [len(m.recipients) for m in server.taken] == [100]
    assert sorted(outcome.later) == sorted(everyone[100:])


async def test_f40_without_starttls_no_password_leaves(shop: Shop, server: SmtpServer) -> None:
    inbox = await shop.mailbox(**server.settings(smtp_security="starttls", smtp_user="help"))
    waiting = await shop.reply(await shop.conversation(inbox))
    await shop.deliver()

    assert "STARTTLS" in (await shop.state(waiting))[1]
    assert (server.logins, server.taken) == ([], [])


@pytest.mark.parametrize("fault", ["stranger", "expired", "other name"])
async def test_f40_a_wrong_certificate_gets_neither_password_nor_mail(
    shop: Shop, server: SmtpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    server.tls = authority.context(fault)
    given = server.settings(smtp_security="starttls", smtp_user="help")
    waiting = await shop.reply(await shop.conversation(await shop.mailbox(**given)))
    await shop.deliver()

    state, why = await shop.state(waiting)
    assert state is WAITS
    assert "certificate" in why
    assert (server.logins, server.taken) == ([], [])


async def test_f40_a_good_certificate_is_taken(
    shop: Shop, server: SmtpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the tests above would show nothing."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    server.tls = authority.context()
    given = server.settings(smtp_security="starttls", smtp_user="help")
    sent = await shop.reply(await shop.conversation(await shop.mailbox(**given)))
    await shop.deliver()

    assert (await shop.state(sent))[0] is SENT
    assert len(server.logins) == 1


async def test_f41_a_server_that_drips_is_left_and_others_are_served_meanwhile(
    shop: Shop, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "OPENING_SECONDS", 3)
    server.drip = 0.5
    async with smtp_server(port=shop.port()) as quick:
        slow_inbox = await shop.mailbox(**server.settings())
        quick_inbox = await shop.mailbox(**quick.settings())
        slow = [await shop.reply(await shop.conversation(slow_inbox)) for _ in range(30)]
        await shop.delivering.begin()
        sent = await shop.reply(await shop.conversation(quick_inbox))
        began = time.monotonic()
        await shop.delivering.begin()
        await until(lambda: quick.taken, "the quick server has its mail", 3)
        assert time.monotonic() - began < 2
        await shop.delivering.calls.finish()

    assert (await shop.state(sent))[0] is SENT
    waiting = [await shop.delivery(one) for one in slow]
    assert sum(one.attempts for one in waiting) == deliver.EACH, "the rest was not even tried"
    assert {(await shop.state(one))[0] for one in slow} <= {WAITS, MessageState.QUEUED}


async def test_n5_a_dead_server_is_left_alone_and_all_goes_out_when_it_is_back(
    shop: Shop, server: SmtpServer, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "SILENT_SECONDS", 0.5)
    replies = [await shop.reply(await shop.conversation(inbox)) for _ in range(20)]
    await server.stop()
    await shop.deliver()
    tried = [await shop.delivery(one) for one in replies]
    assert sum(one.attempts for one in tried) < len(replies), "not each finds out by itself"
    shown = await shop.get(Inbox, inbox.id)
    assert (shown.health, "refuses connections" in shown.health_reason) == (Health.TROUBLE, True)

    await server.start()
    await asyncio.sleep(0.6)
    for _ in range(4):  # one call first, to see whether it lives
        await shop.let_pass(minutes=2)
        await shop.deliver()
    assert len(server.taken) == 20
    assert (await shop.get(Inbox, inbox.id)).health is Health.OK
    await server.stop()
    await server.start()


async def test_f29_a_refused_login_is_tried_once_for_all_that_waits(
    shop: Shop, server: SmtpServer
) -> None:
    server.answers = {"AUTH": "535 5.7.8 wrong"}
    inbox = await shop.mailbox(**server.settings(smtp_user="help"))
    replies = [await shop.reply(await shop.conversation(inbox)) for _ in range(3)]
    await shop.deliver()
    tried = server.connections
    late = await shop.reply(await shop.conversation(inbox))
    await shop.deliver()
    await shop.let_pass(minutes=4)
    await shop.deliver()
    assert server.connections == tried <= 3
    shown = await shop.get(Inbox, inbox.id)
    assert shown.health is Health.NEEDS_LOGIN

    server.answers = {}
    await shop.change(inbox, **server.settings(smtp_user="help", smtp_password="right"))
    await shop.deliver()
    assert len(server.taken) == len([*replies, late])
    assert (await shop.get(Inbox, inbox.id)).health is Health.OK


async def test_n5_a_week_of_refusals_ends_in_a_failure_that_everybody_sees(
    shop: Shop, server: SmtpServer, reply: str
) -> None:
    server.answers = {"RCPT": "451 4.7.1 later"}
    for _ in range(7):
        await shop.deliver()
        await shop.let_pass(days=1)

    state, why = await shop.state(reply)
    assert (state, "451" in why) == (FAILED, True)
    kinds = [event.kind for event in await shop.all(Event)]
    assert "delivery_changed" in kinds
    assert timedelta(hours=48) == SPAN


async def test_n6_replies_leave_in_the_order_in_which_they_were_written(
    shop: Shop, server: SmtpServer, inbox: Inbox
) -> None:
    server.answers = {DOT: ["451 4.3.0 later", "250 ok"]}
    conversation = await shop.conversation(inbox)
    written = [f"answer {number:03}" for number in range(40)]
    for text in written:
        await shop.reply(conversation, text)
    await shop.deliver()
    assert server.taken == [], "what follows waits for the first"
    await shop.let_pass(minutes=1)
    await shop.deliver()

    bodies = [one.content.decode() for one in server.taken]
    assert [text for body in bodies for text in written if text in body] == written


def account(server: SmtpServer) -> Account:
    settings = EmailSettings(**server.settings())
    hosts = f"127.0.0.1:{server.port}"
    return Account(inbox_id="i", name="Mail", settings=settings, private_hosts=hosts)


def message_id(content: bytes) -> bytes:
    (found,) = [line for line in content.split(b"\r\n") if line.lower().startswith(b"message-id:")]
    return found
