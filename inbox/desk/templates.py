"""Texts that WhatsApp has approved: kept as the provider gave them, filled in, previewed."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock
from inbox.envelope import Template
from inbox.errors import Invalid
from inbox.i18n import N_
from inbox.model import MessageTemplate

GAP = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")
FIELDS = (
    "name", "language", "category", "approved", "status", "header", "body", "footer", "buttons",
    "variables",
)  # fmt: skip


def store(session: Session, inbox_id: str, found: Sequence[Any]) -> None:
    """What the provider has now; `found` are the channel's KnownTemplate. Others go."""
    rows = select(MessageTemplate).where(MessageTemplate.inbox_id == inbox_id)
    known = {row.provider_id: row for row in session.exec(rows)}
    for one in found:
        row = known.pop(one.provider_id, None) or MessageTemplate(
            inbox_id=inbox_id, provider_id=one.provider_id[:320], name="", fetched_at=clock.now()
        )
        for name in FIELDS:
            value = getattr(one, name)
            setattr(row, name, [*value] if isinstance(value, (list, tuple)) else value)
        row.fetched_at = clock.now()
        session.add(row)
    for gone in known.values():
        session.delete(gone)


def of(session: Session, inbox_ids: Sequence[str], *, all_of_them: bool = False) -> list[Any]:
    """Those that may be sent, by name; with the others too for who looks after them."""
    query = select(MessageTemplate).where(col(MessageTemplate.inbox_id).in_(inbox_ids))
    if not all_of_them:
        query = query.where(col(MessageTemplate.approved))
    return list(session.exec(query.order_by(MessageTemplate.name, MessageTemplate.language)))


def inboxes_with(session: Session, inbox_ids: Sequence[str]) -> set[str]:
    """Which of these inboxes have any that may be sent."""
    if not inbox_ids:
        return set()
    found = sa.select(col(MessageTemplate.inbox_id)).where(
        col(MessageTemplate.inbox_id).in_(inbox_ids), col(MessageTemplate.approved)
    )
    return set(session.execute(found.distinct()).scalars())


def filled(
    session: Session, inbox_id: str, template_id: str, values: Mapping[str, str]
) -> tuple[dict[str, Any], str]:
    """What the message keeps of it, and the text as the customer sees it."""
    found = session.get(MessageTemplate, template_id)
    if found is None or found.inbox_id != inbox_id:
        raise Invalid(fields={"template": N_("There is no such template in this inbox.")})
    if not found.approved:
        raise Invalid(fields={"template": N_("WhatsApp has not approved this template.")})
    given = {one["name"]: values.get(one["name"], "").strip() for one in found.variables}
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise Invalid(fields={f"variable.{name}": N_("Fill this in.") for name in missing})
    kept = {
        "id": found.id, "provider_id": found.provider_id, "name": found.name,
        "language": found.language, "variables": found.variables, "values": given,
    }  # fmt: skip
    return kept, preview(found, given)


def preview(template: MessageTemplate, values: Mapping[str, str]) -> str:
    """The text with its gaps filled; a gap without a value stays visible."""
    parts = (("header", template.header), ("body", template.body), ("", template.footer))
    shown = [_fill(text, _of_place(template, place, values)) for place, text in parts if text]
    return "\n".join(shown)


def envelope(kept: Mapping[str, Any]) -> Template | None:
    if not kept:
        return None
    return Template(
        provider_id=kept["provider_id"],
        name=kept["name"],
        language=kept["language"],
        variables=tuple(kept["variables"]),
        values=kept["values"],
    )


def _of_place(template: MessageTemplate, place: str, values: Mapping[str, str]) -> dict[str, str]:
    """By the name that stands in the text: a header's first gap is {{1}} as the body's is."""
    return {
        one.get("gap", one["name"]): values[one["name"]]
        for one in template.variables
        if one["place"] == place and values.get(one["name"])
    }


def _fill(text: str, values: Mapping[str, str]) -> str:
    return GAP.sub(lambda gap: values.get(gap[1], gap[0]), text)
