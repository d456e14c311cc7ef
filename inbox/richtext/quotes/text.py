"""The newly written part of a plain text."""

import re

from inbox.richtext.quotes import words
from inbox.richtext.quotes.signatures import signature_start

LENGTH_LIMIT = 200_000
LINE_LIMIT = 1000
ATTRIBUTION_LINES = 4
ATTRIBUTION_LENGTH = 400
HEADER_BLOCK_LINES = 7
HEADERS_NEEDED = 2


def split_quoted(text: str) -> tuple[str, str]:
    """(newly written, quote and signature); all of it is new if nothing else would be left."""
    lines = [line.rstrip() for line in text[:LENGTH_LIMIT].replace("\r\n", "\n").split("\n")]
    fresh, old = _separate(lines)
    visible = "\n".join(lines[i] for i in fresh).strip("\n")
    if not visible.strip():
        return text.strip("\n"), ""
    quoted = "\n".join(lines[i] for i in old).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", visible), quoted + text[LENGTH_LIMIT:]


def _separate(lines: list[str]) -> tuple[list[int], list[int]]:
    """Numbers of the lines that are new, and of those that are not."""
    old: set[int] = set()
    place = 0
    while place < len(lines):
        length, rest_is_old = _quote_at(lines, place)
        if rest_is_old:
            old.update(range(place, len(lines)))
            break
        old.update(range(place, place + length))
        place += length or 1
    fresh = [i for i in range(len(lines)) if i not in old]
    cut = signature_start([lines[i] for i in fresh])
    return fresh[:cut], sorted([*old, *fresh[cut:]])


def _quote_at(lines: list[str], place: int) -> tuple[int, bool]:
    """How many lines of quote begin here, and whether all that follows is quote."""
    line = lines[place][:LINE_LIMIT]
    if not line.strip():
        return 0, False
    if line.lstrip().startswith(">"):
        return _quoted_run(lines, place), False
    if _ends_everything(lines, place, line):
        return 0, True
    attribution = _attribution(lines, place)
    if not attribution:
        return 0, False
    following = _next_filled(lines, place + attribution)
    if following < len(lines) and lines[following].lstrip().startswith((">", "|")):
        return attribution, False
    return 0, True


def _quoted_run(lines: list[str], place: int) -> int:
    end = place
    while end < len(lines) and lines[end].lstrip().startswith(">"):
        end += 1
    return end - place


def _ends_everything(lines: list[str], place: int, line: str) -> bool:
    if words.FORWARD.search(line):
        return False
    if words.ORIGINAL.match(line) or words.MARKER_LINE.search(line):
        return True
    if words.ORIGINAL_BARE.match(line) or words.RULE.match(line):
        return _is_header_block(lines, _next_filled(lines, place + 1))
    return _is_header_block(lines, place) and not _is_forwarded(lines, place)


def _is_header_block(lines: list[str], place: int) -> bool:
    """From: and at least two of Sent:, To:, Subject: in the next lines."""
    if place >= len(lines) or not words.HEADER_FROM.match(lines[place][:LINE_LIMIT]):
        return False
    near = lines[place + 1 : place + HEADER_BLOCK_LINES]
    return sum(bool(words.HEADER_OTHER.match(line[:LINE_LIMIT])) for line in near) >= HEADERS_NEEDED


def _is_forwarded(lines: list[str], place: int) -> bool:
    before = [line for line in lines[max(0, place - 3) : place] if line.strip()]
    return bool(before) and bool(words.FORWARD.search(before[-1]))


def _attribution(lines: list[str], place: int) -> int:
    """The number of lines of "On … wrote:" here, else 0."""
    joined = ""
    for count in range(1, ATTRIBUTION_LINES + 1):
        if place + count > len(lines) or not lines[place + count - 1].strip():
            return 0
        joined = f"{joined} {lines[place + count - 1].strip()}".strip()
        if len(joined) > ATTRIBUTION_LENGTH or lines[place + count - 1].lstrip().startswith(">"):
            return 0
        if _is_attribution(joined, lines, place + count):
            return count
        if count == 1 and not _may_begin_attribution(joined):
            return 0
    return 0


def _may_begin_attribution(line: str) -> bool:
    return bool(words.ATTRIBUTION_START.match(line) or "@" in line or words.MOMENT.search(line))


def _is_attribution(joined: str, lines: list[str], after: int) -> bool:
    if words.DATED_SENDER.match(joined):
        return True
    if not joined.endswith((":", "：", ":*", ": *")) or not words.WROTE.search(joined):
        return False
    following = _next_filled(lines, after)
    is_quoted = following < len(lines) and lines[following].lstrip().startswith(">")
    return is_quoted or bool(words.MOMENT.search(joined))


def _next_filled(lines: list[str], place: int) -> int:
    while place < len(lines) and not lines[place].strip():
        place += 1
    return place
