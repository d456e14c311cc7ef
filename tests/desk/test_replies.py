"""Answers: queued once, refused when overtaken, undone while there is time."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from inbox import clock
from inbox.desk import deliveries, notes, outbound, replies
from inbox.desk.replies import Composed, Overtaken
from inbox.envelope import Receipt
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import SYSTEM, Actor
from inbox.model import (
    Attachment,
    Conversation,
    Delivery,
    Identity,
    Message,
    MessageState,
    Status,
)  # fmt: skip
from tests.cast import Cast
from tests.desk.incoming import KEY


def answer(session: Session, cast: Cast, conversation: Conversation, **values: object) -> Message:
    request_id = str(values.pop("request_id", "one"))
    composed = Composed(**{"text": "We come at noon", **values})
    by = Actor.agent(cast.agents["Ana"])
    return replies.reply(session, conversation, composed, by=by, request_id=request_id)


def test_an_answer_makes_it_the_customers_turn(session: Session, cast: Cast) -> None:
    conversation = cast.conversation(unread=3)

    message = answer(session, cast, conversation)

    assert (message.state, message.recipients["to"]) == (
        MessageState.QUEUED,
        ["marko@their.example"],
    )
    assert (conversation.status, conversation.unread) == (Status.WAITING, 0)
    assert conversation.first_reply_at == message.created_at
    assert conversation.preview == "We come at noon"


def test_by_mail_an_agents_signature_stands_below_the_answer(session: Session, cast: Cast) -> None:
    cast.agents["Ana"].signature = "Ana\nAcme Support\n"
    conversation = cast.conversation()

    message = answer(session, cast, conversation)
    delivery = session.exec(select(Delivery).where(Delivery.message_id == message.id)).one()
    sent = outbound.build(session, delivery, KEY).envelope

    assert message.text == "We come at noon"
    assert sent.text == "We come at noon\n\n-- \nAna\nAcme Support"
    assert answer(session, cast, conversation).id == message.id
    automatic = answer(session, cast, conversation, automatic=True, request_id="rule")
    html = answer(session, cast, conversation, html="<p>Noon</p>", request_id="program")
    assert automatic.quoted == html.quoted == ""


def test_the_same_request_id_is_one_answer(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()

    first = answer(session, cast, conversation)
    second = answer(session, cast, conversation)

    assert first.id == second.id
    assert len(session.exec(select(Delivery)).all()) == 1
    assert conversation.message_count == 1


@pytest.mark.parametrize("other", [{"text": "Other words"}, {"html": "<p>We come at noon</p>"}])
def test_other_words_with_the_same_request_id_are_refused_and_not_lost(
    session: Session, cast: Cast, other: dict[str, str]
) -> None:
    conversation = cast.conversation()
    answer(session, cast, conversation)

    with pytest.raises(Conflict, match="sent already"):
        answer(session, cast, conversation, **other)
    with pytest.raises(Conflict, match="sent already"):
        answer(session, cast, cast.conversation())
    assert len(session.exec(select(Delivery)).all()) == 1


def test_an_overtaken_answer_is_refused_with_what_is_new(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    seen = cast.incoming(conversation)
    newer = cast.incoming(conversation, "Never mind")

    with pytest.raises(Overtaken) as refused:
        answer(session, cast, conversation, seen_message_id=seen.id)

    assert [m.id for m in refused.value.newer] == [newer.id]
    assert answer(session, cast, conversation, seen_message_id=newer.id).text == "We come at noon"


def test_notes_and_answers_taken_back_overtake_nobody(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    seen = cast.incoming(conversation)
    notes.note(session, conversation, "He is nice", by=SYSTEM)
    gone = answer(session, cast, conversation, request_id="gone")
    replies.undo(session, gone.id, by=SYSTEM)

    message = answer(session, cast, conversation, seen_message_id=seen.id)

    assert message.state is MessageState.QUEUED


def test_an_automatic_answer_leaves_the_turn_with_us(session: Session, cast: Cast) -> None:
    conversation = cast.conversation(unread=1)

    answer(session, cast, conversation, automatic=True)

    assert (conversation.status, conversation.unread) == (Status.OPEN, 1)
    assert conversation.first_reply_at is None


def test_an_answer_longer_than_anybody_reads_is_refused(session: Session, cast: Cast) -> None:
    for written in ({"text": "x" * 100_001}, {"text": "x", "html": "<p>" + "x" * 100_000}):
        with pytest.raises(Invalid) as refused:
            answer(session, cast, cast.conversation(), **written)
        assert "text" in refused.value.fields


@pytest.mark.parametrize("text", ["", " \n "])
def test_an_empty_answer_is_refused(session: Session, cast: Cast, text: str) -> None:
    with pytest.raises(Invalid):
        answer(session, cast, cast.conversation(), text=text)


def test_a_file_belongs_to_one_answer_only(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    file = Attachment(name="plan.pdf", content_type="application/pdf", digest="abc", size=3)
    session.add(file)
    session.flush()

    message = answer(session, cast, conversation, attachment_ids=[file.id])
    session.refresh(file)

    assert file.message_id == message.id
    with pytest.raises(Invalid):
        answer(session, cast, conversation, attachment_ids=[file.id], request_id="two")


def test_an_address_that_bounces_is_not_written_to(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    session.get_one(Identity, cast.identity.id).bouncing_since = conversation.created_at

    with pytest.raises(Invalid, match="comes back"):
        answer(session, cast, conversation)


def test_undo_works_until_it_is_on_its_way(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    early = answer(session, cast, conversation)
    assert replies.undo(session, early.id, by=SYSTEM).state is MessageState.CANCELLED

    late = answer(session, cast, conversation, request_id="two")
    session.flush()
    (claimed,) = deliveries.claim_due(session, 10)

    assert claimed.message_id == late.id
    with pytest.raises(Conflict):
        replies.undo(session, late.id, by=SYSTEM)
    with pytest.raises(Conflict):
        replies.undo(session, early.id, by=SYSTEM)


def test_an_answer_taken_back_leaves_the_turn_with_us(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    asked = cast.incoming(conversation, "It leaks")
    message = answer(session, cast, conversation)
    session.flush()

    replies.undo(session, message.id, by=SYSTEM)

    assert conversation.status is Status.OPEN
    assert (conversation.waiting_since, conversation.first_reply_at) == (asked.created_at, None)
    assert (conversation.preview, conversation.last_author) == ("It leaks", "contact")
    assert conversation.message_count == 0


def test_one_of_two_answers_taken_back_leaves_the_turn_with_the_customer(
    session: Session, cast: Cast
) -> None:
    conversation = cast.conversation()
    cast.incoming(conversation)
    first = answer(session, cast, conversation, text="At noon")
    second = answer(session, cast, conversation, text="Or at one", request_id="two")
    session.flush()

    replies.undo(session, second.id, by=SYSTEM)

    assert (conversation.status, conversation.preview) == (Status.WAITING, "At noon")
    assert conversation.first_reply_at == first.created_at


def test_only_what_failed_can_be_sent_again(session: Session, cast: Cast) -> None:
    message = answer(session, cast, cast.conversation())
    session.flush()
    (claimed,) = deliveries.claim_due(session, 10)
    deliveries.failed(session, claimed.id, claimed.epoch, "No such mailbox.", "550")

    assert replies.retry(session, message.id, by=SYSTEM).state is MessageState.QUEUED
    session.flush()
    (again,) = deliveries.claim_due(session, 10)
    deliveries.sent(session, again.id, again.epoch, Receipt(provider_id="p"))

    assert message.state is MessageState.SENT
    with pytest.raises(Conflict):
        replies.retry(session, message.id, by=SYSTEM)


def test_what_the_customer_wrote_is_no_reply_of_ours(session: Session, cast: Cast) -> None:
    message = cast.incoming(cast.conversation())

    with pytest.raises(NotFound):
        replies.undo(session, message.id, by=SYSTEM)


@pytest.mark.parametrize("which", [0, 1])
def test_taking_back_one_of_two_leaves_the_customer_answered(
    session: Session, cast: Cast, which: int
) -> None:
    conversation = cast.conversation()
    answers = [answer(session, cast, conversation, request_id=name) for name in ("one", "two")]

    replies.undo(session, answers[which].id, by=Actor.agent(cast.agents["Ana"]))

    assert conversation.status is Status.WAITING


def test_a_reply_for_later_says_when_it_goes_out(session: Session, cast: Cast) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    message = answer(session, cast, cast.conversation(), not_before=tomorrow)

    assert message.state is MessageState.QUEUED
    assert message.sent_at == tomorrow


def test_nothing_is_put_off_for_longer_than_a_year(session: Session, cast: Cast) -> None:
    far = clock.now() + timedelta(days=400)

    with pytest.raises(Invalid) as refused:
        answer(session, cast, cast.conversation(), not_before=far)

    assert "not_before" in refused.value.fields


def test_what_was_taken_back_is_not_what_the_list_shows(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    cast.incoming(conversation, "It leaks")
    message = answer(session, cast, conversation)

    replies.undo(session, message.id, by=Actor.agent(cast.agents["Ana"]))

    assert (conversation.preview, conversation.last_author) == ("It leaks", "contact")
