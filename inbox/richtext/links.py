"""Plain text as HTML: escaped first, then its links made clickable."""

from functools import cache
from html import escape

from linkify_it import LinkifyIt

LENGTH_LIMIT = 500_000


def to_html(text: str) -> str:
    """Paragraphs and line breaks as they stand; links of http, https and mail addresses only."""
    text = text[:LENGTH_LIMIT].strip("\n")
    return "<p>" + _linked(text).replace("\n\n", "</p><p>").replace("\n", "<br>") + "</p>"


def _linked(text: str) -> str:
    pieces, place = [], 0
    for match in _linkify().match(text) or ():
        pieces.append(escape(text[place : match.index]))
        pieces.append(_anchor(match.url, match.text))
        place = match.last_index
    return "".join([*pieces, escape(text[place:])])


def _anchor(url: str, text: str) -> str:
    rel = "noopener noreferrer nofollow"
    return f'<a href="{escape(url)}" rel="{rel}" target="_blank">{escape(text)}</a>'


@cache
def _linkify() -> LinkifyIt:
    return LinkifyIt(schemas={"ftp:": None, "//": None}, options={"fuzzy_ip": False})
