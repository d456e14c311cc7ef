"""Long texts in parts, cut where a reader would pause."""

import re

# where to cut, best first: after a paragraph, a line, a sentence, a word
PAUSES = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[.!?…。！？]+[\"'”’»)]*\s+"),  # noqa: RUF001  full-width marks end sentences too
    re.compile(r"\s+"),
)


def split(text: str, limit: int) -> list[str]:
    """Parts of at most `limit` UTF-16 units, which is how Telegram counts; none for no text."""
    parts = []
    rest = text.strip()
    while _units(rest) > limit:
        head = _longest_head(rest, limit)
        cut = _best_cut(head)
        parts.append(head[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def parts(text: str, limit: int) -> list[str]:
    """Each short enough for one message of at most `limit` characters (0: any)."""
    return split(text, limit) if limit and len(text) > limit else [text]


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _longest_head(text: str, limit: int) -> str:
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return text[:index]
    return text


def _best_cut(head: str) -> int:
    """The last pause of the best kind that leaves no part shorter than half."""
    for pause in PAUSES:
        ends = [found.end() for found in pause.finditer(head)]
        if ends and ends[-1] > len(head) // 2:
            return ends[-1]
    return len(head)
