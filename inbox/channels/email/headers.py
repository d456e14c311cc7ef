"""Headers of a mail, read with patience: encoded words, addresses, ids and dates."""

import base64
import binascii
import quopri
import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from itertools import islice

from inbox.channels.email.charsets import decode

HEADER_LIMIT = 64 * 1024
HEADERS_LIMIT = 1000
ADDRESS_LIMIT = 500
REFERENCE_LIMIT = 50
ID_LENGTH_LIMIT = 500

_ENCODED_WORD = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*)*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]+\?[bBqQ]\?)")
_FOLDING = re.compile(r"[\r\n]+\s*")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_BRACKETED = re.compile(r"<([^<>]*)>")
_PLACEHOLDER = re.compile("\ue000([0-9]+)\ue001")
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]]+@[^\s<>,;:\"()]+")
# RFC 5322 wants quotes round a name like that: alice@example.com <bob@example.com>
_ADDRESS_AS_NAME = re.compile(r"(^|,)\s*([^\s\",;:<>()]+@[^\s\",;:<>()]+)\s+(<[^<>\s]+@[^<>\s]+>)")

Mailbox = tuple[str, str]  # name, address in lower case


def raw_headers(message: Message, name: str) -> list[str]:
    """Each as it stands in the mail, eight-bit bytes decoded, unfolded."""
    wanted = name.lower()
    items = islice(message.raw_items(), HEADERS_LIMIT)
    return [unfold(value) for key, value in items if key.lower() == wanted]


def raw_header(message: Message, name: str) -> str:
    return next(iter(raw_headers(message, name)), "")


def text_header(message: Message, name: str) -> str:
    return one_line(decode_words(raw_header(message, name)))


def decode_words(value: str) -> str:
    """RFC 2047, also inside quotes, split within a character, or with a wrong character set."""
    if "=?" not in value:
        return value
    joined = _BETWEEN_WORDS.sub(r"\1", value)
    pieces, place, run, charset = [], 0, b"", ""
    for word in _ENCODED_WORD.finditer(joined):
        between, named = joined[place : word.start()], word.group(1).partition("*")[0].lower()
        if between or named != charset:
            pieces += [decode(run, charset), between]
            run, charset = b"", named
        run += _word_bytes(word)
        place = word.end()
    return "".join([*pieces, decode(run, charset), joined[place:]])


def mailboxes(message: Message, name: str) -> list[Mailbox]:
    return [box for value in raw_headers(message, name) for box in read_mailboxes(value)]


def read_mailboxes(value: str) -> list[Mailbox]:
    """Encoded words stand for names only, so that a comma inside one divides nothing."""
    words: list[str] = []

    def keep(match: re.Match[str]) -> str:
        words.append(decode_words(match.group()))
        return f"\ue000{len(words) - 1}\ue001"

    shielded = re.sub(f"(?:{_ENCODED_WORD.pattern}\\s*)+", keep, _BETWEEN_WORDS.sub(r"\1", value))
    shielded = _ADDRESS_AS_NAME.sub(r'\1"\2" \3', shielded)

    def restore(text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: words[int(found.group(1))], text)

    try:
        pairs = getaddresses([shielded.replace(";", "; ")])
    except (RecursionError, IndexError, ValueError, TypeError):
        pairs = [("", found) for found in _ADDRESS.findall(value[:HEADER_LIMIT])]
    found = [_mailbox(restore(label), restore(address)) for label, address in pairs]
    kept = [box for box in found if box[1]][:ADDRESS_LIMIT]
    return kept or [("", address.lower()) for address in _ADDRESS.findall(restore(shielded))[:1]]


def message_ids(value: str) -> list[str]:
    """Without brackets, in the order they stand, none twice."""
    bracketed = [re.sub(r"\s+", "", found) for found in _BRACKETED.findall(value)]
    bare = [word.strip("<>,;\"'") for word in value.split() if "@" in word]
    found = dict.fromkeys(one for one in bracketed or bare if one)
    return [one for one in found if len(one) <= ID_LENGTH_LIMIT]


def date(message: Message) -> datetime | None:
    """From Date, else from the newest Received."""
    received = raw_header(message, "received").rpartition(";")[2]
    for value in (raw_header(message, "date"), received):
        found = _read_date(decode_words(value))
        if found:
            return found
    return None


def one_line(value: str) -> str:
    return _CONTROLS.sub("", _FOLDING.sub(" ", value).replace("\t", " ")).strip()


def unfold(value: str) -> str:
    value = str(value)[:HEADER_LIMIT]
    if not value.isascii():
        value = decode(value.encode("utf-8", "surrogateescape"))
    return _FOLDING.sub(" ", value).replace("\0", "").strip()


def _word_bytes(word: re.Match[str]) -> bytes:
    content = word.group(3).encode("utf-8", "replace")
    if word.group(2) in "qQ":
        return quopri.decodestring(content.replace(b"_", b" "), header=False)
    try:
        return base64.b64decode(content + b"=" * (-len(content) % 4))
    except (binascii.Error, ValueError):
        return content


def _mailbox(name: str, address: str) -> Mailbox:
    name, address = one_line(name).strip("\"' "), re.sub(r"\s+", "", one_line(address))
    if "@" not in address and "@" in name:
        inside = _ADDRESS.search(name)
        if inside:
            return name[: inside.start()].strip("\"' <"), inside.group().lower().rstrip(".")
    return name, address.strip("<>\"'").rstrip(".").lower()


def _read_date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value.strip())
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
