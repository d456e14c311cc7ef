"""Damaged copies of a good sample, as networks, providers and attackers make them."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

WRONG_VALUES: tuple[Any, ...] = (None, [], {}, "", "\0", "a\0b" * 300, -1, 2**63, 1e308, True, [{}])
CUTS = 8


def damaged(content: bytes) -> Iterator[bytes]:
    """Cut, overwritten, and, for JSON and forms, with each value replaced or left out."""
    yield from (b"", b"\0", b"\xff\xfe", b"[]", b"null", b"[" * 5000, b'{"a":' * 5000)
    for step in range(1, CUTS):
        place = len(content) * step // CUTS
        yield content[:place]
        yield content[:place] + b"\xff" + content[place + 1 :]
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        yield from _damaged_forms(content)
        return
    for changed in _changed(found):
        yield orjson.dumps(changed)


def _damaged_forms(content: bytes) -> Iterator[bytes]:
    fields = parse_qsl(content.decode(errors="replace"), keep_blank_values=True)
    for index, (name, _) in enumerate(fields):
        yield urlencode(fields[:index] + fields[index + 1 :]).encode()
        for value in ("", "\0", "x" * 5000, "-1", "\u202e"):
            yield urlencode([*fields[:index], (name, value), *fields[index + 1 :]]).encode()


def _changed(found: Any) -> Iterator[Any]:
    """Every copy of `found` that differs in one place, as far as JSON can say it."""
    for value in WRONG_VALUES:
        if value != found:
            yield value
    if isinstance(found, dict):
        for key, inner in found.items():
            yield {name: value for name, value in found.items() if name != key}
            yield from ({**found, key: changed} for changed in _changed(inner))
    if isinstance(found, list):
        for index, inner in enumerate(found):
            yield from ([*found[:index], new, *found[index + 1 :]] for new in _changed(inner))
