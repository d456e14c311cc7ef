"""Whatever comes is read, and soon."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.channels.email.reading import extract, read_mail

SEED = (
    b"From: =?utf-8?Q?J=C3=A4ne?= <jane@customer.test>\r\nTo: support@shop.test\r\n"
    b"Subject: =?utf-8?B?SGVsbG8=?=\r\nMessage-ID: <1@customer.test>\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain;'
    b" charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nHello =C3=A4\r\n"
    b'--b\r\nContent-Type: image/png; name="a.png"\r\nContent-Transfer-Encoding: base64\r\n'
    b"Content-ID: <c1>\r\n\r\niVBORw0KGgo=\r\n--b--\r\n"
)


def head(*lines: str, body: str = "hi") -> bytes:
    return "\n".join(["From: a@x.test", *lines, "", body]).encode()


MALFORMED = {
    "semicolons": head("Content-Type: text/plain" + ";" * 100_000),
    "parameters": head("Content-Type: text/plain" + "".join(f"; a*{n}=b" for n in range(5000))),
    "parts": head("Content-Type: multipart/mixed; boundary=b", body="--b\n\n" * 200_000),
    "folds": head("X: a" + "\n b" * 100_000),
    "recipients": head("To: " + ", ".join(f"u{n}@x.test" for n in range(10_000))),
    "nested": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)
    ),
    "nested mails": b"Content-Type: message/rfc822\n\n" * 3000,
    "brackets": head("From: " + "(" * 20_000),
    "message id": head("Message-ID: <[>@"),
    "unknown charset": head("Content-Type: text/plain; charset=klingon"),
    "NUL in the charset": head("Content-Type: text/plain; charset=a\0b"),
    "eight-bit head": b"From: J\xe4ne <a@x.test>\nSubject: \xff\xfe\n\nhi",
    "only a body": b"\n\nhi",
    "only a head": b"Subject: hi",
    "one long line": b"hi" * 500_000,
    "wrong base64": head("Content-Transfer-Encoding: base64", body="h!i\0" * 100),
    "open boundary": head("Content-Type: multipart/alternative; boundary=b", body="--b\n\nhi"),
    "no boundary": head("Content-Type: multipart/mixed", body="hi"),
    "quotes": head('Content-Type: text/plain; name="' + '\\"' * 30_000),
    "encoded words": head("Subject: " + "=?utf-8?Q?a?= " * 5000),
    "html comments": head("Content-Type: text/html", body="<!--" * 50_000),
    "html depth": head("Content-Type: text/html", body="<div>" * 100_000 + "hi"),
    "quote lines": head(body="> hi\n" * 50_000),
    "wrote": head(body="On Mon 10:00 a@x wrote\n" * 20_000),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_mail_is_read_within_seconds(name: str) -> None:
    start = time.process_time()
    found = read_mail(MALFORMED[name])

    assert found.sender[1]
    assert time.process_time() - start < 5


@pytest.mark.parametrize("name", MALFORMED)
def test_the_plain_extract_is_always_cheap(name: str) -> None:
    start = time.process_time()
    extract(MALFORMED[name])

    assert time.process_time() - start < 1


@given(st.data())
def test_a_mutated_mail_is_read(data: st.DataObject) -> None:
    mail = bytearray(SEED)
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(mail) - 1))
        length = data.draw(st.integers(0, 20))
        mail[place : place + length] = data.draw(st.binary(max_size=20))
    assert read_mail(bytes(mail)).sender


@given(st.binary(max_size=2000))
def test_any_bytes_are_read(content: bytes) -> None:
    assert read_mail(content).sender


def test_a_plain_mail_is_read_right() -> None:
    found = read_mail(SEED)

    assert found.sender == ("Jäne", "jane@customer.test")
    assert found.subject == "Hello"
    assert found.text.strip() == "Hello ä"
    assert [(file.name, file.content_id, file.content) for file in found.files] == [
        ("a.png", "c1", b"\x89PNG\r\n\x1a\n")
    ]


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\evil\\\\run.exe", "run.exe"),
        (".htaccess\u200b", ".htaccess"),
        ("..", "attachment.bin"),
        ("a" * 500 + ".txt", "a" * 196 + ".txt"),
    ],
)
def test_names_of_files_hold_no_path(given_name: str, kept: str) -> None:
    line = f'Content-Disposition: attachment; filename="{given_name}"'
    (file,) = read_mail(head("Content-Type: application/octet-stream", line)).files

    assert file.name == kept


@pytest.mark.parametrize(
    ("line", "mailboxes"),
    [
        ("a@x.test", [("", "a@x.test")]),
        ('"Doe, Jane" <A@X.test>', [("Doe, Jane", "a@x.test")]),
        ("=?utf-8?Q?Doe,_J=C3=A4ne?= <a@x.test>", [("Doe, Jäne", "a@x.test")]),
        ("undisclosed-recipients:;", []),
        ("Team: a@x.test, b@x.test;", [("", "a@x.test"), ("", "b@x.test")]),
        ("<a@x.test> <b@x.test>", [("", "a@x.test")]),
    ],
)
def test_addresses_are_read(line: str, mailboxes: list[tuple[str, str]]) -> None:
    assert list(read_mail(head(f"To: {line}")).to)[: len(mailboxes) or 1] == mailboxes


def test_odd_lines_of_a_head_do_not_end_it() -> None:
    mail = read_mail(
        b" From: Jane <jane@customer.test>\nX-Filter: a\nbroken line\nSubject: Order\n\nHello"
    )

    assert mail.sender == ("Jane", "jane@customer.test")
    assert mail.subject == "Order"
    assert mail.text == "Hello"


def test_a_body_without_an_empty_line_before_it_is_kept() -> None:
    mail = read_mail(b"From: jane@customer.test\nSubject: Order\nWhere is it?\nThanks")

    assert mail.subject == "Order"
    assert "Where is it?" in mail.text


def test_a_mail_that_is_only_a_named_text_shows_it() -> None:
    mail = read_mail(head('Content-Type: text/plain; name="note.txt"', body="Read me"))

    assert mail.text == "Read me"
    assert [file.name for file in mail.files] == ["note.txt"]


def test_bytes_that_say_nothing_of_their_language_are_guessed() -> None:
    text = "Добрый день, коллеги. Где мой заказ? Жду уже вторую неделю."
    mail = read_mail(b"From: a@x.test\n\n" + text.encode("koi8-r"))

    assert mail.text.strip() == text


def test_utf_7_is_read() -> None:
    mail = read_mail(
        head("Content-Type: text/plain; charset=unicode-1-1-utf-7", body="+ANw-bermittlung")
    )

    assert mail.text.strip() == "Übermittlung"
