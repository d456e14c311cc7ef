"""A posted form as values for its pydantic model; what was typed is kept for showing it again."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from inbox.desk import accounts
from inbox.web import fields

Model = TypeVar("Model", bound=BaseModel)


async def posted(
    request: web.Request, model: type[BaseModel], *, prefix: str = ""
) -> dict[str, Any]:
    """Only what the model has; anything else in the form is passed over."""
    form = await request.post()
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        typed = [str(value) for value in form.getall(prefix + name, [])]
        _take(values, name, info, typed)
        if fields.kind_of(info) == "secret" and form.get(f"{prefix}{name}.clear") == "true":
            _clear(values, name, info)
    return values


def validated(model: type[Model], values: Mapping[str, Any]) -> Model:
    """Invalid, naming each bad field and what would do."""
    found: Model = accounts.validate(model, values)
    return found


def _take(values: dict[str, Any], name: str, info: FieldInfo, typed: list[str]) -> None:
    """A switch that is off is not sent, and an empty secret means "as it is"."""
    kind = fields.kind_of(info)
    if kind == fields.ELSEWHERE:
        return
    text = typed[0].strip() if typed else ""
    if kind == "switch":
        values[name] = text == "true"
    elif kind == "list":
        values[name] = [
            line.strip() for part in typed for line in part.splitlines() if line.strip()
        ]
    elif kind == "json":
        values[name] = _parsed(text)
    elif text:
        values[name] = typed[0] if kind in {"textarea", "secret", "password"} else text
    elif typed and info.default is None:
        values[name] = None
    elif typed and fields.plain_type(info.annotation) is str:
        values[name] = ""


def _clear(values: dict[str, Any], name: str, info: FieldInfo) -> None:
    """A secret that is kept is removed, unless a new one was typed or it can't be without."""
    if name not in values and not info.is_required():
        values[name] = None if info.default is None else ""


def _parsed(text: str) -> Any:
    """As typed when it can't be read, so that the model says what is wrong and nothing is lost."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
