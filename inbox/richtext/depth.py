"""HTML without its deepest tags: parsers keep any depth, and grow slow or break on it."""

import re

DEPTH_LIMIT = 100

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*>")
# these hold nothing, or are closed by the next one where their end is left out
_UNCOUNTED = {
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta",
    "option", "p", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "wbr",
}  # fmt: skip


def cut_depth(html: str) -> str:
    """What stands in the tags that are left out stays."""
    if html.count("<") <= DEPTH_LIMIT:
        return html
    depth = 0
    dropped = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal depth, dropped
        closing, name = match.group(1), match.group(2).lower()
        if name in _UNCOUNTED:
            return match.group()
        if not closing and depth >= DEPTH_LIMIT:
            dropped += 1
            return " "
        if closing and dropped:
            dropped -= 1
            return " "
        depth = max(0, depth + (-1 if closing else 1))
        return match.group()

    end = html.rfind(">") + 1  # from there on no tag ends, and each would be looked for in vain
    return _TAG.sub(keep, html[:end]) + html[end:]
