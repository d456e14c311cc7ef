"""Signatures on JSON in both directions: HMAC-SHA256 over the time and the body."""

import hashlib
import hmac

from inbox import clock
from inbox.channels.base import BadSignature
from inbox.i18n import Phrase

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
        raise BadSignature(
            Phrase("%(header)s is missing or not of the form t=…,v1=….", header=HEADER)
        )
    expected = _digest(secret, seconds, body)
    if not secret or not hmac.compare_digest(expected.encode(), parts.get("v1", "").encode()):
        raise BadSignature(
            Phrase("%(header)s is wrong. Sign “t.body” with the inbox's secret.", header=HEADER)
        )
    if abs(clock.now().timestamp() - int(seconds)) > TOLERANCE_SECONDS:
        raise BadSignature(
            Phrase(
                "%(header)s is older than five minutes. Sign anew, and check the clock.",
                header=HEADER,
            )
        )


def _digest(secret: str, seconds: str, body: bytes) -> str:
    return hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
