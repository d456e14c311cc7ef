"""Where the signature at the end of a text begins."""

import re
from collections.abc import Sequence

from inbox.richtext.quotes.words import SENT_FROM

SIGNATURE_LINES = 15

_DASHES = re.compile(r"^\s*(?:--|—|__|-- |––)\s*$")


def signature_start(lines: Sequence[str]) -> int:
    """The number of the first line of the signature; the number of lines where there is none."""
    end = len(lines)
    for place, line in enumerate(lines):
        if _DASHES.match(line) and place and end - place <= SIGNATURE_LINES + 1:
            return place
        if SENT_FROM.match(line) and not any(rest.strip() for rest in lines[place + 1 : place + 3]):
            return place
    return end
