"""Names of IMAP folders on the wire: modified UTF-7, in quotes (RFC 3501, 5.1.3)."""

import base64
import re

_OUTSIDE = re.compile(r"[^\x20-\x7e]+")


def wire_name(folder: str) -> str:
    """`Kunden über` as `Kunden &APw-ber`."""
    return _OUTSIDE.sub(_encode, folder.replace("&", "&-"))


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _encode(match: re.Match[str]) -> str:
    packed = base64.b64encode(match.group().encode("utf-16-be")).decode()
    return "&" + packed.rstrip("=").replace("/", ",") + "-"
