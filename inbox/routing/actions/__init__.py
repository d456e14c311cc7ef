"""The actions that rules and macros can do: the built-in ones, and those of plug-ins."""

from functools import cache
from importlib.metadata import entry_points
from typing import Any

import structlog
from pydantic import ValidationError

from inbox.desk import accounts
from inbox.errors import Invalid
from inbox.i18n import Phrase
from inbox.routing.actions.add_note import AddNote
from inbox.routing.actions.add_tags import AddTags
from inbox.routing.actions.assign_agent import AssignAgent
from inbox.routing.actions.assign_team import AssignTeam
from inbox.routing.actions.base import Action
from inbox.routing.actions.distribute import Distribute
from inbox.routing.actions.send_reply import SendReply
from inbox.routing.actions.set_priority import SetPriority
from inbox.routing.actions.set_status import SetStatus

log = structlog.get_logger()

GROUP = "inbox.actions"
BUILT_IN: tuple[type[Action], ...] = (
    AssignAgent,
    AssignTeam,
    Distribute,
    AddTags,
    SetPriority,
    SetStatus,
    SendReply,
    AddNote,
)


def parse(wanted: dict[str, Any]) -> Action:
    """{"action": name, "parameters": {…}} as the action it means, or Invalid naming the field."""
    kind = known().get(str(wanted.get("action", "")))
    if kind is None:
        raise Invalid(
            fields={"action": Phrase("Choose one of: %(choices)s.", choices=sorted(known()))}
        )
    try:
        return kind.model_validate(wanted.get("parameters") or {})
    except ValidationError as error:
        faults = {
            ".".join(map(str, e["loc"])) or "parameters": accounts.sentence(e)
            for e in error.errors()
        }
        raise Invalid(fields=faults) from None


@cache
def known() -> dict[str, type[Action]]:
    """Every action by name; a broken plug-in is reported and left out, none replaces ours."""
    found = {action.name: action for action in BUILT_IN}
    for point in entry_points(group=GROUP):
        try:
            action: type[Action] = point.load()
            found.setdefault(action.name, action)
        except Exception as error:  # noqa: BLE001  somebody else's code
            log.error("action_not_loaded", action=point.name, error=repr(error))
    return found
