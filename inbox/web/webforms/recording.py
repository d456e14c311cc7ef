"""What a filled-in form says, each answer where the form's maker wanted it."""

import hashlib
from collections.abc import Sequence
from typing import Any

import orjson

from inbox import i18n
from inbox.channels.form import FieldKind, FormSettings
from inbox.channels.form.fields import PRIORITIES
from inbox.channels.form.settings import target_of
from inbox.envelope import RawItem
from inbox.folding import fold
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.web import words
from inbox.web.webforms.fields import Asked
from inbox.web.widget.tokens import UploadedFile

WHOLE = ("name", "email", "phone", "subject", "message")
LEVELS = {
    "urgent": N_("Urgent"), "high": N_("High"), "normal": N_("Normal"), "low": N_("Low"),
    "none": N_("None"),
}  # fmt: skip
LONGEST_CITY = 64


def item(
    nonce: str, settings: FormSettings, asked: Sequence[Asked], files: Sequence[UploadedFile]
) -> RawItem:
    """The raw item; its external id makes a second press of the button the same submission.

    Other words on the same page, as after going back in the browser, are another one.
    """
    content: dict[str, Any] = {
        "lines": [], "record": {}, "tags": [], "language": i18n.locale(),
        "files": [file.model_dump() for file in files],
    }  # fmt: skip
    for one in asked:
        if one.value and one.field.kind != FieldKind.FILE:
            _place(content, one)
    if settings.consent:
        content["consent"] = {"version": settings.consent_version(), "text": settings.consent}
    said = hashlib.sha256(orjson.dumps(content)).hexdigest()[:16]
    external_id = f"form:{nonce}:{said}"
    return RawItem(external_id=external_id, content=orjson.dumps({"id": external_id, **content}))


def _place(content: dict[str, Any], one: Asked) -> None:
    target, value = target_of(one.field), one.value
    text = ", ".join(value) if isinstance(value, list) else str(value)
    if one.field.kind == FieldKind.CHECKBOX:
        text = _("Yes")
    if target in WHOLE:
        content[target] = text
        return
    content["lines"].append({"label": one.field.label, "value": text})
    if target == "tags":
        content["tags"] += value if isinstance(value, list) else [text]
    elif target == "priority":
        content["priority"] = _priority(text)
    elif known := _known(target, text):
        content["record"][target] = known


def _known(target: str, text: str) -> str:
    """For the contact's record, which keeps countries and languages as codes."""
    if target == "country":
        return _code(text, words.countries(""))
    if target == "language":
        return _code(text, words.languages(""))
    return text[:LONGEST_CITY] if target == "city" else text if target else ""


def _code(text: str, known: Sequence[tuple[str, str]]) -> str:
    wanted = fold(text)
    return next((code for code, name in known if wanted in (code.lower(), fold(name))), "")


def _priority(text: str) -> str:
    """By its name, in English or in the language of the page."""
    wanted = text.casefold()
    found = (
        level
        for name, level in PRIORITIES.items()
        if wanted in (name, str(level), _(LEVELS[name]).casefold())
    )
    return str(next(found, ""))
