"""HTML as plain text, as a person would have typed it."""

import re
from html import unescape

import nh3

from inbox.richtext.depth import cut_depth

LENGTH_LIMIT = 1_000_000
DEPTH_LIMIT = 8  # of `>` marks

_PARAGRAPHS = {
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "dl",
    "table",
    "pre",
    "blockquote",
}
_LINES = {
    "div",
    "tr",
    "li",
    "dt",
    "dd",
    "section",
    "article",
    "header",
    "footer",
    "address",
    "center",
}
_KEPT = _PARAGRAPHS | _LINES | {"br", "hr", "a", "td", "th", "img"}
_ATTRIBUTES = {"a": {"href"}, "img": {"alt"}}
_DROPPED = {"script", "style", "title", "template", "head", "noscript", "svg"}
# the cleaner's own writing is regular, so a pattern reads it
_TOKEN = re.compile(r'<(/?)([a-z0-9]+)((?:[^">]|"[^"]*")*)>|([^<]+)')
_VALUE = re.compile(r' (?:href|alt)="([^"]*)"')
_SPACES = re.compile(r"[ \t\r\n\f]+")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def to_text(html: str) -> str:
    """Quotes get `>`, list items a dash, and a link is followed by its address where it differs."""
    if not html.strip():
        return ""
    regular = nh3.clean(
        cut_depth(_COMMENT.sub("", html[:LENGTH_LIMIT])),
        tags=_KEPT,
        attributes=_ATTRIBUTES,
        clean_content_tags=_DROPPED,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
        url_relative="deny",
    )
    writer = _Writer()
    for closing, tag, attributes, text in _TOKEN.findall(regular):
        if text:
            writer.text(unescape(text))
        else:
            writer.tag(tag, attributes, closing=bool(closing))
    return writer.finish()


class _Writer:
    """Lines with their quote depth; white space is folded except inside `pre`."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line = ""
        self._depth = 0
        self._preformatted = 0
        self._link = ("", 0)

    def text(self, text: str) -> None:
        if self._preformatted:
            first, *rest = text.split("\n")
            self._line += first
            for line in rest:
                self._end_line(keep_empty=True)
                self._line = line
            return
        folded = _SPACES.sub(" ", text)
        if not self._line or self._line.endswith(" "):
            folded = folded.removeprefix(" ")
        self._line += folded

    def tag(self, tag: str, attributes: str, *, closing: bool) -> None:
        if tag == "br":
            self._end_line(keep_empty=True)
        elif tag == "a":
            self._anchor(attributes, closing=closing)
        elif tag in {"td", "th"}:
            self._line += " " if self._line and not closing else ""
        elif tag == "hr":
            self._end_line()
        elif tag == "img":
            self.text(unescape(" ".join(_VALUE.findall(attributes))))
        else:
            self._block(tag, closing=closing)

    def finish(self) -> str:
        self._end_line()
        text = "\n".join(self._lines).replace("\xa0", " ")
        return re.sub(r"\n{3,}", "\n\n", text).strip("\n")

    def _block(self, tag: str, *, closing: bool) -> None:
        self._end_line()
        if tag == "blockquote" and closing:
            self._depth -= 1
        if tag in _PARAGRAPHS:
            self._blank_line()
        if tag == "blockquote" and not closing:
            self._depth += 1
        if tag == "pre":
            self._preformatted = max(0, self._preformatted + (-1 if closing else 1))
        if tag == "li" and not closing:
            self._line = "- "

    def _anchor(self, attributes: str, *, closing: bool) -> None:
        if not closing:
            self._link = (unescape("".join(_VALUE.findall(attributes)[:1])), len(self._line))
            return
        url, start = self._link
        self._link = ("", 0)
        shown = self._line[start:].strip()
        bare = url.removeprefix("mailto:").removeprefix("tel:").rstrip("/")
        if shown and bare and bare not in shown and shown not in bare:
            self._line += f" <{url}>"

    def _end_line(self, *, keep_empty: bool = False) -> None:
        line, self._line = self._line.rstrip(), ""
        self._link = (self._link[0], 0)
        if line or keep_empty:
            self._lines.append(self._mark(line))

    def _blank_line(self) -> None:
        if self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._mark(""))

    def _mark(self, line: str) -> str:
        marks = "> " * max(0, min(self._depth, DEPTH_LIMIT))
        return (marks + line).rstrip() if marks else line
