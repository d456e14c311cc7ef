"""Signed and encrypted parts (RFC 3156, RFC 8551, RFC 9580): said to be so, and never checked."""

from collections.abc import Mapping
from typing import Any

from inbox.channels.email.cms import content_kind
from inbox.channels.email.tnef import is_tnef
from inbox.envelope import FilePart

_BY_TYPE = {
    "application/pgp-signature": "pgp_signature",
    "application/pgp-keys": "pgp_key",
    "application/pkcs7-signature": "smime_signature",
    "application/x-pkcs7-signature": "smime_signature",
}
_BY_ARMOUR = {
    b"-----BEGIN PGP MESSAGE-----": "pgp_encrypted",
    b"-----BEGIN PGP SIGNATURE-----": "pgp_signature",
    b"-----BEGIN PGP PUBLIC KEY BLOCK-----": "pgp_key",
}
_CMS = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_BY_CONTENT = {
    "signed": "smime_signed",
    "enveloped": "smime_encrypted",
    "compressed": "smime_compressed",
}


def seal_card(file: FilePart) -> Mapping[str, Any]:
    how = _how(file)
    return {"kind": "seal", "how": how} if how else {}


def _how(file: FilePart) -> str:
    content = file.content or b""
    beginning = content[:200].lstrip()
    for armour, how in _BY_ARMOUR.items():
        if beginning.startswith(armour):
            return how
    if file.content_type in _CMS or file.name.lower().endswith(".p7m"):
        return _BY_CONTENT.get(content_kind(content), "")
    if is_tnef(file.content_type, file.name):
        return "tnef"  # one that could be read is not here any more
    return _BY_TYPE.get(file.content_type, "")
