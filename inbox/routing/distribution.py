"""Who gets a conversation: a pure choice over facts, with its reason and each agent's score."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from inbox.i18n import N_, Phrase
from inbox.model import Availability, Status, Strategy
from inbox.model.agent import ONLINE_FOR

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationFacts:
    id: str
    status: Status = Status.OPEN
    assignee_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFacts:
    """What the choice knows of an agent; `open` is how many open conversations they have."""

    id: str
    name: str
    active: bool = True
    availability: Availability = Availability.ONLINE
    last_seen_at: datetime | None = None
    last_assigned_at: datetime | None = None
    open: int = 0
    capacity: int = 20

    def given(self, count: int, moment: datetime) -> "AgentFacts":
        """The same agent with so many more, the last of them at `moment`."""
        return replace(self, open=self.open + count, last_assigned_at=moment)

    def obstacle(self, now: datetime) -> str:
        """Why this agent can't be given more right now; empty if they can."""
        if not self.active:
            return N_("no longer works here")
        if self.availability is not Availability.ONLINE:
            return N_("is away")
        if self.last_seen_at is None or now - self.last_seen_at > ONLINE_FOR:
            return N_("is offline")
        if self.open >= self.capacity:
            return Phrase("is full (%(open)d of %(most)d)", open=self.open, most=self.capacity)
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One agent's line of the answer to "why?": an obstacle, or a rank from 1 on."""

    agent_id: str
    name: str
    open: int
    capacity: int
    last_assigned_at: str
    obstacle: str = ""
    rank: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    agent_id: str | None
    reason: str
    parts: tuple[Part, ...] = ()

    def as_rows(self) -> list[dict[str, Any]]:
        """The parts as they are stored with the assignment."""
        return [
            {**asdict(part), "obstacle_parts": Phrase.of(part.obstacle).stored()}
            if part.obstacle
            else asdict(part)
            for part in self.parts
        ]


def choose(
    conversation: ConversationFacts,
    agents: Collection[AgentFacts],
    strategy: Strategy,
    now: datetime,
) -> Choice:
    """The same facts give the same choice, in whatever order the agents are named."""
    if refusal := _refusal(conversation, strategy):
        return Choice(agent_id=None, reason=refusal)
    order, explain = _STRATEGIES[strategy]
    free = sorted((agent for agent in agents if not agent.obstacle(now)), key=order)
    busy = sorted((agent for agent in agents if agent.obstacle(now)), key=lambda agent: agent.id)
    parts = tuple(_part(agent, rank=rank) for rank, agent in enumerate(free, 1)) + tuple(
        _part(agent, obstacle=agent.obstacle(now)) for agent in busy
    )
    if not free:
        return Choice(agent_id=None, reason=_nobody(busy, now), parts=parts)
    return Choice(agent_id=free[0].id, reason=explain(free), parts=parts)


def _refusal(conversation: ConversationFacts, strategy: Strategy) -> str:
    if conversation.assignee_id is not None:
        return N_("Somebody has this conversation already.")
    if conversation.status in (Status.RESOLVED, Status.SPAM):
        return N_("The conversation is done or spam; it needs nobody.")
    if strategy not in _STRATEGIES:
        return N_("The team hands out its conversations by hand.")
    return ""


def _nobody(busy: Sequence[AgentFacts], now: datetime) -> str:
    if not busy:
        return N_("There is nobody to choose from.")
    obstacles = [
        Phrase("%(agent)s %(what)s", agent=agent.name, what=Phrase.of(agent.obstacle(now)))
        for agent in busy
    ]
    return Phrase("Nobody is free: %(obstacles)s.", obstacles=obstacles)


def _part(agent: AgentFacts, *, rank: int | None = None, obstacle: str = "") -> Part:
    return Part(
        agent_id=agent.id,
        name=agent.name,
        open=agent.open,
        capacity=agent.capacity,
        last_assigned_at=agent.last_assigned_at.isoformat() if agent.last_assigned_at else "",
        obstacle=obstacle,
        rank=rank,
    )


def _by_turn(agent: AgentFacts) -> tuple[datetime, str]:
    return (agent.last_assigned_at or NEVER, agent.id)


def _by_load(agent: AgentFacts) -> tuple[float, datetime, str]:
    return (agent.open / agent.capacity, *_by_turn(agent))


def _explain_turn(free: Sequence[AgentFacts]) -> str:
    first = free[0]
    if len(free) == 1:
        return Phrase("%(agent)s is the only one free.", agent=first.name)
    if first.last_assigned_at is None:
        return Phrase(
            "Round robin: %(agent)s has not been given a conversation yet.", agent=first.name
        )
    return Phrase("Round robin: it was longest ago that %(agent)s was given one.", agent=first.name)


def _explain_load(free: Sequence[AgentFacts]) -> str:
    first = free[0]
    if len(free) == 1:
        return Phrase("%(agent)s is the only one free.", agent=first.name)
    load = {"agent": first.name, "open": first.open, "most": first.capacity}
    if first.open / first.capacity == free[1].open / free[1].capacity:
        return Phrase(
            "Least busy: %(agent)s (%(open)d open of %(most)d); of several it was longest ago for"
            " them.",
            **load,
        )
    return Phrase("Least busy: %(agent)s (%(open)d open of %(most)d).", **load)


_Order = Callable[[AgentFacts], tuple[Any, ...]]
_Explanation = Callable[[Sequence[AgentFacts]], str]

_STRATEGIES: dict[Strategy, tuple[_Order, _Explanation]] = {
    Strategy.ROUND_ROBIN: (_by_turn, _explain_turn),
    Strategy.LEAST_BUSY: (_by_load, _explain_load),
}
