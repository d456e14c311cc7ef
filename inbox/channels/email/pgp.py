"""PGP within the text (RFC 9580, 6.2 and 7): what was signed is read, what is sealed is a file."""

import re

from inbox.envelope import FilePart

SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
BLOCKS_LIMIT = 20

_BEGIN = re.compile(
    r"^-----BEGIN PGP (MESSAGE|SIGNATURE|PUBLIC KEY BLOCK)-----[ \t]*$", re.MULTILINE
)
_SIGNED_HEAD = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Za-z-]+: [^\n]*\n){0,20}[ \t]*\n",
    re.MULTILINE,
)
_DASHES = re.compile(r"^- (?=-)", re.MULTILINE)
_NAMES = {
    "MESSAGE": ("encrypted.asc", "application/pgp-encrypted"),
    "SIGNATURE": ("signature.asc", "application/pgp-signature"),
    "PUBLIC KEY BLOCK": ("key.asc", "application/pgp-keys"),
}


def take_out(text: str) -> tuple[str, list[FilePart]]:
    """The text without armour, and each armoured block as a file."""
    if "-----BEGIN PGP " not in text:
        return text, []
    text, heads = _SIGNED_HEAD.subn("", text)
    if heads:
        text = _DASHES.sub("", text)
    kept, files, place = [], [], 0
    for found in list(_BEGIN.finditer(text))[:BLOCKS_LIMIT]:
        end = text.find(f"-----END PGP {found.group(1)}-----", found.end())
        if end < 0 or found.start() < place:
            continue
        end = text.find("-----", end + 5) + 5
        name, kind = _NAMES[found.group(1)]
        armoured = text[found.start() : end].encode("utf-8", "replace")
        files.append(FilePart(name=name, content_type=kind, content=armoured))
        kept.append(text[place : found.start()])
        place = end
    return "".join([*kept, text[place:]]).strip("\n") if files or heads else text, files
