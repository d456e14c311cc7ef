"""The console: prints instead of sending, for development without any account."""

import hashlib
from collections.abc import Sequence
from typing import ClassVar

import click

from inbox.channels.base import (
    Account,
    Capabilities,
    ChannelSettings,
    Checked,
    PermanentFailure,
    Unparsable,
)
from inbox.channels.reading import without_nul
from inbox.envelope import (
    Address,
    AddressKind,
    FilePart,
    Inbound,
    InboundEnvelope,
    OutboundEnvelope,
    RawItem,
    Receipt,
)
from inbox.i18n import Phrase

__all__ = ["ConsoleChannel", "ConsoleSettings"]

SOMEBODY = "console"


class ConsoleSettings(ChannelSettings):
    """There is nothing to set."""


class ConsoleChannel:
    name: ClassVar[str] = "console"
    label: ClassVar[str] = "Console"
    icon: ClassVar[str] = "terminal"
    capabilities: ClassVar[Capabilities] = Capabilities(
        repeatable=True, address_kind=AddressKind.EXTERNAL
    )
    settings_model: ClassVar[type[ChannelSettings]] = ConsoleSettings

    def __init__(self, account: Account) -> None:
        self.account = account

    def address(self) -> str:
        return ""

    def parse(self, raw: RawItem) -> Sequence[Inbound]:
        """Plain text from one person, as if typed at the console."""
        try:
            text = without_nul(raw.content.decode())
        except UnicodeDecodeError as error:
            raise Unparsable("This is not text in UTF-8.") from error
        if not text.strip():
            raise Unparsable("This is empty.")
        return [
            InboundEnvelope(
                external_id=raw.external_id or hashlib.sha256(raw.content).hexdigest(),
                sender=Address(kind=AddressKind.EXTERNAL, value=SOMEBODY, name="Console"),
                thread=SOMEBODY,
                text=text,
            )
        ]

    async def fetch(self, part: FilePart) -> FilePart:
        raise PermanentFailure(
            Phrase("The console holds no files, so not %(name)s either.", name=part.name)
        )

    async def send(self, envelope: OutboundEnvelope) -> Receipt:
        click.echo(f"── {self.account.name} to {envelope.recipient.value}")
        for line in (envelope.subject, envelope.text, *(file.name for file in envelope.files)):
            if line:
                click.echo(line)
        return Receipt(provider_id=envelope.delivery_id)

    async def check(self) -> Checked:
        return Checked(ok=True, explanation="Messages are printed where Inbox was started.")

    async def close(self) -> None:
        """Nothing is held open."""
