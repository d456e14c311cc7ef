"""HTML of strangers made harmless: an allow-list, no depth bombs, and nothing that loads by itself.

A remote image comes out as `<img data-remote-src="https://…">`: the frame restores it when the
agent asks. An inline one keeps its `src="cid:…"`, which the page replaces by the file's own URL.
"""

import re

import nh3

from inbox.richtext.depth import cut_depth

LENGTH_LIMIT = 2_000_000
QUOTE_CLASS = "inbox-quoted"

_REMOTE = "x-inbox-remote:"
_TAGS = {
    "a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote",
    "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn",
    "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "nav", "ol", "p", "pre",
    "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "summary", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"align", "dir", "lang", "style", "title", "valign"},
    "a": {"href"},
    "blockquote": {"type"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "font": {"color", "face", "size"},
    "img": {"alt", "height", "src", "width"},
    "li": {"value"},
    "ol": {"start", "type"},
    "table": {"bgcolor", "border", "cellpadding", "cellspacing", "height", "width"},
    "td": {"bgcolor", "colspan", "height", "nowrap", "rowspan", "width"},
    "th": {"bgcolor", "colspan", "height", "nowrap", "rowspan", "scope", "width"},
    "tr": {"bgcolor", "height"},
}
_STYLES = re.compile(
    r"(?:color|background-color|(?:font|text|border|padding|list-style|word|letter)(?:-[a-z]+)*"
    r"|margin(?:-[a-z]+)*|(?:max-|min-)?(?:width|height)|line-height|vertical-align|white-space"
    r"|display|direction|float|clear|table-layout|overflow-wrap|opacity)\Z"
)
# url(), image-set(), var(), expression(), escapes and comments: whatever could load or hide that
_UNSAFE_VALUE = re.compile(
    r"[\\@<>{}]|/\*|&#|(?:url|image|var|env|expression|element|attr)\w*\s*[(-]"
)


def _filter(_tag: str, attribute: str, value: str) -> str | None:
    """Runs before the check of schemes, so what it makes of `src` loads nothing in any case."""
    if attribute == "style":
        return _safe_style(value)
    if attribute == "src":
        return _safe_source(value)
    if attribute == "href" and value.lstrip().lower().startswith(("cid:", _REMOTE)):
        return None
    return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"script", "style", "title", "template", "noscript", "svg", "math", "iframe",
                        "object", "textarea", "select", "xmp", "noembed", "noframes"},
    attributes=_ATTRIBUTES,
    attribute_filter=_filter,
    url_schemes={"http", "https", "mailto", "tel", "cid", _REMOTE.rstrip(":")},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
    allowed_classes={"div": {QUOTE_CLASS, "gmail_quote"}, "blockquote": {"gmail_quote"}},
)  # fmt: skip


def sanitize(html: str) -> str:
    """Safe to show in the sandboxed frame; what is not on the list is gone."""
    cleaned = _CLEANER.clean(cut_depth(html[:LENGTH_LIMIT]))
    return (
        cleaned.replace(f' src="{_REMOTE}', ' data-remote-src="') if _REMOTE in cleaned else cleaned
    )


def _safe_source(value: str) -> str | None:
    source = re.sub(r"[\x00-\x20]", "", value)
    if source.lower().startswith("cid:"):
        return source
    if source.startswith("//"):
        source = "https:" + source
    return _REMOTE + source if source.lower().startswith(("http://", "https://")) else None


def _safe_style(value: str) -> str | None:
    kept = []
    for declaration in value.split(";"):
        name, colon, setting = declaration.partition(":")
        name, setting = name.strip().lower(), setting.strip()
        if colon and _STYLES.match(name) and not _UNSAFE_VALUE.search(setting.lower()):
            kept.append(f"{name}:{setting.replace('!important', '').strip()}")
    return ";".join(kept) or None
