"""The newly written part of an HTML body."""

import re

from inbox.richtext.plain import to_text
from inbox.richtext.quotes import words
from inbox.richtext.quotes.text import is_header_block

LOOK_BACK = 1500
LOOK_AHEAD = 1500
CUTS_LIMIT = 20
ATTRIBUTION_LENGTH = 400

_QUOTE_CLASSES = (
    r"inbox-quoted|gmail_quote(?:_container)?|yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra"
    r"|moz-cite-prefix|gmail_attr|OutlookMessageHeader|ms-outlook-mobile-reference-message|WordSection1_quote"
    r"|gmail_signature|moz-signature|ms-outlook-mobile-signature|protonmail_signature_block"
    r"|mailru-blockquote|cloudHQ__gmail_quote|sh-color-black-quote|quote_container|email_quote|hmmessage_quote"
)
_QUOTE_IDS = (
    r"divRplyFwdMsg|x_divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|reply-intro"
    r"|replySplit|isReplyContent|stopSpelling|OLK_SRC_BODY_SECTION|yahoo_quoted_\d+|mailContainer_quote"
    r"|isForwardContent|reply_to_quote|zm_quote|orgMsg"
)
_START = re.compile(
    rf"<(div|blockquote|table|section|hr|span|p)\b[^<>]*(?:"
    rf"\bclass\s*=\s*[\"']?[^\"'<>]*\b(?:{_QUOTE_CLASSES})\b|\bid\s*=\s*[\"']?(?:{_QUOTE_IDS})\b"
    r"|\btype\s*=\s*[\"']?cite\b|\bcite\s*="
    r"|style\s*=\s*[\"']?[^\"'<>]*border:\s*none;\s*border-top:\s*solid\s+#(?:B5C4DF|E1E1E1)"
    r")[^<>]*>",
    re.IGNORECASE,
)
_PLAIN_QUOTE = re.compile(r"<(blockquote)\b[^<>]*>", re.IGNORECASE)
_BOLD_HEAD = re.compile(
    r"<(?:p|div)\b[^<>]*>\s*(?:<(?:b|strong|span|font)\b[^<>]*>\s*){1,4}[^<>:]{2,20}\s*:",
    re.IGNORECASE,
)
_BLOCK_BREAK = re.compile(
    r"<(?:br|p|div|blockquote|tr|li|hr|/p|/div|/tr|/li)\b[^<>]*>", re.IGNORECASE
)
_TO_THE_END = re.compile(
    r"border-top|divRplyFwdMsg|appendonsend|stopSpelling|moz-cite|gmail_attr|Outlook"
)


def split_quoted_html(html: str) -> tuple[str, str]:
    """(newly written, quote), both as pieces of HTML to be cleaned before showing."""
    fresh, quotes = html, ""
    for _ in range(CUTS_LIMIT):
        found = _quote(fresh)
        if not found:
            break
        start, end = found
        before, after = fresh[:start], fresh[end:]
        if not to_text(before + after).strip():
            break
        fresh, quotes = before + after, quotes + fresh[start:end]
    return fresh, quotes


def _quote(html: str) -> tuple[int, int] | None:
    """Where the first quote begins and ends: by a sure sign, by heads as of a mail, or after "wrote:"."""
    signs = []
    sign = _sign(html)
    if sign:
        signs.append((_widen(html, sign.start()), _end(html, sign)))
    heads = _heads(html[: sign.start()] if sign else html)
    if heads is not None:
        signs.append((heads, len(html)))
    return min(signs, default=None)


def _sign(html: str) -> re.Match[str] | None:
    """A mark of a mail program, or a plain blockquote after an "On … wrote:"; a forward is no quote."""
    for found in _START.finditer(html):
        if not words.FORWARD.search(html[found.start() : found.end() + LOOK_AHEAD // 4]):
            return found
    for found in _PLAIN_QUOTE.finditer(html):
        if _widen(html, found.start()) != found.start():
            return found
    return None


def _heads(html: str) -> int | None:
    """Where From:, Sent:, To: stand as bold text in a paragraph, as Outlook writes them."""
    for found in _BOLD_HEAD.finditer(html):
        lines = to_text(html[found.start() : found.end() + LOOK_AHEAD]).strip().splitlines()
        before = to_text(html[max(0, found.start() - LOOK_AHEAD // 4) : found.start()])
        if is_header_block(lines, 0) and not words.FORWARD.search(before):
            return found.start()
    return None


def _widen(html: str, start: int) -> int:
    """Back over the line that says who wrote the quote, and when."""
    low = max(0, start - LOOK_BACK)
    breaks = [low, *(low + found.start() for found in _BLOCK_BREAK.finditer(html[low:start]))]
    for place in reversed(breaks[-8:]):
        line = to_text(html[place:start]).strip()
        if len(line) > ATTRIBUTION_LENGTH:
            break
        if line.endswith(":") and words.WROTE.search(line) and words.MOMENT.search(line):
            return place
    return start


def _end(html: str, found: re.Match[str]) -> int:
    """After the element's own closing tag; the end of all where the sign stands above the quote."""
    if _TO_THE_END.search(found.group()):
        return len(html)
    depth = 0
    name = found.group(1)
    for tag in re.finditer(rf"<(/?){name}\b[^<>]*>", html[found.start() :], re.IGNORECASE):
        depth += -1 if tag.group(1) else 1
        if depth == 0:
            return found.start() + tag.end()
    return len(html)
