"""What a rule can ask about: each field with its label, type, operators and choices."""

from dataclasses import dataclass
from enum import StrEnum

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
    "is": "is",
    "is_not": "is not",
    "contains": "contains",
    "not_contains": "does not contain",
    "starts_with": "starts with",
    "any_of": "is any of",
    "none_of": "is none of",
    "greater": "is greater than",
    "less": "is less than",
    "empty": "is empty",
    "not_empty": "is not empty",
}

STATUSES = tuple(status for status in Status if status is not Status.MERGED)
ACTORS = ("agent", "contact", "rule", "system", "api")
PRIORITIES = tuple(str(priority.value) for priority in Priority)

FIELDS = (
    Field("conversation.status", "Status", FieldType.CHOICE, STATUSES),
    Field("conversation.priority", "Priority", FieldType.NUMBER, PRIORITIES),
    Field("conversation.subject", "Subject", FieldType.TEXT),
    Field("conversation.channel", "Channel", FieldType.CHOICE, choices_from="channels"),
    Field("conversation.inbox", "Inbox", FieldType.CHOICE, choices_from="inboxes"),
    Field("conversation.team", "Team", FieldType.CHOICE, choices_from="teams"),
    Field("conversation.assignee", "Assignee", FieldType.CHOICE, choices_from="agents"),
    Field("conversation.tags", "Tags", FieldType.LIST, choices_from="tags"),
    Field("conversation.language", "Language of the conversation", FieldType.TEXT),
    Field("conversation.message_count", "Number of messages", FieldType.NUMBER),
    Field("conversation.flagged", "A stranger wrote in", FieldType.YES_NO),
    Field("conversation.in_hours", "Within business hours", FieldType.YES_NO),
    Field("contact.name", "Name of the contact", FieldType.TEXT),
    Field("contact.kind", "Kind of contact", FieldType.CHOICE, tuple(ContactKind)),
    Field("contact.language", "Language of the contact", FieldType.TEXT),
    Field("contact.city", "City", FieldType.TEXT),
    Field("contact.country", "Country", FieldType.TEXT),
    Field("contact.blocked", "The contact is blocked", FieldType.YES_NO),
    Field("company.name", "Company", FieldType.TEXT),
    Field("company.domain", "Domain of the company", FieldType.TEXT),
    Field("message.text", "Text of the message", FieldType.TEXT),
    Field("message.subject", "Subject of the message", FieldType.TEXT),
    Field("message.sender", "Address of the sender", FieldType.TEXT),
    Field("message.direction", "Direction", FieldType.CHOICE, tuple(Direction)),
    Field("message.author", "Author", FieldType.CHOICE, tuple(Author)),
    Field("message.files", "Number of files", FieldType.NUMBER),
    Field("message.automatic", "Sent by a machine", FieldType.YES_NO),
    Field("message.first", "First message of the conversation", FieldType.YES_NO),
    Field("event.actor", "Who did it", FieldType.CHOICE, ACTORS),
    Field("event.before", "Value before", FieldType.TEXT),
    Field("event.after", "Value after", FieldType.TEXT),
)  # fmt: skip
BY_NAME = {field.name: field for field in FIELDS}
