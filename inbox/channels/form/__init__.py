"""Web forms: a submission begins a conversation, which goes on by e-mail."""

from collections.abc import Sequence
from typing import ClassVar

from inbox.channels.base import Account, Capabilities, ChannelSettings, Checked, PermanentFailure
from inbox.channels.form.fields import FieldKind, FormField
from inbox.channels.form.settings import FormSettings
from inbox.channels.form.submission import FormSubmission
from inbox.channels.reading import understand
from inbox.envelope import AddressKind, FilePart, Inbound, OutboundEnvelope, RawItem, Receipt
from inbox.i18n import Phrase

__all__ = ["FieldKind", "FormChannel", "FormField", "FormSettings", "FormSubmission"]


class FormChannel:
    name: ClassVar[str] = "form"
    label: ClassVar[str] = "Web form"
    icon: ClassVar[str] = "form"
    capabilities: ClassVar[Capabilities] = Capabilities(
        subject=True, agent_can_start=False, address_kind=AddressKind.EMAIL
    )
    settings_model: ClassVar[type[ChannelSettings]] = FormSettings

    def __init__(self, account: Account) -> None:
        self.account = account
        self.settings: FormSettings = account.settings

    def address(self) -> str:
        return ""

    def parse(self, raw: RawItem) -> Sequence[Inbound]:
        return [understand(FormSubmission, raw.content).envelope()]

    async def fetch(self, part: FilePart) -> FilePart:
        """The form's page has stored each file before; ingest takes it by its digest."""
        raise PermanentFailure(
            Phrase("The file %(name)s is not in the file store.", name=part.name)
        )

    async def send(self, envelope: OutboundEnvelope) -> Receipt:
        raise PermanentFailure(
            Phrase(
                "A form can't answer %(address)s. Choose an e-mail inbox to answer from, or set"
                " “Answer by” in the form's settings.",
                address=envelope.recipient.value,
            )
        )

    async def check(self) -> Checked:
        if self.settings.reply_inbox:
            return Checked(ok=True, explanation="The form is ready.")
        return Checked(
            ok=False, explanation="Choose the e-mail inbox from which answers go (“Answer by”)."
        )

    async def close(self) -> None:
        """Nothing is held open."""
