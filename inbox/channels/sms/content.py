"""Templates of Twilio's Content API, which WhatsApp approves.

https://www.twilio.com/docs/content/content-types-overview
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from inbox.channels.abilities import KnownTemplate

GAP = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")
APPROVED = "approved"


def known(found: Mapping[str, Any]) -> KnownTemplate:
    """One entry of ContentAndApprovals."""
    content = next((t for t in (found.get("types") or {}).values() if isinstance(t, dict)), {})
    header, body = str(content.get("title") or ""), str(content.get("body") or "")
    footer = str(content.get("footer") or content.get("subtitle") or "")
    examples = found.get("variables") or {}
    approval = found.get("approval_requests") or {}
    status = str(approval.get("status") or "")
    names = dict.fromkeys(GAP.findall("\n".join((header, body, footer, *_addresses(content)))))
    return KnownTemplate(
        provider_id=str(found.get("sid") or ""),
        name=str(found.get("friendly_name") or approval.get("name") or found.get("sid") or ""),
        language=str(found.get("language") or "")[:16],
        category=str(approval.get("category") or "").lower()[:32],
        approved=status == APPROVED,
        status=status,
        header=header,
        body=body,
        footer=footer,
        buttons=[str(one.get("title") or "") for one in _actions(content)],
        variables=[
            {"name": name, "example": str(examples.get(name) or ""), "place": _place(name, header)}
            for name in names
        ],
    )


def _place(name: str, header: str) -> str:
    return "header" if name in GAP.findall(header) else "body"


def _actions(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [one for one in content.get("actions") or () if isinstance(one, dict)]


def _addresses(content: Mapping[str, Any]) -> Iterator[str]:
    for one in _actions(content):
        yield str(one.get("url") or "")
    for media in content.get("media") or ():
        yield str(media)
