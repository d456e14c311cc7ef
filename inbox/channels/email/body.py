"""The parts of a mail put together: one text, one HTML, and the files."""

import contextlib
import email
import email.policy
import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import Message

from inbox.channels.email.charsets import charset_of_html, decode
from inbox.channels.email.cms import signed_content
from inbox.channels.email.headers import decode_words, one_line, raw_header
from inbox.channels.email.pgp import take_out
from inbox.channels.email.tnef import is_tnef, unwrap
from inbox.envelope import FilePart
from inbox.richtext import to_html, to_text

DEPTH_LIMIT = 100
PART_LIMIT = 2000
NAME_LIMIT = 200
CMS = {"application/pkcs7-mime", "application/x-pkcs7-mime"}

_PARAMETER = re.compile(r"([a-z-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;]+))", re.IGNORECASE)
_SAFE_NAME = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")


@dataclass(slots=True)
class Body:
    """What a part holds; a part that shows nothing has neither text nor HTML."""

    text: str = ""
    html: str = ""
    files: list[FilePart] = field(default_factory=list)
    named_texts: list[str] = field(default_factory=list)  # of the files that are plain text
    shortened: str = ""  # why parts were left out: depth or parts


def read_body(message: Message) -> Body:
    """Texts with a file name are files; a mail of nothing else shows them as well."""
    reader = _Reader()
    body = reader.read(message, 0)
    body.shortened = reader.shortened
    if not body.text.strip() and not body.html.strip():
        body.text = "\n\n".join(body.named_texts)
    return body


class _Reader:
    def __init__(self) -> None:
        self._left = PART_LIMIT
        self.shortened = ""

    def read(self, part: Message, depth: int) -> Body:
        self._left -= 1
        if depth > DEPTH_LIMIT or self._left < 0:
            self.shortened = "depth" if depth > DEPTH_LIMIT else "parts"
            return Body()
        kind = part.get_content_type()
        if part.is_multipart() and kind.startswith("multipart/"):
            children = [self.read(child, depth + 1) for child in _children(part)]
            return _alternative(children) if kind == "multipart/alternative" else _mixed(children)
        if kind in CMS and (signed := signed_content(_content(part))):
            inner = email.message_from_bytes(signed, policy=email.policy.compat32)
            return _mixed([self.read(inner, depth + 1), Body(files=[_file(part, kind)])])
        return _leaf(part, kind)


def _children(part: Message) -> Sequence[Message]:
    payload = part.get_payload()
    return (
        [child for child in payload if isinstance(child, Message)]
        if isinstance(payload, list)
        else []
    )


def _alternative(children: list[Body]) -> Body:
    """The same content in several forms: the first text, and the last HTML."""
    texts = [child.text for child in children if child.text.strip() and not child.html]
    html = next((child.html for child in reversed(children) if child.html.strip()), "")
    with_html = next((child.text for child in children if child.html), "")
    return Body(
        text=texts[0] if texts else with_html,
        html=html,
        files=_all_files(children),
        named_texts=_all_named(children),
    )


def _mixed(children: list[Body]) -> Body:
    """One after the other; once any has HTML, all of them are shown in it."""
    shown = [child for child in children if child.text.strip() or child.html.strip()]
    body = Body(files=_all_files(children), named_texts=_all_named(children))
    body.text = "\n\n".join(child.text or to_text(child.html) for child in shown)
    if any(child.html for child in shown):
        body.html = "\n".join(child.html or to_html(child.text) for child in shown)
    return body


def is_shown(part: Message, kind: str) -> bool:
    """Whether it is text of the message rather than a file."""
    return _is_text(part, kind) and not _file_name(part)


def _is_text(part: Message, kind: str) -> bool:
    return kind in {"text/plain", "text/html"} and _disposition(part) != "attachment"


def _disposition(part: Message) -> str:
    return raw_header(part, "content-disposition").partition(";")[0].strip().lower()


def _all_files(children: list[Body]) -> list[FilePart]:
    return [file for child in children for file in child.files]


def _all_named(children: list[Body]) -> list[str]:
    return [text for child in children for text in child.named_texts]


