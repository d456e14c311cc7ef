"""What an IMAP server's refusal of a login means, and whether a person has to act."""

import re

from inbox.channels.base import LoginRefused, TemporaryFailure
from inbox.i18n import N_, Phrase

BUSY = N_("The mail server takes no more logins just now: %(said)s")
REFUSED = N_("The mail server does not accept the user name or password: %(said)s")
NOT_SIGNED_IN = N_("The mail server does not accept the sign-in of %(user)s: %(said)s")

_BUSY = re.compile(
    r"unavailable|limit|in ?use|too many|maximum number|try again|temporar", re.IGNORECASE
)


def is_busy(said: str) -> bool:
    return bool(_BUSY.search(said))


def login_failure(said: str, user: str) -> LoginRefused | TemporaryFailure:
    """`user` is whose token the server was shown; empty for a password."""
    if is_busy(said):
        return TemporaryFailure(Phrase(BUSY, said=said))
    if user:
        return LoginRefused(Phrase(NOT_SIGNED_IN, user=user, said=said))
    return LoginRefused(Phrase(REFUSED, said=said))
