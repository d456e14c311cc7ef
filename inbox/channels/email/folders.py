"""Names of IMAP folders on the wire: modified UTF-7, in quotes (RFC 3501, 5.1.3)."""

import base64
import re

_OUTSIDE = re.compile(r"[^\x20-\x7e]+")


_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")


def wire_name(folder: str) -> str:
    """`Kunden über` as `Kunden &APw-ber`."""
    return _OUTSIDE.sub(_encode, folder.replace("&", "&-"))


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def read_name(wire: str) -> str:
    """The other way round, with or without quotes."""
    if wire.startswith('"') and wire.endswith('"'):
        wire = re.sub(r"\\(.)", r"\1", wire[1:-1])
    return _SHIFTED.sub(_decode, wire)


def _decode(match: re.Match[str]) -> str:
    packed = match.group(1)
    if not packed:
        return "&"
    padded = packed.replace(",", "/") + "=" * (-len(packed) % 4)
    return base64.b64decode(padded).decode("utf-16-be", "replace")


def _encode(match: re.Match[str]) -> str:
    packed = base64.b64encode(match.group().encode("utf-16-be")).decode()
    return "&" + packed.rstrip("=").replace("/", ",") + "-"
