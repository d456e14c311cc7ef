"""Mails that were damaged on the way, or made to do damage: none is lost, none stops the others."""

import time
from collections.abc import AsyncIterator
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inbox.channels.base import Account
from inbox.channels.email import EmailChannel
from inbox.channels.email.settings import EmailSettings
from inbox.envelope import InboundEnvelope, RawItem
from inbox.workers.parsing import ParserPool

SETTINGS = EmailSettings(email="help@shop.test", trusted_host="mx.shop.test")
CHARSETS = (
    b"utf-8 iso-8859-1 windows-1251 gb18030 shift_jis utf-16 utf-7 x-unknown \0 utf-8\xff idna hex"
    b" rot13 unicode_escape"
).split(b" ")
EVENT = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260310T100000Z\r\n"
    b"SUMMARY:Visit\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
SECONDS = 10

HEAD = (
    b"From: Emma <emma@shop.test>\r\nTo: help@shop.test\r\nSubject: Hostile\r\n"
    b"Message-ID: <a@shop.test>\r\nMIME-Version: 1.0\r\n"
)


@st.composite
def mails(draw: st.DrawFn) -> bytes:
    """Of the usual shapes: alternatives, files, invitations, mails within mails."""
    mail = EmailMessage()
    mail["From"] = "Emma Öz <emma@shop.test>"
    mail["To"] = "help@shop.test"
    mail["Subject"] = draw(st.sampled_from(["Invoice", "Grüße", "Привет", "請求書"]))
    mail["Authentication-Results"] = "mx.shop.test; dkim=pass header.d=shop.test"
    mail.set_content(draw(st.sampled_from(["Hello", "Žao mi je\n> quoted\n", "日本語のテキスト"])))
    if draw(st.booleans()):
        mail.add_alternative("<p>Hello <b>you</b><blockquote>old</blockquote></p>", subtype="html")
    for kind in draw(st.lists(st.sampled_from(["ics", "vcf", "eml", "p7m", "dat"]), max_size=3)):
        _attach(mail, kind)
    for number, part in enumerate(mail.walk()):  # else the library draws them at random
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"boundary-{number}")
    return mail.as_bytes(policy=SMTP)


def _attach(mail: EmailMessage, kind: str) -> None:
    if kind == "eml":
        inner = EmailMessage()
        inner["From"], inner["Subject"] = "jan@shop.test", "Within"
        inner.set_content("Further down")
        mail.add_attachment(inner)
        return
    contents = {
        "ics": (EVENT, "text", "calendar"),
        "vcf": (b"BEGIN:VCARD\r\nFN:Ana\r\nEMAIL:a@shop.test\r\nEND:VCARD\r\n", "text", "vcard"),
        "p7m": (bytes.fromhex("308006092a864886f70d010702a080"), "application", "pkcs7-mime"),
        "dat": (bytes.fromhex("789f3e22") + b"\0" * 20, "application", "ms-tnef"),
    }
    content, main, sub = contents[kind]
    mail.add_attachment(content, maintype=main, subtype=sub, filename=f"file.{kind}")


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """One of those, after a few things have gone wrong."""
    mail = bytearray(draw(mails()))
    for how in draw(st.lists(st.sampled_from(list(DAMAGES)), min_size=1, max_size=4)):
        place = draw(st.integers(0, max(0, len(mail) - 1)))
        mail = DAMAGES[how](mail, place, draw(st.integers(0, 2**16)))
    return bytes(mail)


def _flip(mail: bytearray, place: int, size: int) -> bytearray:
    if mail:
        mail[place] ^= 1 << size % 8
    return mail


def _cut_out(mail: bytearray, place: int, size: int) -> bytearray:
    return mail[:place] + mail[place + size % 200 :]


def _charset(mail: bytearray, _place: int, size: int) -> bytearray:
    return bytearray(mail.replace(b"utf-8", CHARSETS[size % len(CHARSETS)]))


def _nest(mail: bytearray, _place: int, size: int) -> bytearray:
    levels = size % 160
    heads = b"".join(
        b'Content-Type: multipart/mixed; boundary="n%d"\r\n\r\n--n%d\r\n' % (n, n)
        for n in range(levels)
    )
    return bytearray(HEAD + heads) + mail


