"""Sending by SMTP, with an honest answer about what became of the mail."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPTimeoutError,
)

from inbox.channels.base import (
    Account,
    LoginRefused,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
)
from inbox.channels.email.connecting import connect, tls
from inbox.channels.email.settings import EmailSettings
from inbox.channels.email.sign_in import SignIn

COMMAND_SECONDS = 60
DATA_SECONDS = 300  # RFC 5321 asks for ten minutes after the dot; a repeat is recognised
SLOWEST_UPLINK = 40 * 1024  # bytes a second, which the content may take on top

_PLAIN = {
    "421": "The mail server is busy or shutting down",
    "450": "The mailbox can't be reached at the moment",
    "451": "The mail server asks to try again later",
    "452": "The mailbox or the server has no space at the moment",
    "530": "The mail server wants a login",
    "535": "The mail server does not accept the user name or password",
    "550": "There is no such mailbox, or it takes no mail from us",
    "551": "There is no such mailbox here",
    "552": "The mailbox is full or the mail is too large",
    "553": "The address is not possible",
    "554": "The mail was refused",
}


async def send(
    account: Account,
    recipients: Sequence[str],
    content: bytes,
    *,
    utf8: bool = False,
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Recipients that were refused for good, and for now, with why; at least one was not."""
    async with _connection(account) as client:
        try:
            refused = await _open(client, account.settings.email, recipients, utf8=utf8)
        except (SMTPException, OSError) as error:
            raise _failure(error) from None
        await _hand_over(client, content)
        final = {who: _explain(error) for who, error in refused.items() if error.code // 100 == 5}
        later = {who: _explain(error) for who, error in refused.items() if who not in final}
        return final, later


async def check_login(account: Account) -> None:
    """Raises LoginRefused, TemporaryFailure or PermanentFailure."""
    async with _connection(account):
        pass


@asynccontextmanager
async def _connection(account: Account) -> AsyncIterator[aiosmtplib.SMTP]:
    """One client for one mail: never used twice, never upgraded by chance."""
    settings: EmailSettings = account.settings
    sock = await connect(settings.smtp_host, settings.smtp_port, account.private_hosts)
    client = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        sock=sock,
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",
        tls_context=None if settings.smtp_security == "none" else tls(),
        local_hostname=settings.email.rpartition("@")[2].encode("idna").decode(),
        timeout=COMMAND_SECONDS,
    )
    try:
        try:
            await client.connect()
            await _login(client, settings, SignIn.of(account))
        except (SMTPException, OSError, ValueError) as error:
            raise _failure(error) from None
        yield client
        await _quit(client)
    finally:
        client.close()
        sock.close()


async def _login(client: aiosmtplib.SMTP, settings: EmailSettings, sign_in: SignIn | None) -> None:
    if not sign_in:
        if settings.smtp_user:
            await client.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        return
    user, token = settings.smtp_user or settings.email, await sign_in.token()
    try:
        await client.auth_xoauth2(user, token)
    except SMTPAuthenticationError as error:
        if error.code // 100 != 5:
            raise
        await _show_another(client, user, await sign_in.token(refused=token))


async def _show_another(client: aiosmtplib.SMTP, user: str, token: str) -> None:
    """Once, since a provider may take a token back before its time."""
    try:
        await client.auth_xoauth2(user, token)
    except SMTPAuthenticationError as error:
        if error.code // 100 != 5:
            raise
        said = " ".join(str(error.message).split())[:300]
        raise LoginRefused(
            f"The mail server does not accept the sign-in of {user} ({error.code} {said})."
        ) from None


async def _open(
    client: aiosmtplib.SMTP, sender: str, recipients: Sequence[str], *, utf8: bool
) -> dict[str, SMTPRecipientRefused]:
    """MAIL and RCPT; raises if nobody is left to send to."""
    encoding, options = ("utf-8", ["SMTPUTF8"]) if utf8 else ("ascii", [])
    if utf8 and not client.supports_extension("smtputf8"):
        raise PermanentFailure(
            "The mail server can't send to addresses with letters outside of ASCII (SMTPUTF8)."
        )
    await client.mail(sender, options=options, encoding=encoding)
    refusals: dict[str, SMTPRecipientRefused] = {}
    for recipient in recipients:
        try:
            await client.rcpt(recipient, encoding=encoding)
        except SMTPRecipientRefused as error:
            refusals[recipient] = error
    if len(refusals) == len(recipients):
        # one that may still be taken decides: it is worth another try
        raise min(refusals.values(), key=lambda refusal: refusal.code)
    return refusals


async def _hand_over(client: aiosmtplib.SMTP, content: bytes) -> None:
    """Once the content is on its way, only the server knows what it has."""
    seconds = DATA_SECONDS + len(content) / SLOWEST_UPLINK
    try:
        async with asyncio.timeout(seconds):
            await client.data(content, timeout=seconds)
    except SMTPResponseException as error:
        raise _failure(error) from None
    except (SMTPException, OSError, TimeoutError):
        raise OutcomeUnknown(
            "The connection to the mail server broke after the mail was handed over and before"
            " the server confirmed it."
        ) from None


async def _quit(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit(timeout=5)
    except (SMTPException, OSError, TimeoutError):
        return  # the mail is out; how the goodbye went does not matter


def _failure(error: Exception) -> Exception:
    if isinstance(error, SMTPAuthenticationError) and error.code // 100 == 5:
        return LoginRefused(_explain(error))
    if isinstance(error, SMTPResponseException):
        kind = PermanentFailure if error.code // 100 == 5 else TemporaryFailure
        return kind(_explain(error), code=str(error.code))
    if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE" in str(error).upper():
        return TemporaryFailure(f"The certificate of the mail server is not valid: {error}.")
    if isinstance(error, SMTPTimeoutError | TimeoutError):
        return TemporaryFailure("The mail server does not answer in time.")
    if "starttls" in str(error).lower():
        return TemporaryFailure(
            "The mail server offers no encryption (STARTTLS), so no password was sent to it."
        )
    return TemporaryFailure(f"The connection to the mail server failed: {error}.")


def _explain(error: SMTPResponseException) -> str:
    plain = _PLAIN.get(str(error.code), "The mail server refused")
    return f"{plain} ({error.code} {' '.join(str(error.message).split())[:300]})."
