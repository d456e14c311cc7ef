"""The newly written part of a plain text."""

import re

from inbox.richtext.quotes import words
from inbox.richtext.quotes.signatures import is_added, signature_start

LENGTH_LIMIT = 200_000
LINE_LIMIT = 1000
ATTRIBUTION_LINES = 6
ATTRIBUTION_LENGTH = 400
HEADER_BLOCK_LINES = 7
HEADERS_NEEDED = 2
FORWARD_LINES = 20  # between "Forwarded message" and the head that it speaks of


def split_quoted(text: str) -> tuple[str, str]:
    """(newly written, quote and signature); all of it is new if nothing else would be left."""
    lines = [line.rstrip() for line in text[:LENGTH_LIMIT].replace("\r\n", "\n").split("\n")]
    lines = _divided(lines)
    fresh, old = _separate([line.strip()[:LINE_LIMIT] for line in lines])
    visible = "\n".join(lines[i] for i in fresh).strip("\n")
    if not visible.strip():
        return text.strip("\n"), ""
    quoted = "\n".join(lines[i] for i in old).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", visible), quoted + text[LENGTH_LIMIT:]


def _separate(lines: list[str]) -> tuple[list[int], list[int]]:
    """Numbers of the lines that are new, and of those that are not."""
    old: set[int] = set()
    place, has_new = 0, False
    while place < len(lines):
        length, rest_is_old = _quote_at(lines, place)
        if rest_is_old and has_new:
            old.update(range(place, len(lines)))
            break
        old.update(range(place, place + length))
        has_new = has_new or (not length and bool(lines[place].strip()))
        place += length or 1
    fresh = [i for i in range(len(lines)) if i not in old]
    cut = signature_start([lines[i] for i in fresh])
    kept = [lines[i] for i in fresh[:cut]]
    added = {i for n, i in enumerate(fresh[:cut]) if is_added(kept, n)}
    return [i for i in fresh[:cut] if i not in added], sorted([*old, *fresh[cut:], *added])


def _divided(lines: list[str]) -> list[str]:
    """Makes two lines of "Thanks On Monday, … wrote:", where a quote comes after it."""
    divided: list[str] = []
    for place, line in enumerate(lines):
        found = words.MIDLINE.match(line) if len(line) < LINE_LIMIT and "wrote:" in line else None
        following = _next_filled(lines, place + 1) if found else len(lines)
        if found and following < len(lines) and lines[following].startswith(">"):
            divided += found.groups()
        else:
            divided.append(line)
    return divided


def _quote_at(lines: list[str], place: int) -> tuple[int, bool]:
    """How many lines of quote begin here, and whether all that follows is quote."""
    line = lines[place][:LINE_LIMIT]
    if not line.strip():
        return 0, False
    if line.lstrip().startswith(">"):
        return _quoted_run(lines, place), False
    if _ends_everything(lines, place, line):
        return 1, True
    attribution = _attribution(lines, place)
    if not attribution:
        return 0, False
    following = _next_filled(lines, place + attribution)
    if following < len(lines) and lines[following].lstrip().startswith((">", "|")):
        return attribution, False
    return attribution, True


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
    if any(form.match(line) for form in (words.ORIGINAL_BARE, words.RULE, words.DECORATED)):
        return is_header_block(lines, _next_filled(lines, place + 1))
    return is_header_block(lines, place) and not _is_forwarded(lines, place)


def is_header_block(lines: list[str], place: int) -> bool:
    """From: and at least two of Sent:, To:, Subject: in the next lines, or a moment and an address."""
    if place >= len(lines) or not words.HEADER_FROM.match(lines[place][:LINE_LIMIT]):
        return False
    near = [line[:LINE_LIMIT] for line in lines[place + 1 : place + HEADER_BLOCK_LINES]]
    others = [line for line in near if words.HEADER_OTHER.match(line)]
    if len(others) >= HEADERS_NEEDED:
        return True
    both = " ".join([lines[place][:LINE_LIMIT], *others])
    return len(others) == 1 and "@" in both and bool(words.WHOLE_MOMENT.match(both))


def _is_forwarded(lines: list[str], place: int) -> bool:
    for before in reversed(lines[max(0, place - FORWARD_LINES) : place]):
        line = before[:LINE_LIMIT]
        if line.strip() and not words.HEADER_FROM.match(line):
            return bool(words.FORWARD.search(line))
    return False


def _attribution(lines: list[str], place: int) -> int:
    """The number of lines of "On … wrote:" here, else 0."""
    joined = ""
    for count in range(1, ATTRIBUTION_LINES + 1):
        if place + count > len(lines):
            return 0
        line = lines[place + count - 1].strip()
        if not line and not _goes_on(lines, place + count):
            return 0
        joined = f"{joined} {line}".strip()
        quoted = line.startswith(">") and not words.CLOSES_ADDRESS.match(line)
        if quoted or len(joined) > ATTRIBUTION_LENGTH:
            return 0
        if _is_attribution(joined, lines, place + count):
            return count
        if count == 1 and not _may_begin_attribution(joined):
            return 0
    return 0


def _goes_on(lines: list[str], place: int) -> bool:
    """Some programs break the line, and even leave one empty, before the address."""
    return place < len(lines) and bool(words.OPENS_ADDRESS.match(lines[place]))


def _may_begin_attribution(line: str) -> bool:
    return bool(words.ATTRIBUTION_START.match(line) or "@" in line or words.MOMENT.search(line))


def _is_attribution(joined: str, lines: list[str], after: int) -> bool:
    if words.OLD_DATED_SENDER.match(joined) or words.DATED_SENDER.match(joined):
        return True
    bare = words.DECORATION.sub("", joined)
    if not words.ENDS_WITH_WROTE.search(bare) and not _ends_in_colon(bare):
        return False
    if bare != joined or not _ends_in_colon(bare):
        return bool(words.ENDS_WITH_WROTE.search(bare)) and (
            bare != joined or ("@" in bare and bool(words.WHOLE_MOMENT.match(bare)))
        )
    if not words.WROTE.search(bare):
        return False
    following = _next_filled(lines, after)
    is_quoted = following < len(lines) and lines[following].lstrip().startswith(">")
    return is_quoted or bool(words.MOMENT.search(bare))


def _ends_in_colon(line: str) -> bool:
    return line.endswith((":", "：", ":*", ": *"))


def _next_filled(lines: list[str], place: int) -> int:
    while place < len(lines) and not lines[place].strip():
        place += 1
    return place
