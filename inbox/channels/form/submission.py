"""What the form's page records: whole in itself, so that a later change of the form alters none."""

from pydantic import Field

from inbox.channels.base import Unparsable
from inbox.channels.reading import (
    NAME_LIMIT,
    Line,
    Reading,
    StoredFile,
    Text,
    phone_number,
)
from inbox.envelope import Address, AddressKind, InboundEnvelope


class Said(Reading):
    """One answer that goes into the message as a line."""

    label: Line
    value: Text


class Consent(Reading):
    """What was agreed to, word for word; `version` is of that text."""

    version: Line = Field(min_length=1)
    text: Text


class FormSubmission(Reading):
    """`id` is made with the page, so sending twice is once; `record` is for the contact's record.

    `tags` and `priority` are those of the conversation.
    """

    id: Line = Field(min_length=1)
    name: Line = ""
    email: Line = ""
    phone: Line = ""
    subject: Line = ""
    message: Text = ""
    lines: tuple[Said, ...] = ()
    record: dict[Line, Text] = Field(default_factory=dict)
    tags: tuple[Line, ...] = ()
    priority: Line = ""
    files: tuple[StoredFile, ...] = ()
    language: Line = ""
    consent: Consent | None = None

    def envelope(self) -> InboundEnvelope:
        """Raises Unparsable for one of nobody."""
        sender = self._sender()
        return InboundEnvelope(
            external_id=self.id,
            sender=sender,
            claimed=self._claimed(sender),
            subject=self.subject,
            text=self._text(),
            files=tuple(file.part() for file in self.files),
            fields={name: value for name, value in self._fields().items() if value},
        )

    def _sender(self) -> Address:
        """Who they say they are: nothing of a form is proven."""
        email, phone = self.email.strip().lower(), self.phone.strip()
        if email:
            return Address(kind=AddressKind.EMAIL, value=email, name=self.name)
        if phone:
            return Address(kind=AddressKind.PHONE, value=phone_number(phone), name=self.name)
        raise Unparsable("The form gives neither an e-mail address nor a phone number.")

    def _claimed(self, sender: Address) -> tuple[Address, ...]:
        phone = phone_number(self.phone.strip())
        if not phone or sender.kind == AddressKind.PHONE:
            return ()
        return (Address(kind=AddressKind.PHONE, value=phone, name=self.name),)

    def _fields(self) -> dict[str, str]:
        return {
            "language": self.language,
            **self.record,
            "name": self.name,
            "tags": "\n".join(self.tags)[:NAME_LIMIT],
            "priority": self.priority,
            "consent_version": self.consent.version if self.consent else "",
        }

    def _text(self) -> str:
        lines = [_line(said) for said in self.lines]
        agreed = f"✓ {self.consent.text}" if self.consent else ""
        return "\n\n".join(part for part in (self.message, "\n".join(lines), agreed) if part)


def _line(said: Said) -> str:
    """What has lines of its own stands below its label."""
    gap = "\n" if "\n" in said.value else " "
    return f"{said.label}:{gap}{said.value}"
