"""A channel for tests: remembers what was sent, and fails as it is told."""

from collections import deque
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from inbox.channels.base import Account, Capabilities, ChannelSettings, Checked, PermanentFailure
from inbox.channels.reading import Line, Reading, Text, understand
from inbox.envelope import (
    Address,
    FilePart,
    Inbound,
    InboundEnvelope,
    OutboundEnvelope,
    RawItem,
    Receipt,
)


class FakeSettings(ChannelSettings):
    """There is nothing to set."""


class FakeMessage(Reading):
    """`{"id": "1", "sender": "anna", "text": "Hello"}` is a whole message."""

    id: Line = Field(min_length=1)
    sender: Line = Field(min_length=1)
    text: Text


class FakeChannel:
    """`failures` are raised by the next sends, in order; `files` are what `fetch` finds."""

    name: ClassVar[str] = "fake"
    label: ClassVar[str] = "Fake"
    icon: ClassVar[str] = "flask"
    capabilities: ClassVar[Capabilities] = Capabilities()
    settings_model: ClassVar[type[ChannelSettings]] = FakeSettings

    def __init__(self, account: Account) -> None:
        self.account = account
        self.sent: list[OutboundEnvelope] = []
        self.failures: deque[Exception] = deque()
        self.files: dict[str, bytes] = {}
        self.closed = False

    def address(self) -> str:
        return "fake"

    def parse(self, raw: RawItem) -> Sequence[Inbound]:
        message = understand(FakeMessage, raw.content)
        return [
            InboundEnvelope(
                external_id=message.id,
                sender=Address(kind=self.capabilities.address_kind, value=message.sender),
                thread=message.sender,
                text=message.text,
            )
        ]

    async def fetch(self, part: FilePart) -> FilePart:
        if part.remote not in self.files:
            raise PermanentFailure(f"There is no {part.remote}.")
        return FilePart(
            name=part.name, content_type=part.content_type, content=self.files[part.remote]
        )

    async def send(self, envelope: OutboundEnvelope) -> Receipt:
        if self.failures:
            raise self.failures.popleft()
        self.sent.append(envelope)
        return Receipt(provider_id=f"fake-{len(self.sent)}")

    async def check(self) -> Checked:
        return Checked(ok=not self.failures, explanation="It is only a test.")

    async def close(self) -> None:
        self.closed = True
