"""A large mail without its large parts reads as the whole one would."""

import base64
import hashlib
import io
import quopri
import tracemalloc
from collections.abc import Sequence
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.channels.email.hollow import TooMuch, contents, hollow
from inbox.channels.email.reading import read_large, read_mail
from inbox.envelope import FilePart

SMALL = 40  # so that small mails are taken apart too
HEAD = b"From: Jane <jane@customer.test>\r\nSubject: Plans\r\nMIME-Version: 1.0\r\n"


@st.composite
def leaves(draw: st.DrawFn) -> Message:
    kind = draw(st.sampled_from(["text/plain", "text/html", "image/png", "application/pdf"]))
    part = MIMENonMultipart(*kind.split("/"))
    encoding = draw(st.sampled_from(["base64", "quoted-printable", "7bit"]))
    content = draw(st.binary(max_size=300))
    if encoding == "base64":
        part.set_payload(base64.encodebytes(content).decode())
    elif encoding == "quoted-printable":
        part.set_payload(quopri.encodestring(content).decode())
    else:
        part.set_payload("\n".join(draw(st.lists(st.sampled_from(["--", "-- ", "text", ""])))))
    part["Content-Transfer-Encoding"] = encoding
    if draw(st.booleans()) or not kind.startswith("text/"):
        part.add_header("Content-Disposition", "attachment", filename="file.bin")
    return part


def groups(inner: st.SearchStrategy[Message]) -> st.SearchStrategy[Message]:
    kinds = st.sampled_from(["mixed", "alternative", "related"])
    return st.builds(group, kinds, st.lists(inner, min_size=1, max_size=4))


def group(kind: str, parts: Sequence[Message]) -> Message:
    made = MIMEMultipart(kind)
    made.preamble, made.epilogue = "before", "after\n"
    for part in parts:
        made.attach(part)
    return made


@given(st.recursive(leaves(), groups, max_leaves=12), st.sampled_from(["\n", "\r\n"]))
def test_the_files_are_those_of_the_whole_mail(mail: Message, line_end: str) -> None:
    mail["From"], mail["Subject"] = "jane@customer.test", "Plans"
    raw = mail.as_string().replace("\n", line_end).encode()

    assert described(taken_apart(raw)) == described(list(read_mail(raw).files))


def taken_apart(raw: bytes, limit: int = SMALL) -> list[FilePart]:
    hollowed = hollow(io.BytesIO(raw), limit)
    return [filled(raw, hollowed, file) for file in read_mail(bytes(hollowed.mail)).files]


def filled(raw, hollowed, file: FilePart) -> FilePart:
    part = hollowed.find(file.content)
    content = b"".join(contents(io.BytesIO(raw), part)) if part else file.content
    return FilePart(name=file.name, content_type=file.content_type, content=content)


def described(files: Sequence[FilePart]) -> list[tuple[str, str, bytes]]:
    return [(file.name, file.content_type, file.content or b"") for file in files]


def attached(content: bytes, *heads: bytes) -> bytes:
    lines = [b"Content-Type: application/zip; name=plans.zip", *heads, b"", content]
    body = b"\r\n".join([b"--edge", b"", b"Here it is.", b"--edge", *lines, b"--edge--", b""])
    return HEAD + b'Content-Type: multipart/mixed; boundary="edge"\r\n\r\n' + body


@pytest.mark.parametrize("name", ["x-uuencode", "uuencode"])
def test_uuencoded_files_come_out(name: str) -> None:
    content = bytes(range(256)) * 4
    lines = [b"begin 644 plans.zip"]
    lines += [base64_free(content[place : place + 45]) for place in range(0, len(content), 45)] + [
        b"`",
        b"end",
    ]
    raw = attached(b"\r\n".join(lines), b"Content-Transfer-Encoding: " + name.encode())

    (file,) = taken_apart(raw)
    assert file.content == content


def base64_free(piece: bytes) -> bytes:
    import binascii  # noqa: PLC0415  only here

    return binascii.b2a_uu(piece, backtick=True).rstrip(b"\n")


def test_a_mail_within_the_mail_stays_as_it_came() -> None:
    inner = HEAD + b"\r\n" + b"line\r\n" * 50
    raw = attached(inner).replace(b"application/zip; name=plans.zip", b"message/rfc822")

    (file,) = taken_apart(raw)
    assert file.name == "Plans.eml"
    assert file.content == inner


def test_base64_with_rubbish_in_it_is_read_all_the_same() -> None:
    content = b"0123456789" * 30
    lines = base64.encodebytes(content).replace(b"\n", b" !\r\n")
    raw = attached(lines, b"Content-Transfer-Encoding: BASE64")

    (file,) = taken_apart(raw)
    assert file.content == content


def test_a_mark_that_the_sender_made_up_is_only_text() -> None:
    raw = attached(b"set-aside-00000000000000000000000000000000-0")

    (file,) = taken_apart(raw)
    assert file.content == b"set-aside-00000000000000000000000000000000-0"


def test_of_a_long_text_the_beginning_is_shown() -> None:
    raw = HEAD + b"\r\n" + b"one line of many\r\n" * 200_000
    hollowed = hollow(io.BytesIO(raw))

    assert len(hollowed.mail) < 1_100_000
    assert read_mail(bytes(hollowed.mail)).text.startswith("one line of many\n")


@pytest.mark.parametrize(
    "raw",
    [HEAD * 10_000, attached(b"").replace(b"--edge\r\n\r\n", b"--edge\r\n\r\n" * 100_000)],
    ids=["endless head", "endless parts"],
)
def test_what_is_too_much_is_said(raw: bytes, tmp_path: Path) -> None:
    with pytest.raises(TooMuch):
        hollow(io.BytesIO(raw))
    path = tmp_path / "mail.eml"
    path.write_bytes(raw)
    assert read_large(path, tmp_path).sender[1] == "jane@customer.test"


def test_a_large_file_is_put_down_with_little_memory(tmp_path: Path) -> None:
    content = bytes(range(256)) * 32_000
    path = tmp_path / "mail.eml"
    lines = base64.encodebytes(content)
    path.write_bytes(attached(lines, b"Content-Transfer-Encoding: base64"))
    tracemalloc.start()
    (file,) = read_large(path, tmp_path / "spool").files
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert file.content is None
    assert file.spooled
    assert file.spooled.size == file.size == len(content)
    assert file.spooled.digest == hashlib.sha256(content).hexdigest()
    assert file.spooled.path.read_bytes() == content
    assert peak < 6_000_000
