"""Web chat: the visitor's side is our own widget, so the store itself is the mailbox."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from inbox.channels.base import (
    Account,
    Capabilities,
    ChannelSettings,
    Checked,
    PermanentFailure,
    Unparsable,
)
from inbox.channels.reading import (
    ADDRESS_LIMIT,
    Line,
    Reading,
    StoredFile,
    Text,
    phone_number,
    understand,
)
from inbox.channels.webchat.settings import WebchatSettings
from inbox.envelope import (
    Address,
    AddressKind,
    DeliveryReport,
    FilePart,
    Inbound,
    InboundEnvelope,
    OutboundEnvelope,
    Proof,
    RawItem,
    Receipt,
)
from inbox.i18n import Phrase

__all__ = ["WebchatChannel", "WebchatItem", "WebchatSettings"]


class Vouched(BaseModel):
    """Who the site says the visitor is, proven to us by its signature."""

    id: Line = Field(min_length=1)
    email: Line = ""
    name: Line = ""

    def addresses(self) -> tuple[Address, ...]:
        known = [Address(kind=AddressKind.EXTERNAL, value=self.id, name=self.name)]
        if self.email:
            known.append(Address(kind=AddressKind.EMAIL, value=self.email, name=self.name))
        return tuple(known)


class WebchatItem(Reading):
    """What the widget's server records: a message, or how far our messages came.

    `upto` is the id of the last message of ours that the visitor got or saw.
    """

    visitor: Line = Field(min_length=1)
    kind: Literal["message", "delivered", "read"] = "message"
    client_id: Line = ""
    text: Text = ""
    files: tuple[StoredFile, ...] = ()
    name: Line = ""
    email: Line = ""
    phone: Line = ""
    company: Line = ""
    city: Line = ""
    answers: dict[Line, Line] = Field(default_factory=dict)  # to the site's own questions
    shown: Text = ""  # the proactive message that they answer
    page: Text = ""
    language: Line = ""
    time_zone: Line = ""
    consent: Line = ""  # the version of the consent text that was agreed to
    upto: Line = Field("", validate_default=True)
    vouched: Vouched | None = None

    @field_validator("upto")
    @classmethod
    def reports_say_upto(cls, upto: str, info: ValidationInfo) -> str:
        if not upto and info.data.get("kind") in ("delivered", "read"):
            raise ValueError("a report must name the message up to which it speaks")
        return upto

    @property
    def external_id(self) -> str:
        """The browser's id, so that a repeat after a lost answer is the same message."""
        if self.kind == "message":
            return f"{self.visitor}:{self.client_id}"
        return f"{self.visitor}:{self.kind}:{self.upto}"

    @property
    def is_empty(self) -> bool:
        return not (self.client_id and (self.text.strip() or self.files))


class WebchatChannel:
    name: ClassVar[str] = "webchat"
    label: ClassVar[str] = "Web chat"
    icon: ClassVar[str] = "chat"
    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=10_000,
        agent_can_start=False,
        repeatable=True,
        address_kind=AddressKind.VISITOR,
    )
    settings_model: ClassVar[type[ChannelSettings]] = WebchatSettings

    def __init__(self, account: Account) -> None:
        self.account = account
        self.settings: WebchatSettings = account.settings

    def address(self) -> str:
        return self.settings.allowed_domains

    def parse(self, raw: RawItem) -> Sequence[Inbound]:
        item = understand(WebchatItem, raw.content)
        if item.kind != "message":
            return [DeliveryReport(provider_id=item.upto, state=item.kind)]
        if item.is_empty:
            raise Unparsable("A message needs a client_id, and a text or a file.")
        return [_envelope(item)]

    async def fetch(self, part: FilePart) -> FilePart:
        """The widget's server has stored each file before; ingest takes it by its digest."""
        raise PermanentFailure(
            Phrase("The file %(name)s is not in the file store.", name=part.name)
        )

    async def send(self, envelope: OutboundEnvelope) -> Receipt:
        """There is nobody to call: the visitor's widget reads what the store holds.

        The message is there already, so it counts as sent; "delivered" and "read" come as
        items from the widget, which names the delivery.
        """
        return Receipt(provider_id=envelope.delivery_id)

    async def check(self) -> Checked:
        return Checked(ok=True, explanation="Web chat needs no account of anybody else's.")

    async def close(self) -> None:
        """Nothing is held open."""


def _envelope(item: WebchatItem) -> InboundEnvelope:
    fields = {
        "language": item.language,
        "time_zone": item.time_zone,
        "city": item.city,
        "company": item.company,
        "consent_version": item.consent,
        "page": item.page[:ADDRESS_LIMIT],
        **{f"custom.{name}": answer for name, answer in item.answers.items()},
    }
    return InboundEnvelope(
        external_id=item.external_id,
        sender=Address(
            kind=AddressKind.VISITOR,
            value=item.visitor,
            name=(item.vouched.name if item.vouched else "") or item.name,
        ),
        also=item.vouched.addresses() if item.vouched else (),
        claimed=_claimed(item),
        thread=item.visitor,
        text=item.text,
        quoted=item.shown,
        files=tuple(file.part() for file in item.files),
        proof=Proof.PROVEN,  # the widget's server checked our signed token
        fields={name: value for name, value in fields.items() if value},
    )


def _claimed(item: WebchatItem) -> tuple[Address, ...]:
    named = {
        AddressKind.EMAIL: item.email.strip().lower(),
        AddressKind.PHONE: phone_number(item.phone.strip()),
    }
    return tuple(
        Address(kind=kind, value=value, name=item.name) for kind, value in named.items() if value
    )
