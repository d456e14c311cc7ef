"""What is kept for a time only goes, in batches; what may still be needed stays."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from inbox import clock, ids
from inbox import services as composition
from inbox.desk import arrivals, keeping, workspace
from inbox.envelope import RawItem
from inbox.events import SYSTEM, EventKind, record
from inbox.model import (
    Agent,
    Arrival,
    ArrivalState,
    AutomationRule,
    MessageState,
    RememberedAnswer,
    Role,
    RuleRun,
    Throttle,
    Webhook,
    WebhookDelivery,
)
from inbox.model import Session as SignedIn
from inbox.settings import Settings
from inbox.workers.housekeeping import Housekeeping
from tests.workers.conftest import Desk


def aged(days: float) -> dict:
    moment = clock.now() - timedelta(days=days)
    return {"id": ids.first_at(moment)[:-6] + ids.new()[-6:], "created_at": moment}


async def sweep(desk: Desk) -> None:
    keeper = Housekeeping(desk.services)
    while await keeper.work():
        pass


async def left(desk: Desk, column) -> list:
    return await desk.services.database.read(lambda s: sorted(s.exec(select(column)).all()))


async def test_an_id_of_a_moment_stands_between_those_before_and_after():
    before = ids.new()
    bound = ids.first_at(clock.now() + timedelta(milliseconds=5))
    assert before < bound < ids.first_at(clock.now() + timedelta(days=1))
    assert ids.first_at(clock.now() - timedelta(milliseconds=5)) < ids.new()


async def test_the_why_log_goes_but_not_that_of_an_event_still_to_be_reacted_to(desk: Desk):
    def make(session):
        rule = AutomationRule(name="R", event_kind="message_received")
        session.add(rule)
        pending = record(session, EventKind.CONTACT_CREATED, by=SYSTEM)
        session.flush()
        for event_id, days in (("old", 91), ("young", 89), (pending.id, 91)):
            session.add(RuleRun(rule_id=rule.id, event_id=event_id, fired=True, **aged(days)))
        return pending.id

    pending = await desk.services.database.write(make)
    await sweep(desk)

    assert await left(desk, RuleRun.event_id) == sorted([pending, "young"])


async def test_the_log_of_webhooks_goes_but_not_what_is_still_to_be_told(desk: Desk):
    def make(session):
        webhook = Webhook(url="https://x.example", enabled=False)
        session.add(webhook)
        session.flush()
        for state, days in ((MessageState.SENT, 31), (MessageState.FAILED, 31),
                            (MessageState.QUEUED, 31), (MessageState.SENT, 29)):  # fmt: skip
            session.add(
                WebhookDelivery(
                    webhook_id=webhook.id, event_id=ids.new(), event_kind="ping", state=state,
                    not_before=clock.now(), **aged(days),
                )
            )  # fmt: skip

    await desk.services.database.write(make)
    await sweep(desk)

    assert await left(desk, WebhookDelivery.state) == ["queued", "sent"]


async def test_answers_sessions_and_tries_that_are_over_go(desk: Desk):
    def make(session):
        role = Role(name="r")
        agent = Agent(name="A", email="a@x.example", role_id=role.id)
        session.add(role)
        session.flush()
        session.add(agent)
        session.flush()
        now = clock.now()
        for name, ends, seen in (("live", 1, 0), ("ended", -1, 0), ("idle", 1, 8)):
            session.add(
                SignedIn(
                    token_hash=name, agent_id=agent.id, expires_at=now + timedelta(days=ends),
                    last_seen_at=now - timedelta(days=seen), **aged(9),
                )
            )  # fmt: skip
        for key, days in (("old", 8), ("young", 6)):
            session.add(RememberedAnswer(token_id="t", key=key, fingerprint="f", **aged(days)))
        for key, days in (("over", 2), ("on", 0)):
            session.add(Throttle(key=key, tries=9, since=now - timedelta(days=days), **aged(3)))

    await desk.services.database.write(make)
    await sweep(desk)

    assert await left(desk, SignedIn.token_hash) == ["live"]
    assert await left(desk, RememberedAnswer.key) == ["young"]
    assert await left(desk, Throttle.key) == ["on"]


async def test_old_raws_move_to_the_files_and_can_still_be_read(desk: Desk, monkeypatch):
    monkeypatch.setattr(keeping, "RAWS", 2)
    states = [ArrivalState.DONE, ArrivalState.QUARANTINED, ArrivalState.NEW, ArrivalState.IGNORED,
              ArrivalState.DISCARDED]  # fmt: skip

    def make(session):
        for state in [*states, "young"]:
            arrival = Arrival(
                inbox_id=desk.inbox.id, external_id=str(state), raw=f"raw {state}".encode(), size=9,
                state=ArrivalState.DONE if state == "young" else state,
                **aged(1 if state == "young" else 8),
            )  # fmt: skip
            session.add(arrival)

    await desk.services.database.write(make)
    await sweep(desk)

    found = await desk.services.database.read(lambda s: s.exec(select(Arrival)).all())
    kept = {arrival.external_id for arrival in found if arrival.raw is not None}
    assert kept == {"quarantined", "new", "young"}
    for arrival in found:
        content = arrival.raw or await desk.services.files.get(arrival.digest)
        assert content == f"raw {arrival.external_id}".encode()


async def test_what_was_taken_up_again_meanwhile_keeps_its_raw(desk: Desk):
    item = RawItem(external_id="1", content=b"raw")

    def make(session):
        (arrival_id,) = arrivals.store(session, desk.inbox.id, [item], {})
        return keeping.moved(session, {arrival_id: "d" * 64})

    await desk.services.database.write(make)

    (raw,) = await left(desk, Arrival.raw)
    assert raw == b"raw"


@pytest.mark.parametrize("name", workspace.DAYS)
async def test_nought_days_keep_for_ever(desk: Desk, name: str):
    await desk.services.database.write(lambda s: workspace.update(s, {name: 0}, by=SYSTEM))
    desk.services.workspace = await desk.services.database.read(workspace.current)
    keeper = Housekeeping(desk.services)

    kept = {"rule_run_days": "rule_runs", "webhook_log_days": "webhook_log",
            "remembered_answer_days": "remembered_answers"}  # fmt: skip
    assert kept.get(name, name) not in keeper._sweeps()
    assert await keeper._move_raws() == 0


async def test_a_long_log_goes_batch_by_batch(desk: Desk, monkeypatch):
    monkeypatch.setattr(keeping, "BATCH", 3)

    def make(session):
        session.add_all(
            RememberedAnswer(token_id="t", key=str(n), fingerprint="f", **aged(8)) for n in range(7)
        )

    await desk.services.database.write(make)
    keeper = Housekeeping(desk.services)

    assert [await keeper.work() for _ in range(4)] == [3, 3, 1, 0]


async def test_one_process_sweeps_at_a_time(desk: Desk):
    first, second = Housekeeping(desk.services), Housekeeping(desk.services)
    await desk.services.database.write(
        lambda s: s.add(RememberedAnswer(token_id="t", key="k", fingerprint="f", **aged(8)))
    )

    assert await first.work() == 1
    await desk.services.database.write(
        lambda s: s.add(RememberedAnswer(token_id="t", key="l", fingerprint="f", **aged(8)))
    )
    assert await second.work() == 0


async def test_a_changed_workspace_reaches_the_services_of_another_process(desk: Desk, monkeypatch):
    """Without a common bus it is the clock that tells them."""
    monkeypatch.setattr(composition, "WORKSPACE_SECONDS", 0.05)
    settings = desk.services.settings
    other = composition.build(
        Settings(**settings.model_dump(exclude={"redis_url"}), _env_file=None)
    )
    await other.start()
    try:
        await desk.services.database.write(
            lambda s: workspace.update(s, {"name": "Renamed"}, by=SYSTEM)
        )
        for _ in range(100):
            if other.workspace.name == "Renamed":
                break
            await asyncio.sleep(0.05)
        assert other.workspace.name == "Renamed"
    finally:
        await other.close()
