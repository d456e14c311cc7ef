"""Signed addresses under which a provider fetches a file that we send, for some days."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from inbox import clock

LASTS = timedelta(days=4)  # longer than anything is tried


def make(key: bytes, attachment_id: str) -> str:
    """The token: the file's id, until when, and our signature."""
    until = int((clock.now() + LASTS).timestamp())
    return f"{attachment_id}.{until}.{_sign(key, attachment_id, until)}"


def read(key: bytes, token: str) -> str | None:
    """The file's id; None for what is not ours or not valid any more."""
    attachment_id, _, rest = token.partition(".")
    until, _, signature = rest.partition(".")
    if not (until.isascii() and until.isdigit()):
        return None
    expected = _sign(key, attachment_id, int(until))
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        return None
    return attachment_id if clock.now() < datetime.fromtimestamp(int(until), UTC) else None


def _sign(key: bytes, attachment_id: str, until: int) -> str:
    text = f"media:{attachment_id}:{until}".encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest()
