"""Events reacted to together: each as if it were alone, and read for only once."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from inbox import services as composition
from inbox.desk import webhooks
from inbox.events import SYSTEM, EventKind, record
from inbox.model import Conversation, Event, RuleRun, Strategy, WebhookDelivery
from inbox.routing import rules
from inbox.services import Services
from inbox.settings import Settings
from inbox.workers.react import Reacting
from inbox.workers.reactions import REACTIONS, Together
from tests.cast import Cast

LEAK = {"all": [{"field": "message.text", "operator": "contains", "value": "leaks"}]}
WET = [{"action": "add_tags", "parameters": {"tags": ["wet"]}}]


@pytest.fixture
async def services(tmp_path, database_url):
    made = composition.build(Settings(data_dir=tmp_path, database_url=database_url, _env_file=None))
    await made.start()
    yield made
    await made.close()


@pytest.fixture
def reacting(services: Services) -> Reacting:
    return Reacting(services, REACTIONS, Together)


def began(session: Session, cast: Cast, count: int) -> list[str]:
    """So many conversations, each with its events."""
    found = []
    for _ in range(count):
        conversation = cast.conversation()
        record(session, EventKind.CONVERSATION_CREATED, by=SYSTEM, conversation=conversation)
        cast.received(cast.incoming(conversation))
        found.append(conversation.id)
    return found


def rule(session: Session, name: str = "Leaks", **values: object) -> None:
    """On a message that leaks: urgent, if nothing else is said."""
    given = {
        "event_kind": EventKind.MESSAGE_RECEIVED,
        "conditions": LEAK,
        "actions": [{"action": "set_priority", "parameters": {"priority": 4}}],
        **values,
    }
    rules.add(session, rules.RuleValues(name=name, **given), by=SYSTEM)


async def all_done(reacting: Reacting) -> None:
    while await reacting.work():
        pass


def statements(services: Services) -> Iterator[str]:
    found: list[str] = []
    listen = lambda *given: found.append(given[2])  # noqa: E731
    sa.event.listen(services.database.engine, "before_cursor_execute", listen)
    return iter(found)


async def test_what_begins_together_goes_round_and_fills_nobody_above_capacity(services, reacting):
    def work(session):
        cast = Cast(session)
        cast.team.strategy = Strategy.ROUND_ROBIN
        for agent in cast.agents.values():
            agent.capacity = 2
        return began(session, cast, 8)

    services.database.run(work)

    await all_done(reacting)

    found = services.database.look(lambda s: list(s.exec(select(Conversation.assignee_id))))
    shares = sorted(found.count(agent) for agent in set(found) - {None})
    assert (shares, found.count(None)) == ([2, 2, 2], 2)


async def test_a_rule_that_assigns_is_seen_by_what_is_handed_out_after_it(services, reacting):
    def work(session):
        cast = Cast(session)
        cast.team.strategy = Strategy.LEAST_BUSY
        for agent in cast.agents.values():
            agent.capacity = 2
        ana = cast.agents["Ana"].id
        for_ana = {"field": "conversation.subject", "operator": "is", "value": "For Ana"}
        rule(
            session, "Ana", event_kind=EventKind.CONVERSATION_CREATED,
            conditions={"all": [for_ana]},
            actions=[{"action": "assign_agent", "parameters": {"agent_id": ana}}],
        )  # fmt: skip
        began(session, cast, 1)
        for subject in ("For Ana", "For Ana", "Any"):
            conversation = cast.conversation(subject=subject)
            record(session, EventKind.CONVERSATION_CREATED, by=SYSTEM, conversation=conversation)
        began(session, cast, 3)
        return ana

    ana = services.database.run(work)

    await all_done(reacting)

    found = services.database.look(lambda s: list(s.exec(select(Conversation.assignee_id))))
    assert found.count(ana) <= 3  # the rule may go beyond, what is handed out may not
    assert max(found.count(other) for other in set(found) - {ana, None}) <= 2


async def test_every_rule_has_its_line_for_every_event_once(services, reacting):
    def work(session):
        cast = Cast(session)
        rule(session)
        rule(session, "Wet", actions=WET)
        return began(session, cast, 30)

    conversations = services.database.run(work)

    await all_done(reacting)

    runs = services.database.look(lambda s: list(s.exec(select(RuleRun))))
    assert len(runs) == 2 * len(conversations)
    assert len({(run.rule_id, run.event_id) for run in runs}) == len(runs)
    assert all(run.fired for run in runs)
    reacted = services.database.look(lambda s: list(s.exec(select(Event.reacted_at))))
    assert all(reacted)


async def test_a_rule_sees_the_tags_that_one_before_it_set_for_another_message(services, reacting):
    def work(session):
        cast = Cast(session)
        rule(session, "Wet", actions=WET)
        tagged = {"all": [{"field": "conversation.tags", "operator": "any_of", "value": ["wet"]}]}
        rule(session, "Again", conditions=tagged)
        conversation = cast.conversation()
        cast.received(cast.incoming(conversation, "It leaks"))
        cast.received(cast.incoming(conversation, "Nothing else"))

    services.database.run(work)

    await all_done(reacting)

    runs = services.database.look(lambda s: list(s.exec(select(RuleRun).order_by(RuleRun.id))))
    assert [run.fired for run in runs] == [True, True, False, True]


async def test_a_rule_switched_on_between_two_bundles_is_asked(services, reacting):
    cast_in = {}

    def first(session):
        cast_in["conversations"] = began(session, Cast(session), 1)

    services.database.run(first)
    await all_done(reacting)
    services.database.run(rule)

    def again(session):
        conversation = session.get_one(Conversation, cast_in["conversations"][0])
        record(session, EventKind.MESSAGE_RECEIVED, by=SYSTEM, conversation=conversation)

    services.database.run(again)
    await all_done(reacting)

    assert len(services.database.look(lambda s: list(s.exec(select(RuleRun))))) == 1


async def test_a_webhook_is_told_of_events_that_nobody_else_cares_for(services, reacting):
    def work(session):
        made, _ = webhooks.create(
            session, "https://their.example/", [EventKind.MESSAGE_RECEIVED], None,
            vault=services.vault, by=SYSTEM,
        )  # fmt: skip
        began(session, Cast(session), 3)
        return made.id

    services.database.run(work)

    await all_done(reacting)

    told = services.database.look(lambda s: list(s.exec(select(WebhookDelivery.event_kind))))
    assert told == [EventKind.MESSAGE_RECEIVED] * 3


async def test_more_events_need_no_more_queries(services, reacting):
    services.database.run(rule)
    cast_in = {}

    def some(session):
        cast_in["cast"] = cast = Cast(session)
        for _ in range(2):
            cast.received(cast.incoming(cast.conversation(), "All is well"))

    def more(session):
        cast = cast_in["cast"]
        cast.session = session
        for _ in range(15):
            cast.received(cast.incoming(cast.conversation(), "All is well"))

    counts = []
    for work in (some, more):
        services.database.run(work)
        asked = statements(services)
        await reacting.work()
        counts.append(len(list(asked)))
    assert counts[1] == counts[0]
