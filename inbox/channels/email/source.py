"""A mail as its source: the head line by line, and the beginning of the whole as text."""

import email
import email.policy
from dataclasses import dataclass

from inbox.channels.email.charsets import decode
from inbox.channels.email.headers import decode_words, one_line, unfold
from inbox.channels.email.mending import mend_head

SHOWN_BYTES = 256 * 1024
HEADERS_LIMIT = 300
VALUE_LIMIT = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """`headers` are readable; `text` is as it came, and `is_whole` says whether all of it."""

    headers: tuple[tuple[str, str], ...]
    text: str
    is_whole: bool


def read_source(beginning: bytes, size: int) -> Source:
    """Of the first bytes of a mail that has `size` of them."""
    shown = beginning[:SHOWN_BYTES]
    return Source(
        headers=_headers(shown),
        text=decode(shown.replace(b"\0", b""), "utf-8"),
        is_whole=size <= len(shown),
    )


def _headers(raw: bytes) -> tuple[tuple[str, str], ...]:
    try:
        message = email.message_from_bytes(mend_head(raw), policy=email.policy.compat32)
        pairs = [(str(name), value) for name, value in message.raw_items()][:HEADERS_LIMIT]
        return tuple(
            (one_line(name), one_line(decode_words(unfold(value)))[:VALUE_LIMIT])
            for name, value in pairs
        )
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError):
        return ()  # the text below it has them
