"""Where the signature at the end of a text begins, and the lines that a program added."""

import re
from collections.abc import Sequence

from inbox.richtext.quotes.words import SENT_FROM

SIGNATURE_LINES = 30
ADDED_LENGTH = 200

_DASHES = re.compile(r"^\s*(?:--|—|__|-- |––)\s*$")
_LIST_RULE = re.compile(r"^\s*[_-]{20,}\s*$")
_LIST_NAME = re.compile(r"mailing list|unsubscribe", re.IGNORECASE)


def signature_start(lines: Sequence[str]) -> int:
    """The number of the first line of the signature; the number of lines where there is none."""
    end = len(lines)
    for place, line in enumerate(lines):
        if _DASHES.match(line) and place and end - place <= SIGNATURE_LINES + 1:
            return place
        if _LIST_RULE.match(line) and any(map(_LIST_NAME.search, lines[place + 1 : place + 3])):
            return place
    return end


def is_added(lines: Sequence[str], place: int) -> bool:
    """Whether the line says "Sent from my phone", and stands by itself."""
    line = lines[place].strip()
    alone = not any(line.strip() for line in lines[place + 1 : place + 2])
    return alone and len(line) <= ADDED_LENGTH and bool(SENT_FROM.match(line))
