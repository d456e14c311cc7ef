"""The simulated mailbox, by the clients that the e-mail channel uses."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest
from aioimaplib import IMAP4

from inbox.envelope import FilePart
from inbox.simulators import mailbox
from inbox.simulators.faults import Failure
from inbox.simulators.providers import Simulators

EMMA = "emma.clarke@post.example"


@asynccontextmanager
async def imap_link(simulators: Simulators) -> AsyncIterator[IMAP4]:
    client = IMAP4("127.0.0.1", simulators.ports.imap, timeout=5)
    await client.wait_hello_from_server()
    yield client
    client.protocol.transport.close()
    await asyncio.sleep(0)  # the loop closes the socket in its next round


@asynccontextmanager
async def imap_client(simulators: Simulators) -> AsyncIterator[IMAP4]:
    async with imap_link(simulators) as client:
        answer = await client.login(mailbox.ADDRESS, mailbox.PASSWORD)
        assert answer.result == "OK", answer.lines
        yield client
        await client.logout()


async def bodies(client: IMAP4, uids: str) -> list[bytes]:
    answer = await client.uid("fetch", uids, "(UID BODY.PEEK[])")
    assert answer.result == "OK"
    return [bytes(line) for line in answer.lines if isinstance(line, bytearray)]


async def uid_validity(client: IMAP4) -> bytes:
    answer = await client.select("INBOX")
    line = next(line for line in answer.lines if b"UIDVALIDITY" in line)
    return line.split(b"UIDVALIDITY ")[1].split(b"]")[0]


def shop_mail(to: str, message_id: str = "<m1@shop.example>") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"Shop <{mailbox.ADDRESS}>"
    mail["To"] = to
    mail["Subject"] = "Re: Where is my parcel?"
    mail["Message-ID"] = message_id
    mail["Reply-To"] = "help+t0ken@shop.example"
    mail.set_content("It left today.")
    return mail


async def send(simulators: Simulators, mail: EmailMessage, *, login: bool = True) -> None:
    await aiosmtplib.send(
        mail,
        hostname="127.0.0.1",
        port=simulators.ports.smtp,
        username=mailbox.ADDRESS if login else None,
        password=mailbox.PASSWORD if login else None,
        start_tls=False,
    )


async def test_a_customers_mail_is_fetched_by_imap(simulators: Simulators) -> None:
    file = FilePart(name="račun.pdf", content_type="application/pdf", content=b"%PDF-1.4")
    await simulators.customers.send_mail(f"Emma Clarke <{EMMA}>", "Hi", "Where?", "", [file])

    async with imap_client(simulators) as client:
        await client.select("INBOX")
        found = await client.uid_search("ALL")
        (raw,) = await bodies(client, found.lines[0].decode())

    mail = message_from_bytes(raw, policy=policy.default)
    assert (mail["From"], mail["Subject"]) == (f"Emma Clarke <{EMMA}>", "Hi")
    assert mail["To"] == mailbox.ADDRESS
    assert "dmarc=pass" in mail["Authentication-Results"]
    assert [part.get_filename() for part in mail.iter_attachments()] == ["račun.pdf"]


async def test_a_part_of_a_mail_can_be_fetched(simulators: Simulators) -> None:
    await simulators.customers.send_mail(EMMA, "Big", "x" * 5000)

    async with imap_client(simulators) as client:
        await client.select("INBOX")
        sizes = await client.uid("fetch", "1:*", "(UID RFC822.SIZE)")
        answer = await client.uid("fetch", "1:*", "(UID BODY.PEEK[]<100.50>)")

    assert b"RFC822.SIZE" in sizes.lines[0]
    part = next(bytes(line) for line in answer.lines if isinstance(line, bytearray))
    assert part == simulators.mailbox._kept()[0].read_bytes()[100:150]


async def test_whoever_idles_hears_of_new_mail(simulators: Simulators) -> None:
    async with imap_client(simulators) as client:
        await client.select("INBOX")
        idle = await client.idle_start(timeout=10)
        await simulators.customers.send_mail(EMMA, "Hi", "Where?")
        pushed = await client.wait_server_push(timeout=5)
        client.idle_done()
        await asyncio.wait_for(idle, 5)

    assert any(line.endswith(b"EXISTS") for line in pushed)


async def test_numbers_and_mails_stay_after_a_restart(tmp_path: Path) -> None:
    first = await Simulators.start(tmp_path, "")
    await first.customers.send_mail(EMMA, "One", "1")
    async with imap_client(first) as client:
        validity = await uid_validity(client)
        uids = (await client.uid_search("ALL")).lines[0]
    await first.stop()

    second = await Simulators.start(tmp_path, "")
    await second.customers.send_mail(EMMA, "Two", "2")
    async with imap_client(second) as client:
        assert await uid_validity(client) == validity
        after = (await client.uid_search("ALL")).lines[0]
    await second.stop()

    assert second.ports == first.ports
    assert after.split() == [uids, b"%d" % (int(uids) + 1)]


async def test_the_shops_mail_lands_with_the_customer(simulators: Simulators) -> None:
    await send(simulators, shop_mail(EMMA))

    (entry,) = simulators.customers.mails_of(EMMA)
    assert (entry.subject, entry.text) == ("Re: Where is my parcel?", "It left today.")
    assert b"It left today." in simulators.mailbox.raw(entry)


async def test_a_reply_goes_where_the_answered_mail_asks_for_it(simulators: Simulators) -> None:
    await send(simulators, shop_mail(EMMA))

    reply = await simulators.customers.send_mail(EMMA, "Re: Hi", "Thanks", "<m1@shop.example>")

    mail = message_from_bytes(simulators.mailbox.raw(reply), policy=policy.default)
    assert mail["To"] == "help+t0ken@shop.example"
    assert mail["In-Reply-To"] == mail["References"] == "<m1@shop.example>"


async def test_strangers_may_write_to_the_shop_only(simulators: Simulators) -> None:
    await send(simulators, shop_mail(mailbox.ADDRESS), login=False)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await send(simulators, shop_mail(EMMA), login=False)

    assert simulators.customers.mails_of(EMMA) == []


async def test_a_wrong_password_is_refused(simulators: Simulators) -> None:
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await aiosmtplib.send(
            shop_mail(EMMA),
            hostname="127.0.0.1",
            port=simulators.ports.smtp,
            username=mailbox.ADDRESS,
            password="wrong",
            start_tls=False,
        )
    async with imap_link(simulators) as client:
        assert (await client.login(mailbox.ADDRESS, "wrong")).result == "NO"


async def test_a_mail_to_nowhere_comes_back(simulators: Simulators) -> None:
    await send(simulators, shop_mail("gone@nowhere.example"))

    report = message_from_bytes(simulators.mailbox._kept()[0].read_bytes(), policy=policy.default)
    assert report.get_content_type() == "multipart/report"
    kinds = [part.get_content_type() for part in report.iter_parts()]
    assert kinds == ["text/plain", "message/delivery-status", "text/rfc822-headers"]
    assert "<m1@shop.example>" in report.as_string()


async def test_a_forged_mail_fails_authentication(simulators: Simulators) -> None:
    simulators.faults("email").wrong_signature = True

    entry = await simulators.customers.send_mail(EMMA, "Hi", "Where?")

    assert entry.meta["forged"]
    assert b"dmarc=fail" in simulators.mailbox._kept()[0].read_bytes()


async def test_failures_come_as_told(simulators: Simulators) -> None:
    simulators.faults("email").fail(Failure(status=451, message="Try later"))

    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await send(simulators, shop_mail(EMMA))
    await send(simulators, shop_mail(EMMA))

    assert refused.value.code == 451
    assert len(simulators.customers.mails_of(EMMA)) == 1


async def test_a_link_cut_after_the_mail_was_taken_leaves_doubt(simulators: Simulators) -> None:
    simulators.faults("email").fail(Failure(status=0, accepted=True))

    with pytest.raises((aiosmtplib.SMTPServerDisconnected, ConnectionError)):
        await send(simulators, shop_mail(EMMA))

    assert len(simulators.customers.mails_of(EMMA)) == 1


async def test_an_outage_cuts_links_and_ends_on_the_same_ports(simulators: Simulators) -> None:
    ports = simulators.ports
    async with imap_link(simulators):
        await simulators.set_outage("email", on=True)
    with pytest.raises(aiosmtplib.SMTPConnectError):
        await send(simulators, shop_mail(EMMA))
    await simulators.customers.send_mail(EMMA, "Meanwhile", "text")

    await simulators.set_outage("email", on=False)

    assert simulators.ports == ports
    async with imap_client(simulators) as again:
        await again.select("INBOX")
        assert len((await again.uid_search("ALL")).lines[0].split()) == 1


@pytest.mark.parametrize("charset", ["x-nobody-knows", "utf-99", "base64"])
async def test_a_mail_in_an_unknown_character_set_is_taken(
    simulators: Simulators, charset: str
) -> None:
    text = f'Content-Type: text/plain; charset="{charset}"\r\n\r\n\u0160ta ima?'
    content = f"From: {EMMA}\r\nSubject: Hi\r\n{text}".encode()
    await simulators.mailbox._take(EMMA, [mailbox.ADDRESS], content)

    (entry,) = simulators.ledger.of("email", EMMA)
    assert entry.text == "Šta ima?"


async def test_a_large_mail_stalls_nobody(simulators: Simulators) -> None:
    lines = b"\r\n".join([b"QUJD" * 19] * 400_000)
    head = f"From: {EMMA}\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    slowest, began = 0.0, time.monotonic()
    taking = asyncio.create_task(
        simulators.mailbox._take(EMMA, [mailbox.ADDRESS], head.encode() + lines)
    )
    while not taking.done():
        await asyncio.sleep(0.01)
        slowest, began = max(slowest, time.monotonic() - began), time.monotonic()

    assert slowest < 0.5
