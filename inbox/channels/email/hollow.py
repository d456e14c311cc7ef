"""A large mail without its large parts, which is small enough to be read as any other.

The raw mail is gone through once, line by line. A body over the limit stays where it is; in the
hollow mail a mark stands for it, in the part's own encoding, so that reading the hollow mail gives
a file whose content is the mark. Of a text to be shown the beginning is kept.
"""

import base64
import binascii
import email
import email.policy
import re
import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import BinaryIO

from inbox.channels.email.body import is_shown
from inbox.channels.email.headers import raw_header

PART_LIMIT = 1024 * 1024
PARTS_LIMIT = 2000
HOLLOW_LIMIT = 16 * 1024 * 1024
HEAD_LIMIT = 256 * 1024
LINE_LIMIT = 64 * 1024
CHUNK_BYTES = 1024 * 1024
DEPTH_LIMIT = 100
MARK_ROOM = 100
UU_ENCODINGS = {"x-uuencode", "uuencode", "uue", "x-uue"}

_HEADER = re.compile(rb"From |[\x21-\x39\x3b-\x7e]*:|[\t ]")  # as the library decides it
_NOT_BASE64 = bytes(set(range(256)) - set(string.ascii_letters.encode() + b"0123456789+/="))


class TooMuch(ValueError):
    """Even without its large parts this is more than a mail should be."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """Where the body of a part lies in the raw mail, and how it is encoded."""

    start: int
    end: int
    encoding: str


@dataclass(slots=True)
class Hollow:
    """`parts` are by their marks."""

    mail: bytearray = field(default_factory=bytearray)
    parts: dict[bytes, SetAside] = field(default_factory=dict)
    mark: bytes = field(default_factory=lambda: b"set-aside-" + secrets.token_hex(16).encode())

    def find(self, content: bytes) -> SetAside | None:
        """What the content of a file stands for; of a mail within the mail the end is the mark."""
        words = content[-MARK_ROOM:].split()
        return self.parts.get(words[-1]) if words else None


def hollow(raw: BinaryIO, limit: int = PART_LIMIT) -> Hollow:
    """Raises TooMuch."""
    scanner = _Scanner(raw, limit)
    scanner.scan()
    return scanner.found


def contents(raw: BinaryIO, part: SetAside) -> Iterator[bytes]:
    """The decoded body, piece by piece."""
    chunks = _chunks(raw, part)
    if part.encoding == "base64":
        return _from_base64(chunks)
    if part.encoding == "quoted-printable":
        return (binascii.a2b_qp(lines) for lines in _whole_lines(chunks))
    if part.encoding in UU_ENCODINGS:
        return _from_uu(_whole_lines(chunks))
    return chunks


class _Scanner:
    """`_content` is the line where it stands, empty at the end of the mail.

    `_is_start` is False for what goes on a line that was too long.
    """

    def __init__(self, raw: BinaryIO, limit: int) -> None:
        self.found = Hollow()
        self._raw = raw
        self._limit = limit
        self._parts = 0
        self._boundaries: list[tuple[bytes, str]] = []  # and what a part is that does not say
        self._start = raw.tell()
        self._is_start = True
        self._content = raw.readline(LINE_LIMIT)

    def scan(self) -> None:
        while self._content and not self._content.strip():
            self._step()
        self._part("text/plain")
        while self._content:
            if self._leave():
                self._part(self._boundaries[-1][1])
            else:
                self._keep(self._rest().kept)

    def _step(self) -> None:
        self._start += len(self._content)
        self._is_start = self._content.endswith(b"\n")
        self._content = self._raw.readline(LINE_LIMIT)

    def _keep(self, content: bytes | bytearray) -> None:
        self.found.mail += content
        if len(self.found.mail) > HOLLOW_LIMIT:
            raise TooMuch("This mail is too large even without its large parts.")

    def _leave(self) -> bool:
        """Past a boundary line; whether another part follows it."""
        depth, is_last = self._boundary()
        self._keep(self._content)
        self._step()
        del self._boundaries[depth - is_last :]
        return not is_last

    def _boundary(self) -> tuple[int, bool]:
        """Which of the open ones this line is, from 1 on, and whether it closes it; else 0."""
        if not self._is_start or not self._content.startswith(b"--"):
            return 0, False
        said = self._content[2:].rstrip(b" \t\r\n")
        for depth in range(len(self._boundaries), 0, -1):
            name = self._boundaries[depth - 1][0]
            if said in (name, name + b"--"):
                return depth, said != name
        return 0, False

    def _part(self, default: str) -> None:
        self._parts += 1
        if self._parts > PARTS_LIMIT:
            raise TooMuch("This mail has too many parts to be taken apart.")
        message = self._head()
        message.set_default_type(default)
        kind = message.get_content_type()
        boundary = message.get_boundary() if kind.startswith("multipart/") else None
        if boundary is None or len(self._boundaries) > DEPTH_LIMIT:
            self._body(message, kind)
            return
        within = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        self._boundaries.append((boundary.encode("ascii", "surrogateescape"), within))
        self._keep(self._rest().kept)

    def _head(self) -> Message:
        head = bytearray()
        while self._content and not self._boundary()[0]:
            if self._is_start and not _HEADER.match(self._content):
                if not self._content.strip(b"\r\n"):
                    head += self._content
                    self._step()
                break
            head += self._content
            self._step()
            if len(head) > HEAD_LIMIT:
                raise TooMuch("The head of this mail is too long.")
        self._keep(head)
        return email.message_from_bytes(bytes(head), policy=email.policy.compat32)

    def _body(self, message: Message, kind: str) -> None:
        start = self._start
        if kind.startswith("message/"):
            self._head()
        rest = self._rest()
        if rest.size <= self._limit or is_shown(message, kind):
            self._keep(rest.kept)
            return
        encoding = raw_header(message, "content-transfer-encoding").strip().lower()
        part = SetAside(start, rest.end, "" if kind.startswith("message/") else encoding)
        mark = self.found.mark + b"-%d" % len(self.found.parts)
        self.found.parts[mark] = part
        self._keep((base64.b64encode(mark) if part.encoding == "base64" else mark) + b"\r\n")

    def _rest(self) -> "_Rest":
        """To the next boundary, whose line takes the line end before it with it."""
        rest = _Rest()
        last = b""
        while self._content and not (self._content[:2] == b"--" and self._boundary()[0]):
            last = self._content
            rest.size += len(last)
            if rest.size <= self._limit:
                rest.kept += last
            self._step()
        if rest.size > self._limit and not rest.kept.endswith(b"\n"):
            rest.kept += b"\r\n"
        ending = last[len(last.rstrip(b"\r\n")) :][-2:] if self._content else b""
        rest.end = self._start - (len(ending) if ending == b"\r\n" else len(ending[-1:]))
        return rest


@dataclass(slots=True)
class _Rest:
    """The beginning of a body, how long it is, and where it ends in the raw mail."""

    kept: bytearray = field(default_factory=bytearray)
    size: int = 0
    end: int = 0


def _chunks(raw: BinaryIO, part: SetAside) -> Iterator[bytes]:
    place = part.start
    while place < part.end:
        raw.seek(place)
        chunk = raw.read(min(CHUNK_BYTES, part.end - place))
        if not chunk:
            return
        place += len(chunk)
        yield chunk


def _whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    left = b""
    for chunk in chunks:
        lines, newline, left = (left + chunk).rpartition(b"\n")
        if newline:
            yield lines + newline
    if left:
        yield left


def _from_base64(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Whatever is no base64 is passed over; after padding it begins anew."""
    left = b""
    for chunk in chunks:
        *ended, open_end = (left + chunk.translate(None, _NOT_BASE64)).split(b"=")
        for body in filter(None, ended):
            yield _decoded(body)
        whole = len(open_end) // 4 * 4
        left = open_end[whole:]
        yield _decoded(open_end[:whole])
    yield _decoded(left)


def _decoded(body: bytes) -> bytes:
    """A single character at the end says nothing."""
    body = body[: len(body) - (len(body) % 4 == 1)]
    return binascii.a2b_base64(body + b"=" * (-len(body) % 4))


def _from_uu(blocks: Iterator[bytes]) -> Iterator[bytes]:
    is_inside = False
    for block in blocks:
        for line in block.splitlines():
            if not is_inside:
                is_inside = line.startswith(b"begin ")
            elif line.strip() == b"end":
                return
            else:
                yield _uu_line(line)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:  # a trailing character too many, as some programs write
        wanted = (((line[0] - 32) & 63) * 4 + 5) // 3
        return binascii.a2b_uu(line[:wanted])
