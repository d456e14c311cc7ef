"""A call of the Bot API, whichever of its four ways the parameters came."""

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from inbox.envelope import FilePart


class Refused(Exception):
    """The Bot API says no: `status` and a description, with parameters such as `retry_after`."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        self.status = status
        self.parameters = parameters
        super().__init__(description)


@dataclass(frozen=True, slots=True)
class Call:
    """Parameters by name; those of a form are text, and their structures are JSON in text."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, FilePart] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else str(value)

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise Refused(400, f"Bad Request: {name} must be a number") from None

    def structure(self, name: str) -> Any:
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(400, f"Bad Request: can't parse {name} JSON object") from None

    def file(self, name: str) -> FilePart | None:
        """The file of a parameter, sent under its name or under the name after `attach://`."""
        return self.files.get(self.text(name).removeprefix("attach://") or name)

    def buttons(self) -> list[dict[str, str]]:
        """The inline buttons under the message, row after row."""
        markup = self.structure("reply_markup") or {}
        rows = markup.get("inline_keyboard", []) if isinstance(markup, dict) else []
        return [
            {"text": button.get("text", ""), "data": button.get("callback_data", "")}
            for row in rows
            for button in row
        ]


async def read_call(request: web.Request) -> Call:
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        return Call(values | (await request.json() or {}))
    files: dict[str, FilePart] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = FilePart(
                name=value.filename, content_type=value.content_type, content=value.file.read()
            )
        else:
            values[name] = value
    return Call(values, files)
