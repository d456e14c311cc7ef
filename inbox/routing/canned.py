"""Canned responses: texts with variables that an agent looks for and inserts."""

from collections.abc import Sequence

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from inbox import clock
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.folding import fold
from inbox.i18n import N_, Phrase
from inbox.model import Agent, CannedResponse, Conversation, Team, TeamMembership
from inbox.routing import variables
from inbox.routing.facts import subject_about

OFFERED = 30  # at most, of those that match


class CannedValues(BaseModel):
    """What is filled in."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=120)
    text: str = Field(min_length=1, max_length=10_000)
    team_id: str | None = None


def every(session: Session) -> list[CannedResponse]:
    return list(session.exec(select(CannedResponse).order_by(col(CannedResponse.name))))


def get(session: Session, canned_id: str) -> CannedResponse:
    canned = session.get(CannedResponse, canned_id)
    if canned is None:
        raise NotFound("There is no such canned response.")
    return canned


def offered(session: Session, agent_id: str, words: str) -> Sequence[CannedResponse]:
    """Everybody's and those of the agent's teams in which all the words stand; most used first."""
    teams = select(TeamMembership.team_id).where(TeamMembership.agent_id == agent_id)
    query = select(CannedResponse).where(
        col(CannedResponse.team_id).is_(None) | col(CannedResponse.team_id).in_(teams)
    )
    for word in fold(words).split()[:8]:
        query = query.where(col(CannedResponse.folded).contains(word, autoescape=True))
    order = (col(CannedResponse.used).desc(), col(CannedResponse.name))
    return session.exec(query.order_by(*order).limit(OFFERED)).all()


def use(session: Session, canned_id: str, conversation: Conversation, agent: Agent) -> str:
    """Its text for this conversation; that it was used is counted."""
    canned = get(session, canned_id)
    session.execute(
        sa.update(CannedResponse)
        .where(col(CannedResponse.id) == canned.id)
        .values(used=col(CannedResponse.used) + 1, last_used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return variables.fill(canned.text, subject_about(session, conversation), agent.name)


def add(session: Session, values: CannedValues, *, by: Actor) -> CannedResponse:
    _check(session, values)
    return _saved(session, CannedResponse(**values.model_dump()), "added", by)


def change(
    session: Session,
    canned_id: str,
    values: CannedValues,
    *,
    by: Actor,
    version: int | None = None,
) -> CannedResponse:
    """Conflict if it is not any more at the `version` that was seen."""
    canned = get(session, canned_id)
    if version is not None and version != canned.version:
        raise Conflict("Somebody else changed this canned response. Look at it again.")
    _check(session, values, canned_id)
    canned.sqlmodel_update(values.model_dump())
    canned.version += 1
    return _saved(session, canned, "changed", by)


def remove(session: Session, canned_id: str, *, by: Actor) -> None:
    canned = get(session, canned_id)
    session.delete(canned)
    _tell(session, canned, "removed", by)


def _check(session: Session, values: CannedValues, canned_id: str = "") -> None:
    faults: dict[str, str] = {}
    same_name = select(CannedResponse.id).where(
        CannedResponse.name == values.name, CannedResponse.id != canned_id
    )
    if session.exec(same_name).first():
        faults["name"] = N_("There is a canned response of this name. Give another.")
    if unknown := variables.unknown(values.text, by_hand=True):
        faults["text"] = Phrase("There are no variables %(names)s.", names=unknown)
    if values.team_id and session.get(Team, values.team_id) is None:
        faults["team_id"] = N_("There is no such team.")
    if faults:
        raise Invalid(fields=faults)


def _saved(session: Session, canned: CannedResponse, did: str, by: Actor) -> CannedResponse:
    canned.folded = fold(f"{canned.name} {canned.text}")
    session.add(canned)
    _tell(session, canned, did, by)
    return canned


def _tell(session: Session, canned: CannedResponse, did: str, by: Actor) -> None:
    record(
        session, EventKind.SETTING_CHANGED, by=by, setting="canned_response", did=did,
        canned_id=canned.id, canned=canned.name,
    )  # fmt: skip
