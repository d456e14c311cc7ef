"""E-mail: fetched by IMAP, sent by SMTP."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from inbox.channels.base import (
    Account,
    Capabilities,
    ChannelError,
    ChannelSettings,
    Checked,
    Known,
    LoginRefused,
    PermanentFailure,
    Record,
    Tokens,
    Unparsable,
)
from inbox.channels.email import comparing, imap, smtp
from inbox.channels.email.compose import compose, needs_utf8, recipients
from inbox.channels.email.mailbox import Mailbox
from inbox.channels.email.reading import LOOKED_AT_LIMIT, extract, read_large, read_mail
from inbox.channels.email.settings import EmailSettings
from inbox.channels.email.sign_in import SignIn
from inbox.channels.email.translate import to_envelope
from inbox.envelope import FilePart, Inbound, OutboundEnvelope, RawItem, Receipt
from inbox.errors import message_of
from inbox.i18n import N_, Phrase, sentences

__all__ = ["EmailChannel"]

# the work of building a mail of this size is felt by everybody else on the loop
COMPOSE_IN_THREAD_BYTES = 256 * 1024


class EmailChannel:
    """One mailbox."""

    name: ClassVar[str] = "email"
    label: ClassVar[str] = "E-mail"
    icon: ClassVar[str] = "mail"
    capabilities: ClassVar[Capabilities] = Capabilities(
        html=True, subject=True, copies=True, repeatable=True, address_kind="email"
    )
    settings_model: ClassVar[type[ChannelSettings]] = EmailSettings

    def __init__(self, account: Account) -> None:
        self._account = account
        self._settings: EmailSettings = account.settings
        self._spool = account.spool
        self._sign_in = SignIn.of(account)
        self._doubts: imap.Doubts = Counter()

    def address(self) -> str:
        return self._settings.email

    def parse(self, raw: RawItem) -> Sequence[Inbound]:
        """Whatever comes gives a message; only nothing at all is unparsable."""
        if imap.UNREADABLE in raw.meta:
            raise Unparsable(raw.meta[imap.UNREADABLE])
        if raw.spooled:
            return [to_envelope(read_large(raw.spooled.path, self._spool), raw, self._settings)]
        if not raw.content.strip():
            raise Unparsable("This mail is empty.")
        return [to_envelope(read_mail(raw.content), raw, self._settings)]

    def extract(self, raw: RawItem) -> Sequence[Inbound]:
        """For a mail that is too much for `parse`: its head, and the beginning of its text."""
        content = raw.content
        if raw.spooled:
            with raw.spooled.path.open("rb") as file:
                content = file.read(LOOKED_AT_LIMIT)
        return [to_envelope(extract(content), raw, self._settings)]

    async def fetch(self, part: FilePart) -> FilePart:
        return part

    async def send(self, envelope: OutboundEnvelope) -> Receipt:
        if not self._settings.smtp_host:
            raise PermanentFailure("No SMTP server is set for this inbox, so it can't send.")
        everyone = [
            one for one in recipients(envelope) if not envelope.only or one in envelope.only
        ]
        if sum(len(file.content or b"") for file in envelope.files) > COMPOSE_IN_THREAD_BYTES:
            content = await asyncio.to_thread(compose, envelope, self._settings)
        else:
            content = compose(envelope, self._settings)
        utf8 = needs_utf8(envelope, self._settings)
        outcome = await smtp.send(self._account, everyone, content, utf8=utf8)
        return Receipt(
            provider_id=envelope.message_id,
            refused=outcome.refused,
            later=outcome.later,
            dead=tuple(outcome.dead),
        )

    async def check(self) -> Checked:
        said: list[str] = []
        try:
            if self._settings.imap_host:
                mailbox = await Mailbox.open(self._account)
                await mailbox.close()
                said.append(
                    Phrase("The folder “%(name)s” can be read.", name=self._settings.imap_folder)
                )
            if self._settings.smtp_host:
                await smtp.check_login(self._account)
                said.append(N_("Mail can be sent."))
        except LoginRefused as error:
            return Checked(
                ok=False, explanation=sentences(*said, message_of(error)), needs_login=True
            )
        except ChannelError as error:
            return Checked(ok=False, explanation=sentences(*said, message_of(error)))
        nothing = N_("Neither an IMAP nor an SMTP server is set.")
        return Checked(ok=bool(said), explanation=sentences(*said) or nothing)

    def listens(self) -> bool:
        return bool(self._settings.imap_host)

    async def listen(self, checkpoint: Mapping[str, Any], record: Record) -> None:
        mailbox = await Mailbox.open(self._account)
        await imap.listen(mailbox, self._settings, checkpoint, record, self._doubts)

    async def compare(self, checkpoint: Mapping[str, Any], known: Known, record: Record) -> int:
        mailbox = await Mailbox.open(self._account)
        settings, doubts = self._settings, self._doubts
        return await comparing.compare(mailbox, settings, checkpoint, known, record, doubts)

    def provider(self) -> str:
        return self._sign_in.provider.name if self._sign_in else ""

    def sign_in_url(self, back: str, state: str, verifier: str) -> str:
        assert self._sign_in
        return self._sign_in.url(back, state, verifier)

    async def signed_in(self, back: str, code: str, verifier: str) -> Tokens:
        assert self._sign_in
        return await self._sign_in.exchange(back, code, verifier)

    async def close(self) -> None:
        """Each connection ends with the work it was opened for."""
