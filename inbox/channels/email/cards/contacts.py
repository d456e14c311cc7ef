"""Contacts (RFC 6350, and the older vCards that phones still send)."""

import quopri
import re
from collections.abc import Iterator, Mapping
from typing import Any

from inbox.channels.email.charsets import decode

CARDS_LIMIT = 20
VALUES_LIMIT = 10
TEXT_LIMIT = 300

_SOFT_BREAK = re.compile(rb"=\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]")
_LINE = re.compile(r"^(?:[\w-]+\.)?([A-Za-z-]+)((?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(.*)$")
_CHARSET = re.compile(r";CHARSET=\"?([\w-]+)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([nN,;:\\])")
_SEVERAL = {"EMAIL": "emails", "TEL": "phones", "URL": "urls"}
_ONE = {"FN": "name", "ORG": "organisation", "TITLE": "title"}


def contact_card(content: bytes) -> Mapping[str, Any]:
    """`people` with name, organisation, title, and lists of emails, phones and urls."""
    people: list[dict[str, Any]] = []
    for name, value in _lines(content):
        if name == "BEGIN" and value.upper() == "VCARD":
            people.append({"emails": [], "phones": [], "urls": []})
        elif people:
            _take(people[-1], name, value[:TEXT_LIMIT])
    named = [_with_a_name(one) for one in people[: CARDS_LIMIT + 1]]
    found = [one for one in named if one["name"] or one["emails"] or one["phones"]]
    if not found:
        return {}
    return {"kind": "contact", "people": found[:CARDS_LIMIT], "more": len(people) - len(found)}


def _take(person: dict[str, Any], name: str, value: str) -> None:
    if name in _SEVERAL and value:
        kept = person[_SEVERAL[name]]
        value = value.removeprefix("tel:").removeprefix("mailto:")
        if len(kept) < VALUES_LIMIT and value not in kept:
            kept.append(value)
    elif name in _ONE and value:
        person.setdefault(_ONE[name], _unescaped(value.replace(";", ", ").strip(", ")))
    elif name == "N":
        family, given, *_ = [*_split(value), "", ""]
        person.setdefault("parts", f"{given} {family}".strip())


def _with_a_name(person: dict[str, Any]) -> dict[str, Any]:
    parts = person.pop("parts", "")
    return {"name": parts, "organisation": "", "title": "", **person}


def _lines(content: bytes) -> Iterator[tuple[str, str]]:
    """Name and value of each; `=` at a line's end goes on only where it is quoted-printable."""
    text = content
    if re.search(rb"ENCODING=\"?QUOTED-PRINTABLE", content, re.IGNORECASE):
        text = _SOFT_BREAK.sub(b"", content)
    for line in _FOLD.sub(b"", text).splitlines():
        found = _LINE.match(line.decode("utf-8", "surrogateescape"))
        if found:
            yield found.group(1).upper(), _value(found.group(2), found.group(3))


def _value(parameters: str, written: str) -> str:
    raw = written.encode("utf-8", "surrogateescape")
    if "QUOTED-PRINTABLE" in parameters.upper():
        raw = quopri.decodestring(raw)
    charset = _CHARSET.search(parameters)
    return decode(raw, charset.group(1) if charset else "utf-8").strip()


def _split(value: str) -> list[str]:
    return [_unescaped(part).strip() for part in re.split(r"(?<!\\);", value)]


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found.group(1) in "nN" else found.group(1), value)
