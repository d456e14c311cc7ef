"""What Outlook wraps in winmail.dat, taken out of it (MS-OXTNEF)."""

import mimetypes
from dataclasses import dataclass, field

from inbox.channels.email.charsets import decode
from inbox.envelope import FilePart

KINDS = {"application/ms-tnef", "application/vnd.ms-tnef"}
FILE_LIMIT = 200


@dataclass(slots=True)
class Unwrapped:
    text: str = ""
    html: str = ""
    files: list[FilePart] = field(default_factory=list)


def is_tnef(kind: str, name: str) -> bool:
    return kind in KINDS or name.lower() == "winmail.dat"


def unwrap(content: bytes) -> Unwrapped | None:
    """None if it can't be read, or nothing is in it."""
    import tnefparse  # noqa: PLC0415 - hardly any mail needs it

    try:
        wrapped = tnefparse.TNEF(content)
        files = [_file(one) for one in wrapped.attachments[:FILE_LIMIT] if one.data is not None]
        found = Unwrapped(_string(wrapped.body), _string(wrapped.htmlbody), files)
    except Exception:  # noqa: BLE001 - whatever a hostile file makes the library raise
        return None
    return found if found.files or found.text.strip() or found.html.strip() else None


def _file(attachment: object) -> FilePart:
    name = str(attachment.long_filename() or attachment.name or "").strip("\0 ")  # type: ignore[attr-defined]
    kind, _ = mimetypes.guess_type(name)
    return FilePart(
        name=name or "attachment.bin",
        content_type=kind or "application/octet-stream",
        content=bytes(attachment.data),  # type: ignore[attr-defined]
    )


def _string(value: object) -> str:
    if isinstance(value, bytes):
        return decode(value)
    return str(value or "").replace("\0", "").replace("\r\n", "\n")
