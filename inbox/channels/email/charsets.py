"""Bytes to text, whatever the mail says about their character set."""

import codecs
import re
from functools import cache

# names met in mail that Python does not know, or knows too narrowly
_ALIASES = {
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "iso-8859-9": "windows-1254",
    "iso-8859-11": "windows-874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-cyrillic": "mac-cyrillic",
    "macintosh": "mac-roman",
    "x-mac-roman": "mac-roman",
    "windows-874": "cp874",
    "utf8mb4": "utf-8",
    "cp-850": "cp850",
}
_META = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_META_WITHIN_BYTES = 2048
GUESS_FROM_BYTES = 4096
GUESS_CONFIDENCE = 0.1
_GUESSED = {
    "windows-1250", "windows-1251", "windows-1253", "windows-1254", "windows-1255", "windows-1256",
    "iso-8859-2", "iso-8859-5", "iso-8859-7", "koi8-r", "koi8-u", "gb18030", "big5", "cp932",
    "shift_jis", "euc-jp", "cp949", "euc-kr",
}  # fmt: skip


def decode(content: bytes, charset: str = "") -> str:
    """The text, without NULs and with plain line ends; never fails."""
    return _decode(content, charset).replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def charset_of_html(content: bytes) -> str:
    found = _META.search(content[:_META_WITHIN_BYTES])
    return found.group(1).decode("ascii") if found else ""


def _decode(content: bytes, charset: str) -> str:
    if content.startswith(codecs.BOM_UTF8):
        return content[len(codecs.BOM_UTF8) :].decode("utf-8", "replace")
    named = _codec(charset.strip("\"' \t").lower())
    if content.isascii() and not named.startswith(("utf-7", "utf-16", "iso-2022", "iso2022", "hz")):
        return content.decode("ascii")
    tried = (named, "utf-8") if _is_precise(named) else ("utf-8", charset and named)
    for name in dict.fromkeys(filter(None, tried)):
        try:
            return content.decode(name)
        except (UnicodeError, ValueError):
            continue
    return content.decode(_guess(content) if not charset else named, "replace")


def _guess(content: bytes) -> str:
    """Of bytes that say nothing about themselves: by their language, if it is plain enough."""
    import chardet  # noqa: PLC0415 - it loads its models, and is hardly ever needed

    found = chardet.detect(content[:GUESS_FROM_BYTES])
    name = str(found["encoding"] or "").lower()
    sure = (found["confidence"] or 0) >= GUESS_CONFIDENCE
    return name if sure and name in _GUESSED else "windows-1252"


def _is_precise(name: str) -> bool:
    """Whether a success says something: single-byte sets of the West take nearly anything."""
    return name not in {"windows-1252", "utf-8"}


@cache
def _codec(charset: str) -> str:
    name = _ALIASES.get(charset, charset)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return "windows-1252"
    return name if found._is_text_encoding else "windows-1252"  # noqa: SLF001
