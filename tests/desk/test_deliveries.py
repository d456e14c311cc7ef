"""The outbox: oldest first, fenced by epochs, states that only move forward."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from inbox import clock
from inbox.desk import bounces, deliveries, delivery_reports, outbound, replies
from inbox.desk.replies import Composed
from inbox.envelope import Bounce, DeliveryReport, Receipt
from inbox.events import SYSTEM
from inbox.model import Conversation, Delivery, Event, Identity, Message, MessageState
from inbox.testing import fixed_clock
from tests.cast import Cast

REPORTED = ("queued", "sent", "delivered", "read", "failed", "unknown")


def queue(session: Session, conversation: Conversation, request_id: str = "one") -> Message:
    composed = Composed(text=request_id)
    message = replies.reply(session, conversation, composed, by=SYSTEM, request_id=request_id)
    session.flush()
    return message


def expire(session: Session, delivery: Delivery) -> None:
    """As if the process that claimed it had stopped."""
    delivery.lease_until = clock.now() - timedelta(seconds=1)
    session.add(delivery)
    session.flush()


@pytest.fixture
def claimed(session: Session, cast: Cast) -> Delivery:
    queue(session, cast.conversation())
    (delivery,) = deliveries.claim_due(session, 10)
    return delivery


def message_of(session: Session, delivery: Delivery) -> Message:
    return session.get_one(Message, delivery.message_id)


def test_the_oldest_of_a_lane_goes_first(session: Session, cast: Cast) -> None:
    lane, other = cast.conversation(), cast.conversation()
    first, second = queue(session, lane, "1"), queue(session, lane, "2")
    beside = queue(session, other, "3")

    found = deliveries.claim_due(session, 10)
    assert {d.message_id for d in found} == {first.id, beside.id}
    assert deliveries.claim_due(session, 10) == []

    mine = next(d for d in found if d.message_id == first.id)
    deliveries.sent(session, mine.id, mine.epoch, Receipt(provider_id="p"))
    session.flush()
    assert [d.message_id for d in deliveries.claim_due(session, 10)] == [second.id]


def test_an_inbox_that_is_switched_off_sends_nothing(session: Session, cast: Cast) -> None:
    queue(session, cast.conversation())
    cast.inbox.enabled = False
    session.add(cast.inbox)
    session.flush()

    assert deliveries.claim_due(session, 10) == []

    cast.inbox.enabled = True
    session.flush()
    assert len(deliveries.claim_due(session, 10)) == 1


def test_what_waits_for_its_time_holds_back_what_follows(session: Session, cast: Cast) -> None:
    lane = cast.conversation()
    composed = Composed(text="later", not_before=clock.now() + timedelta(minutes=1))
    replies.reply(session, lane, composed, by=SYSTEM, request_id="1")
    queue(session, lane, "2")

    assert deliveries.claim_due(session, 10) == []


def test_a_lost_lease_cannot_mark_sent(session: Session, claimed: Delivery) -> None:
    lost = claimed.epoch
    expire(session, claimed)
    (again,) = deliveries.claim_due(session, 10)
    assert again.epoch == lost + 1

    assert not deliveries.hand_over(session, claimed.id, lost)
    deliveries.sent(session, claimed.id, lost, Receipt(provider_id="ghost"))
    deliveries.failed(session, claimed.id, lost, "ghost", "")

    assert again.state is MessageState.SENDING
    assert message_of(session, again).provider_id is None
    assert deliveries.hand_over(session, again.id, again.epoch)


def test_a_crash_while_handing_over_is_seen(session: Session, claimed: Delivery) -> None:
    assert not deliveries.was_handed_over(claimed)
    deliveries.hand_over(session, claimed.id, claimed.epoch)
    session.refresh(claimed)
    expire(session, claimed)

    (again,) = deliveries.claim_due(session, 10)

    assert deliveries.was_handed_over(again)


def test_a_temporary_failure_comes_again_later(session: Session, claimed: Delivery) -> None:
    deliveries.put_off(session, claimed.id, claimed.epoch, "Busy", "421", None)
    session.flush()

    assert claimed.not_before > clock.now() + timedelta(seconds=25)
    assert deliveries.claim_due(session, 10) == []
    assert message_of(session, claimed).state_reason == "Busy"


def test_the_provider_says_how_long_to_wait(session: Session, claimed: Delivery) -> None:
    deliveries.put_off(session, claimed.id, claimed.epoch, "Slow down", "429", 600)

    assert claimed.not_before > clock.now() + timedelta(seconds=590)


def test_after_two_days_of_trying_it_has_failed(session: Session, claimed: Delivery) -> None:
    claimed.due_from = clock.now() - timedelta(hours=49)

    deliveries.put_off(session, claimed.id, claimed.epoch, "Busy", "421", None)

    assert message_of(session, claimed).state is MessageState.FAILED


def test_what_was_written_long_before_its_time_is_tried_as_long(
    session: Session, cast: Cast
) -> None:
    with fixed_clock(clock.now()) as now:
        composed = Composed(text="later", not_before=now.at + timedelta(days=3))
        message = replies.reply(session, cast.conversation(), composed, by=SYSTEM, request_id="one")
        delivery = session.exec(select(Delivery)).one()
        now.advance(days=3)

        deliveries.put_off(session, delivery.id, delivery.epoch, "Busy", "421", None)

        assert message.state is not MessageState.FAILED
        now.advance(hours=49)
        deliveries.put_off(session, delivery.id, delivery.epoch, "Busy", "421", None)
        assert message.state is MessageState.FAILED


def test_what_is_sent_again_by_hand_has_its_whole_span(session: Session, claimed: Delivery) -> None:
    with fixed_clock(clock.now()) as now:
        deliveries.failed(session, claimed.id, claimed.epoch, "No", "550")
        now.advance(days=5)
        replies.retry(session, claimed.message_id, by=SYSTEM)

        deliveries.put_off(session, claimed.id, claimed.epoch, "Busy", "421", None)

        assert message_of(session, claimed).state is MessageState.QUEUED


def test_an_unknown_outcome_of_mail_is_repeated_once(session: Session, claimed: Delivery) -> None:
    deliveries.unknown(session, claimed.id, claimed.epoch, "Lost", repeatable=True)
    assert claimed.state is MessageState.SENDING
    claimed.not_before = clock.now()
    session.flush()
    (again,) = deliveries.claim_due(session, 10)

    deliveries.unknown(session, again.id, again.epoch, "Lost", repeatable=True)

    assert message_of(session, again).state is MessageState.UNKNOWN
    assert deliveries.claim_due(session, 10) == []


def test_a_failure_between_does_not_let_an_unknown_outcome_be_repeated_twice(
    session: Session, claimed: Delivery
) -> None:
    deliveries.unknown(session, claimed.id, claimed.epoch, "Lost", repeatable=True)
    deliveries.put_off(session, claimed.id, claimed.epoch, "Busy", "421", None)

    deliveries.unknown(session, claimed.id, claimed.epoch, "Lost", repeatable=True)

    assert message_of(session, claimed).state is MessageState.UNKNOWN


def test_an_unknown_outcome_elsewhere_is_never_repeated(
    session: Session, claimed: Delivery
) -> None:
    deliveries.unknown(session, claimed.id, claimed.epoch, "Lost", repeatable=False)
    session.flush()

    assert message_of(session, claimed).state is MessageState.UNKNOWN
    assert deliveries.claim_due(session, 10) == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reported=st.lists(st.sampled_from(REPORTED), max_size=6))
def test_states_only_move_forward(session: Session, cast: Cast, reported: list[str]) -> None:
    message = queue(session, cast.conversation(), f"request {clock.now().isoformat()}")
    delivery = session.exec(select(Delivery).where(Delivery.message_id == message.id)).one()
    (mine,) = [d for d in deliveries.claim_due(session, 10) if d.id == delivery.id]
    deliveries.sent(session, mine.id, mine.epoch, Receipt(provider_id=message.id))
    ranks = [message.state.rank]

    for state in reported:
        found = DeliveryReport(provider_id=message.id, state=state)
        delivery_reports.report(session, message.inbox_id, found)
        ranks.append(message.state.rank)
        assert delivery.state is message.state

    assert ranks == sorted(ranks)
    wanted = [MessageState(state).rank for state in reported]
    assert ranks[-1] == max([MessageState.SENT.rank, *wanted])


def test_a_doubled_report_says_nothing_twice(session: Session, claimed: Delivery) -> None:
    deliveries.sent(session, claimed.id, claimed.epoch, Receipt(provider_id="p"))
    for _ in range(2):
        delivery_reports.report(
            session, claimed.inbox_id, DeliveryReport(provider_id="p", state="delivered")
        )

    events = session.exec(select(Event).where(Event.kind == "delivery_changed")).all()
    assert [e.particulars["state"] for e in events] == ["sent", "delivered"]


def test_a_receipt_that_was_overtaken_by_a_report_says_nothing(
    session: Session, claimed: Delivery
) -> None:
    message_of(session, claimed).provider_id = "p"
    session.flush()
    inbox_id = message_of(session, claimed).inbox_id
    delivery_reports.report(session, inbox_id, DeliveryReport(provider_id="p", state="delivered"))
    deliveries.sent(session, claimed.id, claimed.epoch, Receipt(provider_id="p"))
    session.flush()

    assert message_of(session, claimed).state is MessageState.DELIVERED
    told = session.exec(select(Event).where(Event.kind == "delivery_changed"))
    assert [event.particulars["state"] for event in told] == ["delivered"]


def test_a_report_about_somebody_elses_message_changes_nothing(
    session: Session, claimed: Delivery
) -> None:
    delivery_reports.report(
        session, claimed.inbox_id, DeliveryReport(provider_id="?", state="read")
    )

    assert claimed.state is MessageState.SENDING


@pytest.fixture
def sent_mail(session: Session, claimed: Delivery) -> Message:
    message = message_of(session, claimed)
    deliveries.sent(session, claimed.id, claimed.epoch, Receipt(provider_id="p"))
    message.mail_message_id = "x@shop.example"
    session.flush()
    return message


def came_back(**values: object) -> Bounce:
    given = {
        "original_message_id": "x@shop.example",
        "recipients": ("marko@their.example",),
        "status": "5.1.1",
        "permanent": True,
        "explanation": "No such user",
        **values,
    }
    return Bounce(**given)


@pytest.mark.parametrize("permanent", [True, False])
def test_what_comes_back_has_failed_and_a_dead_address_is_marked(
    session: Session, cast: Cast, sent_mail: Message, permanent: bool
) -> None:
    bounce = came_back(permanent=permanent)

    bounces.bounced(session, sent_mail.inbox_id, bounce, by=SYSTEM)

    assert (sent_mail.state, sent_mail.state_reason) == (MessageState.FAILED, "No such user")
    address = session.get_one(Identity, cast.identity.id)
    assert (address.bouncing_since is not None) is permanent


def test_what_is_late_stays_sent_and_says_why(session: Session, sent_mail: Message) -> None:
    late = came_back(permanent=False, late=True, explanation="Still trying")

    bounces.bounced(session, sent_mail.inbox_id, late, by=SYSTEM)

    assert (sent_mail.state, sent_mail.state_reason) == (MessageState.SENT, "Still trying")


def test_a_bounce_marks_nobody_whom_the_mail_did_not_go_to(
    session: Session, cast: Cast, sent_mail: Message
) -> None:
    other = Identity(contact_id=cast.contact.id, kind="email", value="victim@their.example")
    session.add(other)
    session.flush()

    bounce = came_back(recipients=("victim@their.example",))
    bounces.bounced(session, sent_mail.inbox_id, bounce, by=SYSTEM)

    assert other.bouncing_since is None


def test_a_copy_that_is_refused_for_now_is_tried_again_alone(
    session: Session, claimed: Delivery, cast: Cast
) -> None:
    receipt = Receipt(
        provider_id="p", later={"slow@their.example": "Greylisted."}, refused={"gone": "No."}
    )
    deliveries.sent(session, claimed.id, claimed.epoch, receipt)

    assert message_of(session, claimed).state_reason == "gone: No.; slow@their.example: Greylisted."
    conversation = session.get_one(Conversation, claimed.conversation_id)
    after = queue(session, conversation, "after")
    assert [d.message_id for d in deliveries.claim_due(session, 10)] == [after.id]

    claimed.not_before = clock.now()
    session.flush()
    (again,) = deliveries.claim_due(session, 10)
    assert outbound.build(session, again, b"key").envelope.only == ("slow@their.example",)

    deliveries.failed(session, again.id, again.epoch, "No such mailbox.", "550")
    message = message_of(session, again)
    assert message.state is MessageState.SENT
    assert message.state_reason == "gone: No.; slow@their.example: No such mailbox."


def test_all_copies_taken_at_last_leave_no_word(session: Session, claimed: Delivery) -> None:
    later = {"slow@their.example": "Greylisted."}
    deliveries.sent(session, claimed.id, claimed.epoch, Receipt(provider_id="p", later=later))
    claimed.not_before = clock.now()
    session.flush()
    (again,) = deliveries.claim_due(session, 10)

    deliveries.sent(session, again.id, again.epoch, Receipt(provider_id="p"))

    message = message_of(session, again)
    assert (message.state, message.state_reason) == (MessageState.SENT, "")
    assert again.envelope == {}


def test_what_is_to_go_out_tomorrow_holds_back_nothing(session: Session, cast: Cast) -> None:
    lane = cast.conversation()
    composed = Composed(text="tomorrow", not_before=clock.now() + timedelta(days=1))
    replies.reply(session, lane, composed, by=SYSTEM, request_id="1")
    queue(session, lane, "2")

    assert [delivery.request_id for delivery in deliveries.claim_due(session, 10)] == ["2"]
