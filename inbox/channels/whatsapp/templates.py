"""Message templates of Meta: as they are described, and as they are sent.

https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates
"""

import re
from collections.abc import Mapping
from typing import Any

from inbox.channels.abilities import KnownTemplate
from inbox.envelope import Template

GAP = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")
APPROVED = "APPROVED"


def known(found: Mapping[str, Any]) -> KnownTemplate:
    """One of `message_templates`; a header that is a picture is not sent by us, so not approved."""
    parts = {str(one.get("type")): one for one in found.get("components") or ()}
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    is_text = header.get("format", "TEXT") == "TEXT"
    name, language = str(found.get("name") or ""), str(found.get("language") or "")
    status = str(found.get("status") or "")
    buttons = parts.get("BUTTONS", {}).get("buttons") or []
    return KnownTemplate(
        provider_id=f"{name}:{language}"[:320],
        name=name,
        language=language[:16],
        category=str(found.get("category") or "").lower()[:32],
        approved=status == APPROVED and is_text,
        status=status.lower(),
        header=str(header.get("text") or ""),
        body=str(body.get("text") or ""),
        footer=str(parts.get("FOOTER", {}).get("text") or ""),
        buttons=[str(one.get("text") or "") for one in buttons],
        variables=[*_gaps(header, "header"), *_gaps(body, "body"), *_of_buttons(buttons)],
    )


def content(template: Template) -> dict[str, Any]:
    """As `/messages` takes it: the values of each part in the order of its gaps."""
    components: list[dict[str, Any]] = []
    for place in ("header", "body"):
        given = [one for one in template.variables if one["place"] == place]
        if given:
            parameters = [_parameter(one, template.values) for one in given]
            components.append({"type": place, "parameters": parameters})
    for one in template.variables:
        if one["place"] == "button":
            value = {"type": "text", "text": template.values[one["name"]]}
            components.append(
                {"type": "button", "sub_type": "url", "index": str(one["index"]),
                 "parameters": [value]}
            )  # fmt: skip
    return {
        "name": template.name,
        "language": {"code": template.language},
        **({"components": components} if components else {}),
    }


def _parameter(one: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, str]:
    """Of templates whose gaps have names, each is named."""
    named = {} if one["gap"].isdigit() else {"parameter_name": one["gap"]}
    return {"type": "text", **named, "text": values[one["name"]]}


def _gaps(part: Mapping[str, Any], place: str) -> list[dict[str, Any]]:
    """A header counts its gaps by itself, so its names here are of their own."""
    examples = _examples(part.get("example") or {})
    gaps = dict.fromkeys(GAP.findall(str(part.get("text") or "")))
    return [
        {
            "name": gap if place == "body" else f"header {gap}",
            "gap": gap,
            "place": place,
            "example": examples[position] if position < len(examples) else "",
        }
        for position, gap in enumerate(gaps)
    ]


def _examples(example: Mapping[str, Any]) -> list[str]:
    """One a gap; Meta nests those of the body once more."""
    for name in ("body_text_named_params", "header_text_named_params"):
        if example.get(name):
            return [str(one.get("example") or "") for one in example[name]]
    found = example.get("body_text") or example.get("header_text") or []
    found = found[0] if found and isinstance(found[0], list) else found
    return [str(one) for one in found]


def _of_buttons(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The end of an address that a button leads to."""
    return [
        {
            "name": f"button {position + 1}",
            "gap": "1",
            "place": "button",
            "index": position,
            "example": str(next(iter(one.get("example") or ()), "")),
        }
        for position, one in enumerate(buttons)
        if GAP.search(str(one.get("url") or ""))
    ]
