"""A head made readable for the standard library, which takes the first odd line for its end."""

import re

HEAD_LIMIT = 512 * 1024

_MBOX_LINE = re.compile(rb"\A(?:[ \t]*\r?\n)*(?:>?From [^\n]*\n)?")
_HEAD_END = re.compile(rb"\r?\n(?:[ \t]*\r?\n|--)")  # an empty line, or a part without one
_FIELD = re.compile(rb"[\x21-\x39\x3b-\x7e]{1,76}[ \t]*:")
_WELL_KNOWN = re.compile(
    rb"(?:from|to|subject|date|message-id|mime-version|content-type|received|reply-to)[ \t]*:",
    re.IGNORECASE,
)
_FOLDED_BOUNDARY = re.compile(rb'(\bboundary="[^"\r\n]{1,70})\r?\n[ \t]+([^"\r\n]{1,70}")')


def mend_head(raw: bytes) -> bytes:
    """The mail without an mbox line before it, and with odd lines of its head folded away.

    An odd line goes on the field before it, if a well-known field comes after it in the head:
    without one, it is rather the body of a mail that lacks the empty line.
    """
    raw = _FOLDED_BOUNDARY.sub(rb"\1 \2", _MBOX_LINE.sub(b"", raw, count=1))
    end = _HEAD_END.search(raw, 0, HEAD_LIMIT)
    head = raw[: end.start()] if end else raw[:HEAD_LIMIT]
    lines = head.split(b"\n")
    odd = [place for place, line in enumerate(lines) if not _is_regular(line, place)]
    last = max((n for n, line in enumerate(lines) if _WELL_KNOWN.match(line.lstrip())), default=-1)
    if not odd or odd[0] > last:
        return raw
    for place in odd:
        if place <= last:
            lines[place] = _mended(lines[place], place)
    return b"\n".join(lines) + raw[len(head) :]


def _is_regular(line: bytes, place: int) -> bool:
    if line[:1] in {b" ", b"\t"}:
        return place > 0  # the first line goes on from nothing
    return bool(_FIELD.match(line)) or line in {b"", b"\r"}


def _mended(line: bytes, place: int) -> bytes:
    if place:
        return b" " + line
    bare = line.lstrip()
    return bare if _FIELD.match(bare) else b"X-Unreadable: " + bare
