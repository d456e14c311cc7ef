"""Macros: what rules can do, done by hand, several things at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from inbox import clock
from inbox.desk import rearranging
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_, Phrase
from inbox.model import Conversation, Event, Macro
from inbox.routing import actions, engine

MAX_ACTIONS = 20


class MacroValues(BaseModel):
    """What an admin fills in."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=120)
    actions: list[dict[str, Any]] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Run:
    """The event that it was run, and what came of each action."""

    event: Event
    results: Sequence[dict[str, Any]]


def every(session: Session) -> list[Macro]:
    return list(session.exec(select(Macro).order_by(col(Macro.name))))


def get(session: Session, macro_id: str) -> Macro:
    macro = session.get(Macro, macro_id)
    if macro is None:
        raise NotFound("There is no such macro.")
    return macro


def add(session: Session, values: MacroValues, *, by: Actor) -> Macro:
    _check(session, values)
    return _saved(session, Macro(**values.model_dump()), "added", by)


def change(
    session: Session, macro_id: str, values: MacroValues, *, by: Actor, version: int | None = None
) -> Macro:
    """Conflict if it is not any more at the `version` that was seen."""
    macro = get(session, macro_id)
    if version is not None and version != macro.version:
        raise Conflict("Somebody else changed this macro. Look at it again.")
    _check(session, values, macro_id)
    macro.sqlmodel_update(values.model_dump())
    macro.version += 1
    return _saved(session, macro, "changed", by)


def remove(session: Session, macro_id: str, *, by: Actor) -> None:
    macro = get(session, macro_id)
    session.delete(macro)
    _tell(session, macro, "removed", by)


def run(session: Session, conversation: Conversation, macro: Macro, *, by: Actor) -> Run:
    """Each action in order; one that fails is undone and named, and the others go on."""
    rearranging.hold_standing(session, conversation)
    event = record(
        session, EventKind.MACRO_RUN, by=by, conversation=conversation,
        macro_id=macro.id, macro=macro.name,
    )  # fmt: skip
    session.execute(
        sa.update(Macro)
        .where(col(Macro.id) == macro.id)
        .values(used=col(Macro.used) + 1, last_used_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )
    session.flush()
    results = engine.perform(
        session, conversation, macro.actions, by=by.because(event), event=event
    )
    event.particulars = {**event.particulars, "results": results}
    session.add(event)
    return Run(event, results)


def _check(session: Session, values: MacroValues, macro_id: str = "") -> None:
    faults: dict[str, str] = {}
    same_name = select(Macro.id).where(Macro.name == values.name, Macro.id != macro_id)
    if not values.name.strip():
        faults["name"] = N_("Give it a name.")
    elif session.exec(same_name).first():
        faults["name"] = N_("There is a macro of this name. Give another.")
    if not 1 <= len(values.actions) <= MAX_ACTIONS:
        faults["actions"] = Phrase("Choose 1 to %(most)d things to do.", most=MAX_ACTIONS)
    for position, wanted in enumerate(values.actions):
        try:
            actions.parse(wanted)
        except Invalid as error:
            faults |= {f"actions.{position}.{name}": what for name, what in error.fields.items()}
    if faults:
        raise Invalid(fields=faults)


def _saved(session: Session, macro: Macro, did: str, by: Actor) -> Macro:
    session.add(macro)
    _tell(session, macro, did, by)
    return macro


def _tell(session: Session, macro: Macro, did: str, by: Actor) -> None:
    record(
        session, EventKind.SETTING_CHANGED, by=by, setting="macro", did=did,
        macro_id=macro.id, macro=macro.name,
    )  # fmt: skip