def _leaf(part: Message, kind: str) -> Body:
    if not is_shown(part, kind):
        named = _is_text(part, kind) and kind == "text/plain"
        return _files(_file(part, kind), [decode(_content(part), _charset(part))] if named else [])
    content = _content(part)
    charset = _charset(part)
    if kind == "text/html":
        return Body(html=decode(content, charset or charset_of_html(content)))
    text, sealed = take_out(decode(content, charset))
    flows = _parameter(part, "format") == "flowed"
    return Body(text=_unflow(text, part) if flows else text, files=sealed)


def _files(file: FilePart, named_texts: list[str]) -> Body:
    unwrapped = is_tnef(file.content_type, file.name) and unwrap(file.content or b"")
    if unwrapped:
        return Body(text=unwrapped.text, html=unwrapped.html, files=unwrapped.files)
    return Body(files=[file], named_texts=named_texts)


def _file(part: Message, kind: str) -> FilePart:
    name, disposition = _file_name(part), _disposition(part)
    content_id = one_line(raw_header(part, "content-id")).strip("<> ")
    content = _content(part)
    if not _TYPE.fullmatch(kind):
        kind = "application/octet-stream"
    return FilePart(
        name=name or _made_up_name(part, kind),
        content_type=kind,
        content=content,
        content_id=content_id,
        inline=disposition == "inline" or bool(content_id and disposition != "attachment"),
    )


def _content(part: Message) -> bytes:
    """Decoded; of a mail within the mail, the mail."""
    payload = part.get_payload()
    try:
        if isinstance(payload, list):
            return b"\n".join(inner.as_bytes() for inner in payload if isinstance(inner, Message))
        decoded = part.get_payload(decode=True)
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError):
        decoded = None
    if isinstance(decoded, bytes):
        return decoded
    return str(payload or "").encode("utf-8", "surrogateescape")


def _file_name(part: Message) -> str:
    """The library knows RFC 2231, but spoils names with bytes of eight bits."""
    plain = _parameter(part, "filename", "content-disposition") or _parameter(part, "name")
    if plain.isascii():
        with contextlib.suppress(LookupError, ValueError, TypeError, AttributeError):
            plain = part.get_filename() or plain
    return _safe_name(decode_words(plain))


def _safe_name(name: str) -> str:
    base = re.split(r"[/\\]", _SAFE_NAME.sub("", one_line(name)))[-1].strip()
    return "" if not base.strip(". ") else base[-NAME_LIMIT:]


def _made_up_name(part: Message, kind: str) -> str:
    if kind == "message/rfc822":
        inner = next(iter(_children(part)), None)
        subject = decode_words(raw_header(inner, "subject")) if inner else ""
        return (_safe_name(subject.replace("/", "-")) or "message") + ".eml"
    stem = {"text/calendar": "invitation", "text/vcard": "contact"}.get(kind, "attachment")
    return stem + (mimetypes.guess_extension(kind) or ".bin")


def _charset(part: Message) -> str:
    return _parameter(part, "charset").partition("*")[0]


def _parameter(part: Message, name: str, header: str = "content-type") -> str:
    """By a plain pattern: the library's own way is slow on hostile headers."""
    for found in _PARAMETER.finditer(raw_header(part, header)):
        if found.group(1).lower() == name:
            return found.group(2) or found.group(3) or ""
    return ""


def _unflow(text: str, part: Message) -> str:
    """RFC 3676: a line that ends with a space goes on in the next one of the same quote depth."""
    remove_space = _parameter(part, "delsp").lower() == "yes"
    lines: list[str] = []
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        body = line[depth:].removeprefix(" ")
        previous = lines[-1] if lines else ""
        flows = previous.endswith(" ") and previous.lstrip("> ") not in {"--", "-- ", ""}
        if flows and len(previous) - len(previous.lstrip(">")) == depth and body != "-- ":
            lines[-1] = (previous[:-1] if remove_space else previous) + body
        else:
            lines.append(">" * depth + (" " if depth else "") + body)
    return "\n".join(lines)
