"""Web forms: a submission begins a conversation, which goes on by e-mail."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.config import JsonDict

from inbox.channels.base import (
    Account,
    Capabilities,
    ChannelSettings,
    Checked,
    PermanentFailure,
    Unparsable,
)
from inbox.channels.reading import (
    Line,
    Reading,
    StoredFile,
    Text,
    first_problem,
    phone_number,
    understand,
)
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

__all__ = ["ExtraField", "FormChannel", "FormSettings", "FormSubmission"]

Use = Literal["off", "optional", "required"]
FIELDS: JsonDict = {"group": "fields"}


class ExtraField(BaseModel):
    """A text field of one's own."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern="^[a-z][a-z0-9_]{0,39}$")
    label: str = Field(min_length=1, max_length=80)
    required: bool = False


_extra_fields = TypeAdapter(list[ExtraField])


class FormSettings(ChannelSettings):
    title: str = Field("Contact us", title="Title", min_length=1, max_length=80)
    intro: str = Field("", title="Introduction", max_length=1000)
    ask_name: Use = Field("optional", title="Name", json_schema_extra=FIELDS)
    ask_email: Use = Field("required", title="E-mail", json_schema_extra=FIELDS)
    ask_phone: Use = Field("off", title="Phone", json_schema_extra=FIELDS, validate_default=True)
    ask_subject: Use = Field("optional", title="Subject", json_schema_extra=FIELDS)
    ask_message: Use = Field("required", title="Message", json_schema_extra=FIELDS)
    ask_file: Use = Field("optional", title="File", json_schema_extra=FIELDS)
    extra_fields: str = Field(
        "[]",
        title="More fields",
        description='A JSON list, like [{"name": "order", "label": "Order", "required": false}].',
        json_schema_extra={"group": "advanced"},
    )
    thanks: str = Field(
        "Thank you. We answer by e-mail as soon as we can.", title="Thank-you text", max_length=1000
    )
    consent: str = Field(
        "", title="Consent text", max_length=1000, description="A box to tick, if not empty."
    )
    reply_inbox: str = Field(
        "", title="Answer by", description="The e-mail inbox from which answers go."
    )

    @field_validator("ask_phone")
    @classmethod
    def an_answer_can_reach_them(cls, ask_phone: str, info: ValidationInfo) -> str:
        if "required" not in (info.data.get("ask_email"), ask_phone):
            raise ValueError("Require e-mail or phone, or nobody can be answered.")
        return ask_phone

    @field_validator("extra_fields")
    @classmethod
    def extra_fields_are_a_list(cls, text: str) -> str:
        try:
            fields = _extra_fields.validate_json(text or "[]")
        except ValidationError as error:
            raise ValueError(f"Not a list of fields: {first_problem(error)}") from error
        if len({field.name for field in fields}) < len(fields):
            raise ValueError("Two fields have the same name. Give each its own.")
        return text

    def extra(self) -> list[ExtraField]:
        return _extra_fields.validate_json(self.extra_fields or "[]")


class FormSubmission(Reading):
    """What the form's page records; `id` is made with the page, so sending twice is once."""

    id: Line = Field(min_length=1)
    name: Line = ""
    email: Line = ""
    phone: Line = ""
    subject: Line = ""
    message: Text = ""
    extra: dict[Line, Text] = Field(default_factory=dict)
    files: tuple[StoredFile, ...] = ()
    language: Line = ""
    page: Text = ""


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
        submission = understand(FormSubmission, raw.content)
        fields = {
            "name": submission.name,
            "language": submission.language,
            **submission.extra,
        }
        sender = _sender(submission)
        return [
            InboundEnvelope(
                external_id=submission.id,
                sender=sender,
                claimed=_claimed(submission, sender),
                subject=submission.subject,
                text=self._text(submission),
                files=tuple(file.part() for file in submission.files),
                fields={name: value for name, value in fields.items() if value},
            )
        ]

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

    def _text(self, submission: FormSubmission) -> str:
        labels = {field.name: field.label for field in self.settings.extra()}
        lines = [
            f"{labels.get(name, name)}: {value}"
            for name, value in submission.extra.items()
            if value
        ]
        return "\n\n".join(part for part in (submission.message, "\n".join(lines)) if part)


def _sender(submission: FormSubmission) -> Address:
    """Who they say they are: nothing of a form is proven."""
    email, phone = submission.email.strip().lower(), submission.phone.strip()
    if email:
        return Address(kind=AddressKind.EMAIL, value=email, name=submission.name)
    if phone:
        return Address(kind=AddressKind.PHONE, value=phone_number(phone), name=submission.name)
    raise Unparsable("The form gives neither an e-mail address nor a phone number.")


def _claimed(submission: FormSubmission, sender: Address) -> tuple[Address, ...]:
    phone = phone_number(submission.phone.strip())
    if not phone or sender.kind == AddressKind.PHONE:
        return ()
    return (Address(kind=AddressKind.PHONE, value=phone, name=submission.name),)
