"""Signatures on JSON in both directions: HMAC-SHA256 over the time and the body."""

import hashlib
import hmac

from inbox import clock
from inbox.channels.base import BadSignature

HEADER = "X-Inbox-Signature"
TOLERANCE_SECONDS = 300


def signature(secret: str, body: bytes) -> str:
    """The header's value, for now: `t=<unix seconds>,v1=<hex digits>`."""
    seconds = int(clock.now().timestamp())
    return f"t={seconds},v1={_digest(secret, str(seconds), body)}"


def verify(secret: str, body: bytes, given: str) -> None:
    """Raises BadSignature with what to do about it."""
    parts = dict(part.strip().partition("=")[::2] for part in given.split(","))
    seconds = parts.get("t", "")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
        raise BadSignature(f"{HEADER} is missing or not of the form t=…,v1=….")
    expected = _digest(secret, seconds, body)
    if not secret or not hmac.compare_digest(expected.encode(), parts.get("v1", "").encode()):
        raise BadSignature(f"{HEADER} is wrong. Sign “t.body” with the inbox's secret.")
    if abs(clock.now().timestamp() - int(seconds)) > TOLERANCE_SECONDS:
        raise BadSignature(f"{HEADER} is older than five minutes. Sign anew, and check the clock.")


def _digest(secret: str, seconds: str, body: bytes) -> str:
    return hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
