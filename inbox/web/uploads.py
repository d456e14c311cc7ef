"""Files that people put up: read within a limit, and typed by their bytes where it matters."""

import re
import unicodedata
from dataclasses import dataclass

from aiohttp import BodyPartReader

from inbox.errors import Invalid
from inbox.i18n import Phrase

LONGEST_NAME = 120
PLAIN_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")
CARDS = {"application/pdf", "text/vcard", "text/x-vcard"}  # shown as what they are elsewhere
BINARY = "application/octet-stream"
SAFE_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
SOUNDS = (
    "audio/webm", "audio/ogg", "audio/mp4", "audio/mpeg", "audio/aac", "audio/wav", "audio/x-wav",
    "audio/x-m4a", "audio/amr",
)  # fmt: skip
RISKY = ("html", "xml", "svg", "script", "flash", "mhtml", "message/", "multipart/")


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    content_type: str
    content: bytes


async def read_upload(part: BodyPartReader, limit: int) -> Upload:
    """Raises Invalid as soon as the file is larger than `limit` bytes, or when it is empty."""
    content = bytearray()
    while chunk := await part.read_chunk():
        content += chunk
        if len(content) > limit:
            raise Invalid(
                fields={
                    "files": Phrase(
                        "A file may have %(most)d MB at most.", most=limit // 1024 // 1024
                    )
                }
            )
    if not content:
        raise Invalid(fields={"files": "This file is empty."})
    claimed = part.headers.get("Content-Type", "")
    body = bytes(content)
    return Upload(safe_name(part.filename or ""), content_type(body, claimed), body)


def content_type(content: bytes, claimed: str) -> str:
    """An image only if its bytes are one; nothing that a browser would run."""
    if found := image_type(content):
        return found
    plain = claimed.partition(";")[0].strip().lower()
    if not PLAIN_TYPE.fullmatch(plain) or plain.startswith("image/"):
        return BINARY
    return BINARY if any(word in plain for word in RISKY) else plain


def safe_name(name: str) -> str:
    """The last part of a path, without what could hide its ending or break a header."""
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(c for c in base if unicodedata.category(c)[0] != "C").strip(" .")
    if len(shown) > LONGEST_NAME:
        stem, dot, ending = shown.rpartition(".")
        shown = f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}"[:LONGEST_NAME]
    return shown or "file"


def image_type(content: bytes) -> str:
    """What the bytes themselves say, for the kinds that are shown; else empty."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return ""
