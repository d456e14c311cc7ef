"""What customers did not get stays in a list until somebody has looked after it."""

import pytest
from sqlmodel import Session, select

from inbox.desk import deliveries, failures, forwards, replies
from inbox.desk.composing import Composed
from inbox.desk.forwards import Forward
from inbox.envelope import AddressKind, Receipt
from inbox.errors import Conflict, Invalid
from inbox.events import SYSTEM
from inbox.model import Attachment, Delivery, Identity, Inbox, Message, MessageState
from tests.cast import Cast

REACH = {"email": "email", "sms": "phone"}


@pytest.fixture
def failed(session: Session, cast: Cast) -> Message:
    """An answer by mail that the server refused."""
    conversation = cast.conversation()
    message = replies.reply(
        session, conversation, Composed(text="It is on its way"), by=SYSTEM, request_id="1"
    )
    session.flush()
    fail(session, message)
    return message


@pytest.fixture
def phone(session: Session, cast: Cast) -> Inbox:
    """They can be reached by SMS as well."""
    inbox = Inbox(name="SMS", kind="sms", slug="sms")
    identity = Identity(
        contact_id=cast.contact.id, kind=AddressKind.PHONE, value="+381641234567", name="M"
    )
    session.add_all([inbox, identity])
    session.flush()
    return inbox


def fail(session: Session, message: Message) -> Delivery:
    (delivery,) = deliveries.claim_due(session, 1)
    deliveries.failed(session, delivery.id, delivery.epoch, "No such user", "550")
    session.flush()
    assert message.state is MessageState.FAILED
    return delivery


def listed(session: Session) -> list[str]:
    session.flush()
    return [one.message.id for one in failures.page(session, None)]


def test_a_failed_answer_is_listed_and_counted(session, cast, failed) -> None:
    assert listed(session) == [failed.id]
    assert failures.counts(session) == {cast.inbox.id: 1}
    assert failures.page(session, ["another"]) == []


def test_what_is_tried_again_is_off_the_list_until_it_fails_again(session, failed) -> None:
    replies.retry(session, failed.id, by=SYSTEM)
    assert listed(session) == []
    fail(session, failed)
    assert listed(session) == [failed.id]


def test_what_was_sent_after_all_is_off_the_list(session, cast) -> None:
    message = replies.reply(
        session, cast.conversation(), Composed(text="Hi"), by=SYSTEM, request_id="1"
    )
    session.flush()
    (delivery,) = deliveries.claim_due(session, 1)
    deliveries.unknown(session, delivery.id, delivery.epoch, "It broke", repeatable=False)
    assert listed(session) == [message.id]
    deliveries.sent(session, delivery.id, delivery.epoch, Receipt(provider_id="x"))
    assert listed(session) == []


def test_what_is_left_is_off_the_list_and_still_failed(session, failed) -> None:
    for _ in range(2):
        failures.dismiss(session, failed.id, by=SYSTEM)
    assert listed(session) == []
    assert failed.state is MessageState.FAILED


def test_a_bounce_that_comes_again_brings_up_nothing_that_was_left(session, failed) -> None:
    failures.dismiss(session, failed.id, by=SYSTEM)
    delivery = session.exec(select(Delivery)).one()
    deliveries.failed(session, delivery.id, delivery.epoch, "No such user", "550")
    assert listed(session) == []


def test_it_goes_by_another_way_once_with_its_files(session, cast, failed, phone) -> None:
    session.add(Attachment(message_id=failed.id, name="a.pdf", content_type="application/pdf",
                           size=3, digest="ab" * 32))  # fmt: skip
    session.flush()
    (way,) = failures.ways(session, failed, REACH)
    assert (way.channel, way.address) == ("sms", "+381641234567")
    first = failures.send_by(session, failed, way.place, [way], by=SYSTEM)
    session.flush()
    second = failures.send_by(session, failed, way.place, [way], by=SYSTEM)
    assert first.id == second.id
    assert (first.channel, first.text) == ("sms", "It is on its way")
    files = session.exec(select(Attachment.message_id)).all()
    assert sorted(files) == sorted([failed.id, first.id])
    assert listed(session) == []


def test_a_way_that_nobody_offered_is_refused(session, failed, phone) -> None:
    with pytest.raises(Invalid):
        failures.send_by(
            session, failed, "new:made:up", failures.ways(session, failed, REACH), by=SYSTEM
        )


def test_a_dead_address_is_no_way(session, failed, phone) -> None:
    identity = session.exec(select(Identity).where(Identity.kind == "phone")).one()
    identity.stopped_at = failed.created_at
    session.flush()
    assert failures.ways(session, failed, REACH) == []


def test_what_did_not_fail_goes_no_other_way(session, failed, phone) -> None:
    (way,) = failures.ways(session, failed, REACH)
    replies.retry(session, failed.id, by=SYSTEM)
    with pytest.raises(Conflict):
        failures.send_by(session, failed, way.place, [way], by=SYSTEM)


def test_an_inbox_that_may_not_be_seen_is_no_way(session, cast, failed, phone) -> None:
    assert failures.ways(session, failed, REACH, {cast.inbox.id}) == []
    assert len(failures.ways(session, failed, REACH, {phone.id})) == 1


def test_what_failed_beside_never_goes_to_the_customer(session, cast, phone) -> None:
    conversation = cast.conversation()
    asked = Forward(to=["plumber@their.example"], text="What does he owe you?")
    cast.incoming(conversation)
    beside = forwards.forward(session, conversation, asked, by=SYSTEM, request_id="1")
    session.flush()
    fail(session, beside)
    assert listed(session) == [beside.id]
    assert failures.ways(session, beside, REACH) == []
