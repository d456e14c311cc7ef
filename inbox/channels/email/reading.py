"""Bytes to Mail: whatever comes, something readable comes out."""

import email
import email.policy
import re
from dataclasses import replace
from email.message import Message
from pathlib import Path
from typing import BinaryIO

from inbox.channels.email.automatic import is_automatic
from inbox.channels.email.body import Body, read_body
from inbox.channels.email.bounces import is_complaint, read_failure
from inbox.channels.email.charsets import decode
from inbox.channels.email.headers import (
    ID_LENGTH_LIMIT,
    Mailbox,
    date,
    mailboxes,
    message_ids,
    one_line,
    raw_header,
    raw_headers,
    read_mailboxes,
    text_header,
)
from inbox.channels.email.hollow import Hollow, TooMuch, contents, hollow
from inbox.channels.email.mail import Mail
from inbox.channels.email.mending import mend_head
from inbox.envelope import FilePart
from inbox.files import spool
from inbox.richtext import to_text

BOUNDARY_LINES_LIMIT = 20_000
EXTRACT_LIMIT = 100_000
LOOKED_AT_LIMIT = 1024 * 1024  # for an extract
UNKNOWN_SENDER: Mailbox = ("", "unknown@invalid")

_HEAD_END = re.compile(rb"\r?\n\r?\n")
# a boundary, and the head of the part after it
_PART_HEAD = re.compile(
    rb"^--[^\r\n]{1,200}\r?\n"
    rb"(?:[a-z-]{1,60}:[^\n]{0,2000}\n(?:[ \t][^\n]{0,2000}\n){0,50}){0,50}\r?\n?",
    re.MULTILINE | re.IGNORECASE,
)


def read_mail(raw: bytes) -> Mail:
    """Never fails: a mail that can't be taken apart becomes its headers and a plain extract."""
    raw = mend_head(raw)
    if raw.count(b"\n--") > BOUNDARY_LINES_LIMIT:
        return extract(raw)
    try:
        message = email.message_from_bytes(raw, policy=email.policy.compat32)
        body = read_body(message)
        if body.shortened and not (body.text.strip() or body.html.strip()):
            return extract(raw)
        return _read(message, body)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError):
        return extract(raw)


def read_large(path: Path, folder: Path | None) -> Mail:
    """As `read_mail`, with little memory: large files are put down in `folder`."""
    with path.open("rb") as raw:
        try:
            hollowed = hollow(raw)
        except TooMuch:
            raw.seek(0)
            return extract(raw.read(LOOKED_AT_LIMIT))
        mail = read_mail(bytes(hollowed.mail))
        files = tuple(_with_content(file, raw, hollowed, folder) for file in mail.files)
    return replace(mail, files=files)


def _with_content(file: FilePart, raw: BinaryIO, hollowed: Hollow, folder: Path | None) -> FilePart:
    part = hollowed.find(file.content or b"")
    if part is None:
        return file
    return replace(file, content=None, spooled=spool(folder, contents(raw, part)))


def extract(raw: bytes) -> Mail:
    """The head read by itself, and the rest as plain text: cheap for any mail."""
    raw = raw[:LOOKED_AT_LIMIT]
    head, body = [*_HEAD_END.split(raw, maxsplit=1), b""][:2]
    words = _PART_HEAD.sub(b"", body or raw).strip()[:EXTRACT_LIMIT]
    text = decode(words or raw[:EXTRACT_LIMIT], "utf-8")
    try:
        message = email.message_from_bytes(_short_lines(head) + b"\n\n")
        return _read(message, Body(text=text, shortened="unreadable"), alone=True)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        return Mail(sender=UNKNOWN_SENDER, text=text, shortened="unreadable")


def _short_lines(head: bytes) -> bytes:
    return b"\n".join(line[:2000] for line in head.splitlines()[:500])


def _read(message: Message, body: Body, *, alone: bool = False) -> Mail:
    sender = _sender(message)
    text = body.text or to_text(body.html)
    complaint = not alone and is_complaint(message)
    failure = None if alone else read_failure(message, sender, text)
    return Mail(
        sender=sender,
        to=tuple(mailboxes(message, "to")),
        cc=tuple(mailboxes(message, "cc")),
        reply_to=tuple(mailboxes(message, "reply-to")),
        delivered_to=_delivered_to(message),
        subject=text_header(message, "subject"),
        message_id=_message_id(message),
        in_reply_to=tuple(message_ids(" ".join(raw_headers(message, "in-reply-to")))),
        references=tuple(message_ids(" ".join(raw_headers(message, "references")))),
        sent_at=date(message),
        text=text,
        html=body.html,
        files=tuple(body.files),
        automatic=complaint or failure is not None or is_automatic(message, sender),
        from_list=bool(raw_header(message, "list-id") or raw_header(message, "list-post")),
        complaint=complaint,
        failure=failure,
        authentication=tuple(raw_headers(message, "authentication-results")),
        shortened=body.shortened,
    )


def _sender(message: Message) -> Mailbox:
    for name in ("from", "sender", "reply-to", "return-path"):
        found = [box for box in mailboxes(message, name) if "@" in box[1]]
        if found:
            return found[0]
    name = one_line(raw_header(message, "from"))
    return (name, UNKNOWN_SENDER[1]) if name else UNKNOWN_SENDER


def _message_id(message: Message) -> str:
    """Some programs write one without brackets, or without an `@`."""
    written = raw_header(message, "message-id")
    return next(iter(message_ids(written)), "") or written.strip("<> ")[:ID_LENGTH_LIMIT]


def _delivered_to(message: Message) -> tuple[str, ...]:
    names = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
    found = [
        address
        for name in names
        for value in raw_headers(message, name)
        for _, address in read_mailboxes(value)
    ]
    return tuple(dict.fromkeys(found))[:200]
