"""The kept counters equal a recount, whatever verbs run in whatever order."""

import shutil
from collections import Counter as Tally
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlmodel import Session, select

from inbox import clock, ids
from inbox.db import Database
from inbox.desk import assignment, conversations, counters, replies, snooze, status
from inbox.desk.replies import Composed
from inbox.envelope import Address
from inbox.events import SYSTEM
from inbox.model import Conversation, Counter, Status
from tests.cast import Cast
from tests.desk.incoming import mail, take

WHICH = st.integers(0, 30)
NAMES = st.sampled_from(["Ana", "Boris", "Vera"])


def recount(session: Session) -> dict[str, int]:
    tally = Tally[str]()
    for conversation in session.exec(select(Conversation)):
        tally.update(counters.keys(conversation))
    return dict(tally)


def kept(session: Session) -> dict[str, int]:
    session.flush()
    session.expire_all()
    return {row.key: row.value for row in session.exec(select(Counter)) if row.value}


class Verbs(RuleBasedStateMachine):
    """Random verbs on a desk of its own."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = self.stack.enter_context(TemporaryDirectory())
        path = Path(folder) / "inbox.sqlite3"
        shutil.copyfile(self.template, path)
        database = Database(f"sqlite:///{path}")
        self.stack.callback(database._reading.dispose)
        self.stack.callback(database.engine.dispose)
        self.session = self.stack.enter_context(database.transaction())
        self.cast = Cast(self.session)
        self.cast.conversation()

    def teardown(self) -> None:
        self.stack.close()

    def one(self, which: int) -> Conversation:
        found = self.session.exec(select(Conversation).order_by(Conversation.number)).all()
        return found[which % len(found)]

    @rule(which=WHICH, automatic=st.booleans(), stranger=st.booleans())
    def customer_writes(self, which: int, automatic: bool, stranger: bool) -> None:
        sender = "eve@evil.example" if stranger else self.cast.identity.value
        subject = f"[#{self.one(which).number}]"
        letters = [mail(sender, subject=subject, automatic=automatic) for _ in range(2)]
        take(self.session, self.cast.inbox, *letters)

    @rule(which=WHICH)
    def answer(self, which: int) -> None:
        composed = Composed(text="Yes")
        replies.reply(self.session, self.one(which), composed, by=SYSTEM, request_id=ids.new())

    @rule(which=WHICH, wanted=st.sampled_from([s for s in Status if s is not Status.SNOOZED]))
    def move(self, which: int, wanted: Status) -> None:
        status.set_status(self.session, self.one(which), wanted, by=SYSTEM)

    @rule(which=WHICH, name=NAMES)
    def assign(self, which: int, name: str) -> None:
        agent_id = self.cast.agents[name].id
        assignment.assign(self.session, self.one(which), agent_id, by=SYSTEM)

    @rule(which=WHICH)
    def unassign(self, which: int) -> None:
        assignment.unassign(self.session, self.one(which), by=SYSTEM)

    @rule(which=WHICH)
    def transfer(self, which: int) -> None:
        assignment.transfer(self.session, self.one(which), self.cast.team.id, by=SYSTEM)

    @rule(which=WHICH, until_reply=st.booleans())
    def sleep(self, which: int, until_reply: bool) -> None:
        until = clock.now() + timedelta(hours=1)
        snooze.snooze(self.session, self.one(which), until, until_reply=until_reply, by=SYSTEM)

    @rule()
    def time_passes(self) -> None:
        snooze.wake_due(self.session, clock.now() + timedelta(hours=2), by=SYSTEM)

    @rule()
    def begin(self) -> None:
        address = Address(kind="email", value="new@their.example")
        conversations.start(self.session, self.cast.inbox, address, "Hello", by=SYSTEM)

    @invariant()
    def counters_equal_a_recount(self) -> None:
        assert kept(self.session) == recount(self.session)


def test_counters_equal_a_recount_after_any_verbs(sqlite_template: Path) -> None:
    class Here(Verbs):
        template = sqlite_template

    run_state_machine_as_test(
        Here, settings=settings(max_examples=12, stateful_step_count=15, deadline=None)
    )


def test_a_counter_nobody_moved_is_nought(session: Session) -> None:
    assert counters.read(session, ["inbox:none:open"]) == {"inbox:none:open": 0}


def test_a_failure_inside_moves_no_counter(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    before = kept(session)

    with pytest.raises(ValueError, match="no"), counters.kept(session, conversation):
        raise ValueError("no")

    assert kept(session) == before
