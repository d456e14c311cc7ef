"""Signed tokens in Message-IDs and plus addresses that lead an answer back to its conversation.

Mail systems may change the case of an address, so tokens are of lower-case letters and digits.
"""

import base64
import hashlib
import hmac
import re
import secrets

SIGNATURE_LENGTH = 16  # characters of 5 bits: 80 bits
NONCE_BYTES = 5
LOCAL_PART_LIMIT = 64  # RFC 5321

_MESSAGE_ID = re.compile(r"<?([0-9a-z]{1,32})\.([0-9a-z]{8})\.([0-9a-z]{16})@[^@\s<>]+>?")
_PLUS_TOKEN = re.compile(r"([0-9a-z]{1,32})-([0-9a-z]{16})")


def message_id(key: bytes, conversation: str, domain: str) -> str:
    """A new Message-ID, without brackets, that only the holder of `key` can make."""
    nonce = _letters(secrets.token_bytes(NONCE_BYTES))
    return f"{conversation}.{nonce}.{_sign(key, 'message', conversation, nonce)}@{domain}"


def read_message_id(key: bytes, found: str) -> str | None:
    """The conversation that `found` was made for; None if it is not ours."""
    match = _MESSAGE_ID.fullmatch(found.strip().lower())
    if not match:
        return None
    conversation, nonce, signature = match.groups()
    return _checked(conversation, signature, _sign(key, "message", conversation, nonce))


def plus_address(key: bytes, conversation: str, address: str) -> str:
    """`address` with a token; as it is where the token would make its local part too long."""
    local, _, domain = address.rpartition("@")
    marked = f"{local}+{conversation}-{_sign(key, 'plus', conversation)}"
    return f"{marked}@{domain}" if len(marked) <= LOCAL_PART_LIMIT else address


def read_plus_address(key: bytes, address: str) -> str | None:
    """The conversation whose token `address` carries; None if it carries none of ours."""
    return read_marker(key, token_of(address))


def token_of(address: str) -> str:
    """What stands where a token would, signed or not; empty if nothing like one does."""
    token = address.strip().lower().rpartition("@")[0].rpartition("+")[2]
    return token if _PLUS_TOKEN.fullmatch(token) else ""


def read_marker(key: bytes, token: str) -> str | None:
    """The same for a token alone, as it stands in `[ref:…]` at the end of a mail's text."""
    match = _PLUS_TOKEN.fullmatch(token.strip().lower())
    if not match:
        return None
    conversation, signature = match.groups()
    return _checked(conversation, signature, _sign(key, "plus", conversation))


def notice_id(key: bytes, notice: str, domain: str) -> str:
    """The Message-ID of a mail to an agent, which is no conversation's."""
    return f"{notice}.00000000.{_sign(key, 'notice id', notice)}@{domain}"


def notice_address(key: bytes, notice: str, address: str) -> str:
    """Where an agent answers to; as it is where it would be too long."""
    local, _, domain = address.rpartition("@")
    marked = f"{local}+{notice}-{_sign(key, 'notice', notice)}"
    return f"{marked}@{domain}" if len(marked) <= LOCAL_PART_LIMIT else address


def read_notice(key: bytes, found: str) -> str | None:
    """The notice whose token is in an address, in a Message-ID, or stands alone."""
    as_id = _MESSAGE_ID.fullmatch(found.strip().lower())
    if as_id:
        notice, _nonce, signature = as_id.groups()
        return _checked(notice, signature, _sign(key, "notice id", notice))
    alone = _PLUS_TOKEN.fullmatch(token_of(found) or found.strip().lower())
    if not alone:
        return None
    notice, signature = alone.groups()
    return _checked(notice, signature, _sign(key, "notice", notice))


def start_token(key: bytes, contact: str) -> str:
    """What follows `?start=` in a link to a Telegram bot that we give to this contact."""
    return f"{contact}-{_sign(key, 'start', contact)}"


def read_start_token(key: bytes, token: str) -> str | None:
    """The contact that it was made for; None if it is not ours."""
    match = _PLUS_TOKEN.fullmatch(token.strip())
    if not match:
        return None
    contact, signature = match.groups()
    return _checked(contact, signature, _sign(key, "start", contact))


def _checked(conversation: str, signature: str, right: str) -> str | None:
    return conversation if hmac.compare_digest(signature, right) else None


def _sign(key: bytes, *parts: str) -> str:
    return _letters(hmac.digest(key, "\0".join(parts).encode(), hashlib.sha256))[:SIGNATURE_LENGTH]


def _letters(content: bytes) -> str:
    return base64.b32encode(content).decode().lower().rstrip("=")
