"""Just enough of the Cryptographic Message Syntax (RFC 5652, X.690) to find what was signed."""

from collections.abc import Iterator

DEPTH_LIMIT = 20
ELEMENTS_LIMIT = 10_000

_KINDS = {
    bytes.fromhex("2a864886f70d010702"): "signed",
    bytes.fromhex("2a864886f70d010703"): "enveloped",
    bytes.fromhex("2a864886f70d0109100117"): "enveloped",  # authenticated
    bytes.fromhex("2a864886f70d0109100109"): "compressed",
}
_IDENTIFIER, _OCTETS, _OCTETS_IN_PIECES, _SEQUENCE, _EXPLICIT = 0x06, 0x04, 0x24, 0x30, 0xA0

Element = tuple[int, bytes]  # tag and content


def content_kind(content: bytes) -> str:
    """signed, enveloped or compressed; empty for anything else."""
    try:
        return _KINDS.get(_only(_inside(content, _SEQUENCE), _IDENTIFIER), "")
    except (ValueError, IndexError):
        return ""


def signed_content(content: bytes) -> bytes | None:
    """What was signed; None where it stands elsewhere, or this can't be read."""
    if content_kind(content) != "signed":
        return None
    try:
        signed = _inside(_only(_inside(content, _SEQUENCE), _EXPLICIT), _SEQUENCE)
        within = _only(_elements(_only(signed, _SEQUENCE)), _EXPLICIT)
        found = b"".join(_octets(within, 0))
    except (ValueError, IndexError):
        return None
    return found or None


def _octets(content: bytes, depth: int) -> Iterator[bytes]:
    if depth > DEPTH_LIMIT:
        raise ValueError("too deep")
    for tag, inner in _elements(content):
        if tag == _OCTETS:
            yield inner
        elif tag == _OCTETS_IN_PIECES:
            yield from _octets(inner, depth + 1)


def _inside(content: bytes, tag: int) -> list[Element]:
    """What the first element holds, which has to be of this tag."""
    found, inner = next(_walk(content), (0, b""))
    if found != tag:
        raise ValueError("another element was expected")
    return _elements(inner)


def _only(elements: list[Element], tag: int) -> bytes:
    """The first of this tag."""
    return next((inner for found, inner in elements if found == tag), b"")


def _elements(content: bytes) -> list[Element]:
    return list(_walk(content))


def _walk(content: bytes) -> Iterator[Element]:
    place, count = 0, 0
    while place < len(content):
        count += 1
        if count > ELEMENTS_LIMIT:
            raise ValueError("too many elements")
        tag, start, end, after = _bounds(content, place, 0)
        if tag == 0 and start == end:
            return  # the end of a content without a length
        yield tag, content[start:end]
        place = after


def _bounds(content: bytes, place: int, depth: int) -> tuple[int, int, int, int]:
    """Tag, where the content begins and ends, and where the next element begins."""
    if depth > DEPTH_LIMIT:
        raise ValueError("too deep")
    tag, length, start = content[place], content[place + 1], place + 2
    if tag & 0x1F == 0x1F:
        raise ValueError("a long tag, which no part of it has")
    if length == 0x80:
        end = _end_of_open(content, start, depth)
        return tag, start, end, end + 2
    if length & 0x80:
        digits = length & 0x7F
        length = int.from_bytes(content[start : start + digits], "big")
        start += digits
    if start + length > len(content):
        raise ValueError("cut off")
    return tag, start, start + length, start + length


def _end_of_open(content: bytes, place: int, depth: int) -> int:
    """Of a content without a length: where its two zeros stand."""
    while content[place : place + 2] != b"\0\0":
        place = _bounds(content, place, depth + 1)[3]
    return place
