"""What a rule can ask about: each field with its label, type, operators and choices."""

from dataclasses import dataclass
from enum import StrEnum

from inbox.i18n import N_
from inbox.model import Author, ContactKind, Direction, Priority, Status


class FieldType(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    LIST = "list"
    NUMBER = "number"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Field:
    """`choices` are fixed values; `choices_from` names the rows whose ids the editor offers."""

    name: str
    label: str
    type: FieldType
    choices: tuple[str, ...] = ()
    choices_from: str = ""

    @property
    def operators(self) -> tuple[str, ...]:
        return OPERATORS_OF[self.type]


EMPTINESS = ("empty", "not_empty")
OPERATORS_OF: dict[FieldType, tuple[str, ...]] = {
    FieldType.TEXT: (
        "contains", "not_contains", "is", "is_not", "starts_with", "any_of", "none_of", *EMPTINESS,
    ),
    FieldType.CHOICE: ("is", "is_not", "any_of", "none_of", *EMPTINESS),
    FieldType.LIST: ("any_of", "none_of", *EMPTINESS),
    FieldType.NUMBER: ("is", "is_not", "greater", "less", *EMPTINESS),
    FieldType.YES_NO: ("is",),
}  # fmt: skip

OPERATOR_LABELS = {
    "is": N_("is"),
    "is_not": N_("is not"),
    "contains": N_("contains"),
    "not_contains": N_("does not contain"),
    "starts_with": N_("starts with"),
    "any_of": N_("is any of"),
    "none_of": N_("is none of"),
    "greater": N_("is greater than"),
    "less": N_("is less than"),
    "empty": N_("is empty"),
    "not_empty": N_("is not empty"),
}

STATUSES = tuple(status for status in Status if status is not Status.MERGED)
ACTORS = ("agent", "contact", "rule", "system", "api")
PRIORITIES = tuple(str(priority.value) for priority in Priority)

FIELDS = (
    Field("conversation.status", N_("Status"), FieldType.CHOICE, STATUSES),
    Field("conversation.priority", N_("Priority"), FieldType.NUMBER, PRIORITIES),
    Field("conversation.subject", N_("Subject"), FieldType.TEXT),
    Field("conversation.channel", N_("Channel"), FieldType.CHOICE, choices_from="channels"),
    Field("conversation.inbox", N_("Inbox"), FieldType.CHOICE, choices_from="inboxes"),
    Field("conversation.team", N_("Team"), FieldType.CHOICE, choices_from="teams"),
    Field("conversation.assignee", N_("Assignee"), FieldType.CHOICE, choices_from="agents"),
    Field("conversation.tags", N_("Tags"), FieldType.LIST, choices_from="tags"),
    Field("conversation.language", N_("Language of the conversation"), FieldType.TEXT),
    Field("conversation.message_count", N_("Number of messages"), FieldType.NUMBER),
    Field("conversation.flagged", N_("A stranger wrote in"), FieldType.YES_NO),
    Field("conversation.in_hours", N_("Within business hours"), FieldType.YES_NO),
    Field("contact.name", N_("Name of the contact"), FieldType.TEXT),
    Field("contact.kind", N_("Kind of contact"), FieldType.CHOICE, tuple(ContactKind)),
    Field("contact.language", N_("Language of the contact"), FieldType.TEXT),
    Field("contact.city", N_("City"), FieldType.TEXT),
    Field("contact.country", N_("Country"), FieldType.TEXT),
    Field("contact.blocked", N_("The contact is blocked"), FieldType.YES_NO),
    Field("company.name", N_("Company"), FieldType.TEXT),
    Field("company.domain", N_("Domain of the company"), FieldType.TEXT),
    Field("message.text", N_("Text of the message"), FieldType.TEXT),
    Field("message.subject", N_("Subject of the message"), FieldType.TEXT),
    Field("message.sender", N_("Address of the sender"), FieldType.TEXT),
    Field("message.direction", N_("Direction"), FieldType.CHOICE, tuple(Direction)),
    Field("message.author", N_("Author"), FieldType.CHOICE, tuple(Author)),
    Field("message.files", N_("Number of files"), FieldType.NUMBER),
    Field("message.automatic", N_("Sent by a machine"), FieldType.YES_NO),
    Field("message.first", N_("First message of the conversation"), FieldType.YES_NO),
    Field("event.actor", N_("Who did it"), FieldType.CHOICE, ACTORS),
    Field("event.before", N_("Value before"), FieldType.TEXT),
    Field("event.after", N_("Value after"), FieldType.TEXT),
)  # fmt: skip
BY_NAME = {field.name: field for field in FIELDS}
