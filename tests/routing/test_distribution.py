"""Who gets a conversation, as properties of a pure function."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from inbox.model import Availability, Status, Strategy
from inbox.model.agent import ONLINE_FOR
from inbox.routing.distribution import NEVER, AgentFacts, ConversationFacts, choose

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CONVERSATION = ConversationFacts(id="c")
AUTOMATIC = st.sampled_from([Strategy.ROUND_ROBIN, Strategy.LEAST_BUSY])

moments = st.none() | st.integers(0, 7200).map(lambda seconds: NOW - timedelta(seconds=seconds))
agents = st.lists(
    st.builds(
        AgentFacts,
        id=st.text("abcdef", min_size=1, max_size=3),
        name=st.just("Ana"),
        active=st.booleans(),
        availability=st.sampled_from(Availability),
        last_seen_at=moments | st.just(NOW),
        last_assigned_at=moments,
        open=st.integers(0, 6),
        capacity=st.integers(-1, 6),
    ),
    unique_by=lambda agent: agent.id,
    max_size=8,
)


def ready(name: str, **values: object) -> AgentFacts:
    return AgentFacts(**{"id": name, "name": name, "last_seen_at": NOW, **values})


@given(agents, AUTOMATIC)
def test_nobody_away_offline_or_full_is_chosen(found: list[AgentFacts], strategy: Strategy) -> None:
    choice = choose(CONVERSATION, found, strategy, NOW)

    chosen = [agent for agent in found if agent.id == choice.agent_id]
    for agent in chosen:
        assert agent.active
        assert agent.availability is Availability.ONLINE
        assert agent.last_seen_at is not None
        assert NOW - agent.last_seen_at <= ONLINE_FOR
        assert agent.open < agent.capacity


@given(agents, AUTOMATIC)
def test_somebody_is_chosen_whenever_somebody_can(
    found: list[AgentFacts], strategy: Strategy
) -> None:
    choice = choose(CONVERSATION, found, strategy, NOW)

    assert (choice.agent_id is None) == all(agent.obstacle(NOW) for agent in found)


@given(agents, AUTOMATIC, st.randoms())
def test_the_order_of_the_agents_does_not_matter(
    found: list[AgentFacts], strategy: Strategy, random: object
) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert choose(CONVERSATION, found, strategy, NOW) == choose(
        CONVERSATION, shuffled, strategy, NOW
    )


@given(agents)
def test_round_robin_chooses_who_was_assigned_longest_ago(found: list[AgentFacts]) -> None:
    choice = choose(CONVERSATION, found, Strategy.ROUND_ROBIN, NOW)

    free = [agent for agent in found if not agent.obstacle(NOW)]
    turns = {agent.id: agent.last_assigned_at or NEVER for agent in free}
    assert not free or turns[choice.agent_id] == min(turns.values())


@given(agents)
def test_least_busy_chooses_the_smallest_share_of_capacity(found: list[AgentFacts]) -> None:
    choice = choose(CONVERSATION, found, Strategy.LEAST_BUSY, NOW)

    shares = {a.id: a.open / a.capacity for a in found if not a.obstacle(NOW)}
    assert not shares or shares[choice.agent_id] == min(shares.values())


@given(agents, AUTOMATIC)
def test_every_agent_has_a_line_with_a_rank_or_an_obstacle(
    found: list[AgentFacts], strategy: Strategy
) -> None:
    choice = choose(CONVERSATION, found, strategy, NOW)

    assert {part.agent_id for part in choice.parts} == {agent.id for agent in found}
    assert all((part.rank is None) == bool(part.obstacle) for part in choice.parts)
    assert [p.agent_id for p in choice.parts if p.rank == 1] == [choice.agent_id][
        : choice.agent_id is not None
    ]


def test_round_robin_goes_round() -> None:
    team = {name: ready(name) for name in ("ana", "boris", "vera")}
    order = []
    for turn in range(6):
        moment = NOW + timedelta(seconds=turn)
        agent_id = choose(CONVERSATION, list(team.values()), Strategy.ROUND_ROBIN, moment).agent_id
        assert agent_id
        team[agent_id] = ready(agent_id, last_assigned_at=moment)
        order.append(agent_id)

    assert order == ["ana", "boris", "vera", "ana", "boris", "vera"]


def test_least_busy_breaks_ties_by_who_was_assigned_longest_ago() -> None:
    ana = ready("ana", open=1, capacity=2, last_assigned_at=NOW)
    boris = ready("boris", open=2, capacity=4, last_assigned_at=NOW - timedelta(hours=1))

    choice = choose(CONVERSATION, [ana, boris], Strategy.LEAST_BUSY, NOW)

    assert choice.agent_id == "boris"
    assert "longest ago" in choice.reason


def test_the_reasons_are_plain_words() -> None:
    away = ready("Ana", availability=Availability.AWAY)
    offline = ready("Boris", last_seen_at=None)
    full = ready("Vera", open=3, capacity=3)
    gone = ready("Zora", active=False)

    assert choose(CONVERSATION, [away, offline, full, gone], Strategy.ROUND_ROBIN, NOW).reason == (
        "Nobody is free: Ana is away, Boris is offline, Vera is full (3 of 3), "
        "Zora no longer works here."
    )
    assert "only one free" in choose(CONVERSATION, [ready("Ana")], Strategy.LEAST_BUSY, NOW).reason
    assert "nobody to choose" in choose(CONVERSATION, [], Strategy.LEAST_BUSY, NOW).reason


def test_what_needs_nobody_is_given_to_nobody() -> None:
    taken = ConversationFacts(id="c", assignee_id="a")
    resolved = ConversationFacts(id="c", status=Status.RESOLVED)
    team = [ready("Ana")]

    assert choose(taken, team, Strategy.ROUND_ROBIN, NOW).agent_id is None
    assert choose(resolved, team, Strategy.ROUND_ROBIN, NOW).agent_id is None
    assert choose(CONVERSATION, team, Strategy.MANUAL, NOW).agent_id is None
