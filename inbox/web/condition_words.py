"""What a rule is made of, in words: values, operators, events and the rows that ids mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from inbox.channels import registry
from inbox.desk import agents, inboxes, teams
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import Tag
from inbox.routing import actions
from inbox.routing.actions.base import Action
from inbox.routing.fields import BY_NAME, EMPTINESS, OPERATOR_LABELS, Field, FieldType
from inbox.web import fields

Options = Sequence[tuple[str, str]]
MOST_TAGS = 500

WORDS = {
    "conversation.status": {
        "open": N_("Open"), "waiting": N_("Waiting"), "snoozed": N_("Snoozed"),
        "resolved": N_("Resolved"), "spam": N_("Spam"),
    },
    "conversation.priority": {
        "0": N_("None"), "1": N_("Low"), "2": N_("Normal"), "3": N_("High"), "4": N_("Urgent"),
    },
    "contact.kind": {
        "customer": N_("Customer"), "lead": N_("Lead"), "partner": N_("Partner"),
        "supplier": N_("Supplier"),
    },
    "message.direction": {
        "incoming": N_("Incoming"), "outgoing": N_("Outgoing"), "note": N_("Note"),
    },
    "message.author": {
        "contact": N_("Contact"), "agent": N_("Agent"), "bot": N_("Bot"), "system": N_("System"),
    },
    "event.actor": {
        "agent": N_("Agent"), "contact": N_("Contact"), "rule": N_("Rule"), "system": N_("System"),
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choices:
    """Values with their words, by the source that a field or an action's parameter names."""

    by_source: Mapping[str, Options]

    def of(self, field: Field) -> Options:
        if field.choices_from:
            return self.by_source.get(field.choices_from, ())
        words = WORDS.get(field.name, {})
        return [(value, _(words.get(value, value))) for value in field.choices]

    def of_action(self, action: type[Action]) -> dict[str, Options]:
        """By the names of those parameters that are chosen from rows."""
        found: dict[str, Options] = {}
        for name, info in action.model_fields.items():
            extra = info.json_schema_extra
            source = extra.get("from") if isinstance(extra, dict) else None
            if source and source != "tags":  # a tag may be new
                found[name] = self.by_source.get(str(source), ())
        return found

    def word(self, field_name: str, value: Any) -> str:
        """A stored value as a person reads it; of several each."""
        if value is None or value in ("", []):
            return _("nothing")
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, (list, tuple)):
            return ", ".join(self.word(field_name, each) for each in value)
        field = BY_NAME.get(field_name)
        return dict(self.of(field)).get(str(value), str(value)) if field else str(value)

    @staticmethod
    def action(name: str) -> str:
        known = actions.known().get(name)
        return _(known.label) if known else name

    @staticmethod
    def shown(field: fields.Field) -> str:
        """An action's parameter as it is set."""
        words = dict(field.options)
        values = field.value if isinstance(field.value, list) else [field.value]
        return ", ".join(words.get(str(value), str(value)) for value in values)

    def told(self, node: Mapping[str, Any]) -> str:
        """Conditions in one line, groups in brackets."""
        if "field" in node:
            return self.sentence(node)
        members = node.get("any") or node.get("all") or []
        parts = [f"({self.told(m)})" if "field" not in m else self.told(m) for m in members]
        return f" {_('or') if 'any' in node else _('and')} ".join(parts) or _("nothing")

    def sentence(self, reason: Mapping[str, Any]) -> str:
        """A condition as it was asked."""
        field = BY_NAME.get(str(reason.get("field", "")))
        label = _(field.label) if field else str(reason.get("field", ""))
        operator = str(reason.get("operator", ""))
        asked = f"{label} {_(OPERATOR_LABELS.get(operator, operator))}"
        if operator in EMPTINESS:
            return asked
        value = self.word(str(reason.get("field", "")), reason.get("value"))
        is_text = field is None or field.type in (FieldType.TEXT, FieldType.LIST)
        return f"{asked} “{value}”" if is_text else f"{asked} {value}"


def load(session: Session) -> Choices:
    people = agents.every(session)
    tags = session.exec(select(Tag.name).order_by(col(Tag.name)).limit(MOST_TAGS)).all()
    return Choices(
        {
            "channels": [(name, _(kind.label)) for name, kind in registry.kinds().items()],
            "inboxes": [(inbox.id, inbox.name) for inbox in inboxes.every(session)],
            "teams": [(team.id, team.name) for team in teams.every(session)],
            "agents": [(agent.id, agent.name) for agent, _role in people if agent.active],
            "tags": [(name, name) for name in tags],
        }
    )
