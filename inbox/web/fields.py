"""Fields of a form, drawn from a pydantic model: label, kind of input, limits, value, error."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from inbox.i18n import gettext as _

Options = Sequence[tuple[str, str]]
ELSEWHERE = "elsewhere"  # the kind of a setting that a page of its own asks for
KEPT = "kept"  # the value of a secret that is stored: said to be there, never shown


@dataclass(slots=True, kw_only=True)
class Field:
    """What `components/field.html` draws; `group` is the heading it stands under.

    `when` is the field it depends on, and with which of its values it is of use.
    A `conditional` one is required only while it is shown, which the page's script sees to.
    """

    name: str
    label: str
    kind: str
    value: Any = None
    help: str = ""
    error: str = ""
    required: bool = False
    options: Options = ()
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    min_length: int | None = None
    pattern: str = ""
    step: str = ""
    conditional: bool = False
    placeholder: str = ""
    autocomplete: str = ""
    autofocus: bool = False
    group: str = ""
    when: tuple[str, str] | None = None


def describe(
    model: type[BaseModel],
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    options: Mapping[str, Options] | None = None,
    *,
    prefix: str = "",
) -> list[Field]:
    """One a field of the model; `options` are choices that only the database knows.

    `prefix` goes before the names in the form, where two models share it.
    """
    found = []
    for name, info in model.model_fields.items():
        if kind_of(info) == ELSEWHERE:
            continue
        field = _field(name, info, values)
        field.name = prefix + name
        field.when = _when(info, prefix)
        field.error = _error(name, errors or {})
        if options and name in options:
            field.kind = "checks" if field.kind == "list" else "select"
            field.options = options[name]
        found.append(field)
    return found


def worded_value(field: Field) -> str:
    """The value of a field as text, as a person reads it."""
    if field.kind == "switch":
        return _("Yes") if field.value else _("No")
    words = {str(value): label for value, label in field.options}
    if isinstance(field.value, (list, tuple)):
        return ", ".join(sorted(words.get(str(value), str(value)) for value in field.value))
    value = "" if field.value is None else str(field.value)
    return words.get(value, value)


def kind_of(info: FieldInfo) -> str:
    """A kind of `components/field.html`; "json" stands for what no single input can hold."""
    chosen = _extra(info).get("kind")
    return str(chosen) if chosen else _kind(plain_type(info.annotation))


def plain_type(annotation: Any) -> Any:
    """Without None and without Annotated."""
    if get_origin(annotation) is Annotated:
        return plain_type(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        others = [part for part in get_args(annotation) if part is not NoneType]
        return plain_type(others[0]) if len(others) == 1 else annotation
    return annotation


def _field(name: str, info: FieldInfo, values: Mapping[str, Any]) -> Field:
    extra, kind = _extra(info), kind_of(info)
    value = values.get(
        name, None if info.is_required() else info.get_default(call_default_factory=True)
    )
    limits = {type(limit): limit for limit in info.metadata}
    return Field(
        name=name,
        label=_(info.title or name.replace("_", " ").capitalize()),
        kind="textarea" if kind == "json" else kind,
        value=_shown(kind, value),
        help=_(info.description) if info.description else "",
        required=info.is_required(),
        options=_options(plain_type(info.annotation)),
        minimum=_limit(limits, Ge, "ge") or _limit(limits, Gt, "gt"),
        maximum=_limit(limits, Le, "le") or _limit(limits, Lt, "lt"),
        max_length=None if kind == "list" else _limit(limits, MaxLen, "max_length"),
        placeholder=str(extra.get("placeholder", "")),
        autocomplete=str(extra.get("autocomplete", "")),
        group=str(extra.get("group", "")),
    )


def _kind(plain: Any) -> str:
    if get_origin(plain) is Literal or (isinstance(plain, type) and issubclass(plain, Enum)):
        return "select"
    if get_origin(plain) in (list, tuple, set, frozenset):
        return "list" if plain_type(next(iter(get_args(plain)), None)) is str else "json"
    simple = {SecretStr: "secret", bool: "switch", int: "number", float: "number", date: "date"}
    is_nested = isinstance(plain, type) and issubclass(plain, BaseModel)
    if is_nested or get_origin(plain) is dict or plain is dict:
        return "json"
    return simple.get(plain, "text")


def _when(info: FieldInfo, prefix: str) -> tuple[str, str] | None:
    """The name of the other field in the form, and its values with a space between them."""
    found = _extra(info).get("when")
    if not isinstance(found, Mapping):
        return None
    [(name, values)] = found.items()
    return prefix + name, " ".join(values)


def _options(plain: Any) -> Options:
    if get_origin(plain) is Literal:
        return [(str(value), _worded(str(value))) for value in get_args(plain)]
    if isinstance(plain, type) and issubclass(plain, Enum):
        return [(str(member.value), _worded(member.name)) for member in plain]
    return ()


def _shown(kind: str, value: Any) -> Any:
    if kind == "secret":
        return KEPT if value else ""
    if kind == "json" and not isinstance(value, str):
        return json.dumps(_plain(value), ensure_ascii=False, indent=2)
    if isinstance(value, Enum):
        return value.value
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _error(name: str, errors: Mapping[str, str]) -> str:
    """Also of something within the field: "fields.0.name" belongs to "fields"."""
    own = [text for key, text in errors.items() if key == name or key.startswith(f"{name}.")]
    return " ".join(_(text) for text in own)


def _worded(name: str) -> str:
    return _(name.replace("_", " ").capitalize())


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def _limit(limits: Mapping[type, Any], kind: type, attribute: str) -> Any:
    return getattr(limits[kind], attribute) if kind in limits else None
