"""The conditions of saved views as SQL: those fields of rules that the store itself can ask.

Texts are compared without case, but not folded as rules do it: a database knows no folding.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from inbox.errors import Invalid
from inbox.i18n import Phrase
from inbox.model import Company, Contact, Conversation, Tag, Tagging
from inbox.routing import validation
from inbox.routing.fields import BY_NAME, Field, FieldType

ME = "me"  # as assignee: whoever looks

COLUMNS: dict[str, Any] = {
    "conversation.status": Conversation.status,
    "conversation.priority": Conversation.priority,
    "conversation.subject": Conversation.subject,
    "conversation.channel": Conversation.channel,
    "conversation.inbox": Conversation.inbox_id,
    "conversation.team": Conversation.team_id,
    "conversation.assignee": Conversation.assignee_id,
    "conversation.tags": None,
    "conversation.language": Conversation.language,
    "conversation.message_count": Conversation.message_count,
    "conversation.flagged": Conversation.flagged,
    "contact.name": Contact.name,
    "contact.kind": Contact.kind,
    "contact.language": Contact.language,
    "contact.city": Contact.city,
    "contact.country": Contact.country,
    "contact.blocked": Contact.blocked,
    "company.name": Company.name,
    "company.domain": Company.domain,
}

Condition = sa.ColumnElement[bool]


def fields() -> list[Field]:
    return [BY_NAME[name] for name in COLUMNS]


def check(conditions: Mapping[str, Any]) -> None:
    """Invalid names each condition at fault by its place."""
    validation.check(conditions)
    faults = {
        place: Phrase(
            "%(field)s can't be asked in a view, only in rules",
            field=Phrase.of(BY_NAME[name].label),
        )
        for place, name in _asked(conditions, "conditions")
        if name not in COLUMNS
    }
    if faults:
        raise Invalid(fields=faults)


def compiled(node: Mapping[str, Any], agent_id: str | None) -> Condition:
    """For a query that joins Contact and Company to Conversation."""
    if "field" in node:
        return _condition(node, agent_id)
    combine, members = (sa.or_, node["any"]) if "any" in node else (sa.and_, node.get("all", []))
    return combine(sa.true() if combine is sa.and_ else sa.false(),
                   *(compiled(each, agent_id) for each in members))  # fmt: skip


def _asked(node: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    if "field" in node:
        yield place, str(node["field"])
        return
    for kind, members in node.items():
        for position, member in enumerate(members):
            yield from _asked(member, f"{place}.{kind}.{position}")


def _condition(node: Mapping[str, Any], agent_id: str | None) -> Condition:
    field, operator, value = BY_NAME[node["field"]], node["operator"], node.get("value")
    if field.type is FieldType.LIST:
        return _tags(operator, value)
    values = [
        _plain(field, one, agent_id) for one in (value if isinstance(value, list) else [value])
    ]
    column = sa.func.lower(COLUMNS[field.name]) if _is_text(field) else COLUMNS[field.name]
    asked: Condition = ASKING[operator](column, values)
    return asked


def _is_text(field: Field) -> bool:
    return field.type is FieldType.TEXT


def _plain(field: Field, value: Any, agent_id: str | None) -> Any:
    if field.name == "conversation.assignee" and value == ME:
        return agent_id
    return value.lower() if isinstance(value, str) and _is_text(field) else value


def _tags(operator: str, value: Any) -> Condition:
    tagged = sa.select(col(Tagging.conversation_id)).where(
        col(Tagging.conversation_id) == col(Conversation.id)
    )
    if operator in {"any_of", "none_of"}:
        names = [" ".join(str(one).casefold().split()) for one in value]
        tagged = tagged.join(Tag, col(Tag.id) == col(Tagging.tag_id)).where(
            col(Tag.name).in_(names)
        )
    found = sa.exists(tagged)
    return found if operator in {"any_of", "not_empty"} else ~found


def _filled(column: Any) -> Condition:
    return sa.and_(column.is_not(None), sa.cast(column, sa.String) != "")


def _none_of(column: Any, values: list[Any]) -> Condition:
    return sa.or_(column.is_(None), column.not_in(values))


def _not(found: Condition, column: Any) -> Condition:
    """Nothing is not anything, so it stands where SQL would say that it can't know."""
    return sa.or_(column.is_(None), ~found)


ASKING: dict[str, Any] = {
    "is": lambda column, values: column == values[0],
    "is_not": _none_of,
    "contains": lambda column, values: column.contains(values[0], autoescape=True),
    "not_contains": lambda column, values: _not(
        column.contains(values[0], autoescape=True), column
    ),
    "starts_with": lambda column, values: column.startswith(values[0], autoescape=True),
    "any_of": lambda column, values: column.in_(values),
    "none_of": _none_of,
    "greater": lambda column, values: column > values[0],
    "less": lambda column, values: column < values[0],
    "empty": lambda column, _values: ~_filled(column),
    "not_empty": lambda column, _values: _filled(column),
}
