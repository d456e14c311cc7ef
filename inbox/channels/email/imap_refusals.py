"""What an IMAP server's refusal says, and whether a person has to act."""

import re
from typing import Any

from inbox.channels.base import LoginRefused, TemporaryFailure

TEXT_LIMIT = 300

_BUSY = re.compile(
    r"unavailable|limit|in ?use|too many|maximum number|try again|temporar", re.IGNORECASE
)


def said(answer: Any) -> str:
    """The last line of the library's answer."""
    return bytes(answer.lines[-1]).decode("utf-8", "replace")[:TEXT_LIMIT] if answer.lines else ""


def is_busy(text: str) -> bool:
    return bool(_BUSY.search(text))


def login_failure(text: str, what: str) -> LoginRefused | TemporaryFailure:
    """`what` is what the server was shown; empty for a password."""
    if is_busy(text):
        return TemporaryFailure(f"The mail server takes no more logins just now: {text}")
    what = what or "user name or password"
    return LoginRefused(f"The mail server does not accept the {what}: {text}")
