"""Conditions as lines of a form: names stand for ids, commas between several values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from multidict import MultiDictProxy
from sqlmodel import Session, select

from inbox.errors import Invalid
from inbox.model import Agent, Inbox, Tag, Team
from inbox.routing.fields import BY_NAME, EMPTINESS, Field, FieldType
from inbox.routing.views import ViewValues

MANY = ("any_of", "none_of")
YES = {"yes": True, "no": False, "true": True, "false": False, "да": True, "не": False}

Form = MultiDictProxy[Any]


@dataclass(frozen=True, slots=True)
class Names:
    """Of inboxes, teams, agents and tags: what people write, and what is stored."""

    by_name: Mapping[str, str]
    by_id: Mapping[str, str]


def names(session: Session) -> Names:
    pairs: list[tuple[str, str]] = []
    for table in (Inbox, Team, Agent):
        pairs += session.exec(select(table.name, table.id)).all()
    tags = session.exec(select(Tag.name)).all()
    stored = dict(pairs)
    return Names({**{tag: tag for tag in tags}, **stored}, {i: name for name, i in pairs})


def values(form: Form, known: Names) -> ViewValues:
    """Invalid says which line can't be read."""
    lines = [_condition(line, known) for line in _lines(form) if line.get("field")]
    combine = "any" if form.get("combine") == "any" else "all"
    return ViewValues(
        name=str(form.get("name", ""))[:200].strip()[:80],
        conditions={combine: lines} if lines else {},
    )


def typed(form: Form) -> dict[str, Any]:
    """What stood in the form, to be shown again."""
    found: dict[str, Any] = {
        "name": str(form.get("name", "")),
        "combine": str(form.get("combine", "all")),
        "shared": bool(form.get("shared")),
        "rows": _lines(form),
    }
    return found


def shown(conditions: Mapping[str, Any], known: Names) -> dict[str, Any]:
    """The lines of a stored view; `nested` for one that lines can't show."""
    combine = "any" if "any" in conditions else "all"
    members = conditions.get(combine, [])
    if any("field" not in member for member in members):
        return {"nested": True, "rows": []}
    return {"combine": combine, "rows": [_line(member, known) for member in members]}


def _lines(form: Form) -> list[dict[str, str]]:
    parts = [
        [str(value).strip() for value in form.getall(name, [])]
        for name in ("field", "operator", "value")
    ]
    return [
        {"field": field, "operator": operator, "value": value}
        for field, operator, value in zip(*parts, strict=False)
    ]


def _condition(line: Mapping[str, str], known: Names) -> dict[str, Any]:
    field, operator, text = BY_NAME.get(line["field"]), line["operator"], line["value"]
    if field is None:
        raise Invalid(fields={"field": "Choose one of the fields."})
    found: dict[str, Any] = {"field": field.name, "operator": operator}
    if operator in EMPTINESS:
        return found
    if operator in MANY:
        found["value"] = [_stored(field, p.strip(), known) for p in text.split(",") if p.strip()]
    else:
        found["value"] = _stored(field, text, known)
    return found


def _stored(field: Field, text: str, known: Names) -> Any:
    if field.type is FieldType.YES_NO:
        return YES.get(text.casefold(), text)
    if field.type is FieldType.NUMBER:
        return float(text) if text.replace(".", "", 1).isdecimal() else text
    if field.choices_from in {"inboxes", "teams", "agents"}:
        folded = {name.casefold(): stored for name, stored in known.by_name.items()}
        return folded.get(text.casefold(), text)
    return text.casefold() if field.choices else text


def _line(condition: Mapping[str, Any], known: Names) -> dict[str, str]:
    value = condition.get("value")
    each = value if isinstance(value, list) else [value]
    return {
        "field": condition["field"],
        "operator": condition["operator"],
        "value": ", ".join(_word(one, known) for one in each),
    }


def _word(value: Any, known: Names) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return known.by_id.get(str(value), str(value))
