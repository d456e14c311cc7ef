"""What an SMTP server's refusal means, in words that a person can act on."""

import re
import ssl
from collections.abc import Sequence

from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPResponseException,
    SMTPStatus,
    SMTPTimeoutError,
)

from inbox.channels.base import LoginRefused, PermanentFailure, TemporaryFailure
from inbox.i18n import N_, Phrase

TEXT_LIMIT = 300

_PLAIN = {
    "421": N_("The mail server is busy or shutting down"),
    "450": N_("The mailbox can't be reached at the moment"),
    "451": N_("The mail server asks to try again later"),
    "452": N_("The mailbox or the server has no space at the moment"),
    "530": N_("The mail server wants a login"),
    "535": N_("The mail server does not accept the user name or password"),
    "550": N_("There is no such mailbox, or it takes no mail from us"),
    "551": N_("There is no such mailbox here"),
    "552": N_("The mailbox is full or the mail is too large"),
    "553": N_("The address is not possible"),
    "554": N_("The mail was refused"),
}
# RFC 3463: bad destination, by mailbox, system or syntax; and mailbox disabled
_DEAD_STATUS = re.compile(r"(?<![\d.])5\.(?:1\.(?:1|2|3|6|10)|2\.1)(?![\d.])")
_STATUS = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])")
_DEAD_WORDS = re.compile(
    r"no such|unknown (?:user|recipient|address|mailbox)|(?:user|recipient|mailbox) unknown"
    r"|does(?: not|n't) exist|not found|invalid (?:recipient|mailbox)|no mailbox",
    re.IGNORECASE,
)


def failure(
    error: Exception, lost: type[TemporaryFailure], dead: Sequence[str] = ()
) -> TemporaryFailure | PermanentFailure | LoginRefused:
    """`lost` is what it means where the server gave no answer at all."""
    if isinstance(error, SMTPResponseException):
        return _answered(error, lost, dead)
    if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE" in str(error).upper():
        return lost(
            Phrase(
                "The certificate of the mail server is not valid: %(problem)s.", problem=str(error)
            )
        )
    if isinstance(error, SMTPTimeoutError | TimeoutError):
        return lost(N_("The mail server does not answer in time."))
    if "starttls" in str(error).lower():
        return lost(
            N_("The mail server offers no encryption (STARTTLS), so no password was sent to it.")
        )
    return lost(
        Phrase("The connection to the mail server failed: %(problem)s.", problem=str(error))
    )


def _answered(
    error: SMTPResponseException, lost: type[TemporaryFailure], dead: Sequence[str]
) -> TemporaryFailure | PermanentFailure | LoginRefused:
    if error.code // 100 == 5:
        if isinstance(error, SMTPAuthenticationError):
            return LoginRefused(explain(error))
        return PermanentFailure(explain(error), code=str(error.code), dead=dead)
    kind = lost if error.code == SMTPStatus.domain_unavailable else TemporaryFailure
    return kind(explain(error), code=str(error.code))


def is_dead(error: SMTPResponseException) -> bool:
    """Whether it says that there is no such address; a refusal of us says nothing about it."""
    if error.code // 100 != 5:
        return False
    text = str(error.message)
    if _STATUS.search(text):
        return bool(_DEAD_STATUS.search(text))
    return error.code in (550, 551, 553) and bool(_DEAD_WORDS.search(text))


def explain(error: SMTPResponseException) -> str:
    plain = _PLAIN.get(str(error.code), N_("The mail server refused"))
    said = f"{error.code} {' '.join(str(error.message).split())[:TEXT_LIMIT]}"
    return Phrase("%(what)s (%(said)s).", what=Phrase.of(plain), said=said)
