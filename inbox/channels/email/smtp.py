"""Sending by SMTP, with an honest answer about what became of the mail."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from inbox.channels.base import (
    Account,
    ChannelError,
    LoginRefused,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
    Unreachable,
)
from inbox.channels.email.connecting import connect, tls
from inbox.channels.email.imap_refusals import NOT_SIGNED_IN
from inbox.channels.email.refusals import TEXT_LIMIT, explain, failure, is_dead
from inbox.channels.email.settings import EmailSettings
from inbox.channels.email.sign_in import SignIn
from inbox.i18n import Phrase

COMMAND_SECONDS = 60
OPENING_SECONDS = 120  # for all that comes before the content, however slowly each answer drips
DATA_SECONDS = 300  # RFC 5321 asks for ten minutes after the dot; a repeat is recognised
SLOWEST_UPLINK = 40 * 1024  # bytes a second, which the content may take on top
AT_ONCE = 100  # RFC 5321, 4.5.3.1.8: the number of recipients that every server has to take

_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(slots=True)
class Outcome:
    """Recipients that were refused for good, and for now, with why; `dead` do not exist."""

    refused: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)
    dead: list[str] = field(default_factory=list)


async def send(
    account: Account,
    recipients: Sequence[str],
    content: bytes,
    *,
    utf8: bool = False,
) -> Outcome:
    """To a hundred at a time; once the first of them have it, what breaks is later's business."""
    groups = [recipients[at : at + AT_ONCE] for at in range(0, len(recipients), AT_ONCE)]
    outcome = Outcome()
    for number, group in enumerate(groups):
        try:
            await _send(account, group, content, outcome, utf8=utf8)
        except PermanentFailure as error:
            if len(groups) == 1:
                raise
            outcome.refused |= dict.fromkeys(group, str(error))
            outcome.dead += error.dead
        except ChannelError as error:
            if number == 0:
                raise
            rest = [who for group in groups[number:] for who in group]
            outcome.later |= dict.fromkeys(rest, str(error))
            break
    if len(outcome.refused) == len(recipients):
        raise PermanentFailure(next(iter(outcome.refused.values())), dead=outcome.dead)
    return outcome


async def check_login(account: Account) -> None:
    """Raises LoginRefused, TemporaryFailure or PermanentFailure."""
    try:
        async with asyncio.timeout(OPENING_SECONDS), _connection(account):
            pass
    except TimeoutError:
        raise _too_slow() from None


async def _send(
    account: Account,
    recipients: Sequence[str],
    content: bytes,
    outcome: Outcome,
    *,
    utf8: bool,
) -> None:
    is_open = False
    try:
        async with (
            asyncio.timeout(OPENING_SECONDS) as limit,
            _connection(account) as client,
        ):
            refused = await _open(client, account.settings.email, recipients, utf8=utf8)
            limit.reschedule(None)
            is_open = True
            await _hand_over(client, content)
    except TimeoutError:
        if is_open:
            raise
        raise _too_slow() from None
    final = {who: error for who, error in refused.items() if error.code // 100 == 5}
    outcome.refused |= {who: explain(error) for who, error in final.items()}
    outcome.dead += [who for who, error in final.items() if is_dead(error)]
    outcome.later |= {who: explain(refused[who]) for who in refused.keys() - final.keys()}


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
            raise failure(error, Unreachable) from None
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
        said = " ".join(str(error.message).split())[:TEXT_LIMIT]
        told = Phrase(NOT_SIGNED_IN, user=user, said=f"{error.code} {said}")
        raise LoginRefused(told) from None


async def _open(
    client: aiosmtplib.SMTP, sender: str, recipients: Sequence[str], *, utf8: bool
) -> Mapping[str, SMTPRecipientRefused]:
    """MAIL, RCPT and DATA; raises if nobody is left to send to, or nothing is taken."""
    encoding, options = ("utf-8", ["SMTPUTF8"]) if utf8 else ("ascii", [])
    if utf8 and not client.supports_extension("smtputf8"):
        raise PermanentFailure(
            "The mail server can't send to addresses with letters outside of ASCII (SMTPUTF8)."
        )
    refusals: dict[str, SMTPRecipientRefused] = {}
    try:
        await client.mail(sender, options=options, encoding=encoding)
        for recipient in recipients:
            try:
                await client.rcpt(recipient, encoding=encoding)
            except SMTPRecipientRefused as error:
                refusals[recipient] = error
        if len(refusals) == len(recipients):
            # one that may still be taken decides: it is worth another try
            raise min(refusals.values(), key=lambda refusal: refusal.code)
        answer = await client.execute_command(b"DATA")
        if answer.code != aiosmtplib.SMTPStatus.start_input:
            raise SMTPResponseException(answer.code, answer.message)
    except (SMTPException, OSError) as error:
        dead = [who for who, refusal in refusals.items() if is_dead(refusal)]
        raise failure(error, TemporaryFailure, dead) from None
    return refusals


async def _hand_over(client: aiosmtplib.SMTP, content: bytes) -> None:
    """Once the content is on its way, only the server knows what it has."""
    seconds = DATA_SECONDS + len(content) / SLOWEST_UPLINK
    protocol = client.protocol
    try:
        if protocol is None:
            raise SMTPServerDisconnected("Connection lost")
        async with asyncio.timeout(seconds):
            protocol.write(_dotted(content))
            answer = await protocol.read_response(timeout=seconds)
        if answer.code != aiosmtplib.SMTPStatus.completed:
            raise SMTPResponseException(answer.code, answer.message)
    except SMTPResponseException as error:
        raise failure(error, TemporaryFailure) from None
    except (SMTPException, OSError, TimeoutError):
        raise OutcomeUnknown(
            "The connection to the mail server broke after the mail was handed over and before"
            " the server confirmed it."
        ) from None


def _dotted(content: bytes) -> bytes:
    """RFC 5321, 4.5.2: a line that begins with a dot gets another, and a dot alone ends it all.

    No line ends otherwise than with CR and LF, or one server's line is the next one's end.
    """
    lines = _LINE_END.sub(b"\r\n", content)
    end = b"" if lines.endswith(b"\r\n") else b"\r\n"
    return _DOT.sub(b"..", lines + end) + b".\r\n"


async def _quit(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit(timeout=5)
    except (SMTPException, OSError, TimeoutError):
        return  # the mail is out; how the goodbye went does not matter


def _too_slow() -> Unreachable:
    return Unreachable("The mail server is too slow to take a mail just now.")
