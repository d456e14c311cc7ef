"""Two administrators at one form: who saves second is shown what the first one changed."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from inbox.errors import Conflict, InboxError
from inbox.i18n import N_
from inbox.web import fields

NAME = "seen"
MESSAGE = N_(
    "Somebody else saved this meanwhile. What you typed is below; saving it now replaces theirs."
)


class Overtaken(Conflict):
    """Somebody else saved this meanwhile."""

    def __init__(self, theirs: Mapping[str, Any]) -> None:
        """`theirs` are the values as they are stored now."""
        self.theirs = theirs
        super().__init__(MESSAGE)


def mark(values: Mapping[str, Any]) -> str:
    """The same for the same values; what the form was drawn with goes along in it."""
    text = json.dumps(values, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


async def seen(request: web.Request) -> str:
    """The mark that came back with the form."""
    return str((await request.post()).get(NAME, ""))


def check(seen: str, values: Mapping[str, Any]) -> None:
    """Within the transaction that saves: Overtaken if `values` are not those that were seen."""
    if seen and seen != mark(values):
        raise Overtaken(values)


async def context(
    request: web.Request,
    model: type[BaseModel],
    values: Mapping[str, Any],
    error: InboxError | None,
    options: Mapping[str, fields.Options] | None = None,
) -> dict[str, Any]:
    """For the template: the mark of this form, and where the stored differs from the typed."""
    if not isinstance(error, Overtaken):
        kept = await seen(request) if error else mark(values)
        return {"seen": kept, "theirs": []}
    mine = fields.describe(model, values, None, options)
    theirs = fields.describe(model, error.theirs, None, options)
    changed = [
        (their.label, fields.worded_value(their))
        for my, their in zip(mine, theirs, strict=True)
        if their.kind not in {"secret", "password"}
        and fields.worded_value(my) != fields.worded_value(their)
    ]
    return {"seen": mark(error.theirs), "theirs": changed}