DAMAGES = {
    "flip": _flip,
    "truncate": lambda mail, place, _size: mail[:place],
    "cut out": _cut_out,
    "repeat": lambda mail, place, size: mail[:place] + mail[place : place + 300] * (size % 20)
    + mail[place:],
    "insert": lambda mail, place, size: mail[:place] + bytes([size % 256]) * (size % 3000)
    + mail[place:],
    "line ends": lambda mail, _place, size: bytearray(
        mail.replace(b"\r\n", [b"\n", b"\r", b"\r\r\n", b""][size % 4])
    ),
    "charset": _charset,
    "nest": _nest,
    "encoding": lambda mail, _place, size: bytearray(
        mail.replace(b"base64", [b"7bit", b"x-uuencode", b"quoted-printable", b"\xff"][size % 4])
    ),
}  # fmt: skip


def read(mail: bytes) -> InboundEnvelope:
    channel = EmailChannel(Account(inbox_id="i", name="Mail", settings=SETTINGS))
    [found] = channel.parse(RawItem(external_id="1", content=mail))
    assert isinstance(found, InboundEnvelope)
    return found


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
@example(b"\n")
@example(b"\0")
def test_no_damage_makes_a_mail_unreadable(mail: bytes) -> None:
    if not mail.strip():
        return
    began = time.perf_counter()
    found = read(mail)

    assert time.perf_counter() - began < SECONDS
    assert found.sender.value
    # whatever words were left in the mail, something of it is to be seen
    body = mail.replace(b"\r", b"").partition(b"\n\n")[2].strip()
    assert found.text or found.html or found.quoted or found.files or found.subject or not body


def nested(levels: int) -> bytes:
    heads = b"".join(
        b'Content-Type: multipart/mixed; boundary="n%d"\r\n\r\n--n%d\r\n' % (n, n)
        for n in range(levels)
    )
    return HEAD + heads + b"Content-Type: text/plain\r\n\r\nWORDS\r\n"


def many_parts(count: int) -> bytes:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\n"
    head = HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    return head + part + b"WORDS\r\n" + (part + b"x\r\n") * count + b"--b--\r\n"


HOSTILE = {
    "120 levels": (nested(120), "unreadable"),
    "3,000 levels": (nested(3000), "unreadable"),
    "2,500 parts": (many_parts(2500), "parts"),
    "200,000 parts": (many_parts(200_000), "unreadable"),
    "100,000 semicolons": (
        HEAD + b"Content-Type: text/plain" + b";a=b" * 100_000 + b"\r\n\r\nWORDS", "",
    ),
    "5,000 parameters": (
        HEAD + b"Content-Disposition: inline;"
        + b"".join(b" x*%d*=a;" % n for n in range(5000)) + b"\r\n\r\nWORDS", "",
    ),
    "100,000 lines in one header": (HEAD + b"X-A: a\r\n" + b" b\r\n" * 100_000 + b"\r\nWORDS", ""),
    "200,000 headers": (HEAD + b"X-A: a\r\n" * 200_000 + b"\r\nWORDS", ""),
    "10,000 recipients": (
        HEAD + b"Cc: " + b", ".join(b"a%d <a%d@b.test>" % (n, n) for n in range(10_000))
        + b"\r\n\r\nWORDS", "",
    ),
    "20,000 brackets": (HEAD.replace(b"Emma", b"(" * 20_000) + b"\r\nWORDS", ""),
    "an odd id": (HEAD.replace(b"<a@shop.test>", b"<[>@") + b"\r\nWORDS", ""),
    "100,000 nested tags": (
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000 + b"WORDS", "",
    ),
    "many comments": (
        HEAD + b"Authentication-Results: mx.shop.test;" + b"(" * 60_000 + b"\r\n\r\nWORDS", "",
    ),
}  # fmt: skip


@pytest.fixture
async def pool() -> AsyncIterator[ParserPool]:
    made = ParserPool()
    yield made
    await made.close()


@pytest.mark.parametrize("which", list(HOSTILE))
async def test_what_is_made_to_do_damage_is_shown_and_holds_nobody_up(
    pool: ParserPool, which: str
) -> None:
    mail, shortened = HOSTILE[which]
    await pool.parse("email", SETTINGS, RawItem(external_id="0", content=HEAD + b"\r\nfirst"))
    began = time.perf_counter()
    hostile, after = await pool.parse_many(
        "email", SETTINGS, [RawItem(external_id="1", content=mail),
                            RawItem(external_id="2", content=HEAD + b"\r\nThe next one")],
    )  # fmt: skip

    assert time.perf_counter() - began < SECONDS + 5
    assert isinstance(hostile, list)
    [found] = hostile
    assert isinstance(found, InboundEnvelope)
    assert found.subject == "Hostile"
    assert "WORDS" in found.text + found.quoted
    assert found.reading.get("shortened", "") == shortened
    assert isinstance(after, list)
    assert after[0].text == "The next one"  # type: ignore[union-attr]
