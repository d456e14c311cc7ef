"""What is answered by itself, and when a machine stays silent."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from inbox import clock
from inbox.desk import replies
from inbox.desk.replies import Composed
from inbox.events import SYSTEM, Actor, EventKind, record
from inbox.model import (
    BusinessHours,
    ChannelThread,
    Conversation,
    Delivery,
    Event,
    Holiday,
    Message,
    Status,
)
from inbox.routing.auto_replies import answer
from inbox.routing.manners import BUDGET
from tests.cast import Cast

ALWAYS = {str(day): [["00:00", "24:00"]] for day in range(7)}


@pytest.fixture
def greeting(cast: Cast) -> Cast:
    cast.inbox.greeting = "Hello {{contact.name}}, we have your message."
    return cast


@pytest.fixture
def closed(session: Session, cast: Cast) -> Cast:
    hours = BusinessHours(name="Never", week={})
    session.add(hours)
    session.flush()
    cast.inbox.business_hours_id = hours.id
    cast.inbox.out_of_hours_reply = "Nobody is here until morning."
    return cast


def wrote(cast: Cast, *, first: bool = True, **values: Any) -> Event:
    conversation = values.pop("conversation", None) or cast.conversation()
    return cast.received(cast.incoming(conversation, **values), first=first)


def test_a_new_matter_is_greeted_once(session: Session, greeting: Cast) -> None:
    event = wrote(greeting)

    for _ in range(2):
        answer(session, event)
        session.flush()

    reply = session.exec(select(Message).join(Delivery)).one()
    assert reply.text == "Hello Marko Marić, we have your message."
    assert reply.automatic
    assert reply.author_kind == "bot"


def test_the_answer_names_its_cause_and_leaves_the_status(session: Session, greeting: Cast) -> None:
    event = wrote(greeting)

    answer(session, event)
    session.flush()

    queued = session.exec(select(Event).where(Event.kind == EventKind.REPLY_QUEUED)).one()
    assert (queued.cause_id, queued.depth) == (event.id, 1)
    assert session.exec(select(Conversation.status)).one() is Status.OPEN


def test_a_later_message_is_not_greeted(session: Session, greeting: Cast) -> None:
    assert answer(session, wrote(greeting, first=False)).message is None


def test_out_of_hours_the_contact_is_told_once_a_day(session: Session, closed: Cast) -> None:
    told = answer(session, wrote(closed))
    session.flush()
    again = answer(session, wrote(closed))

    assert told.message
    assert told.message.text == "Nobody is here until morning."
    assert again.reason == "the contact was told within 24 hours"


def test_the_next_day_they_are_told_again(session: Session, closed: Cast) -> None:
    answer(session, wrote(closed))
    session.flush()
    for row in (*session.exec(select(Delivery)), *session.exec(select(Message))):
        row.created_at -= timedelta(hours=25)
        if isinstance(row, Delivery):
            row.request_id = f"out_of_hours:{closed.contact.id}:{row.created_at:%Y-%m-%d}"
    session.flush()

    assert answer(session, wrote(closed)).message


def test_when_closed_nobody_is_greeted(session: Session, closed: Cast) -> None:
    closed.inbox.greeting = "We will be with you at once."

    assert answer(session, wrote(closed)).kind == "out_of_hours"


def test_when_open_nobody_is_told_that_we_are_closed(session: Session, closed: Cast) -> None:
    session.get_one(BusinessHours, closed.inbox.business_hours_id).week = ALWAYS
    session.flush()

    assert answer(session, wrote(closed)).message is None


def test_a_holiday_is_out_of_hours(session: Session, closed: Cast) -> None:
    hours = session.get_one(BusinessHours, closed.inbox.business_hours_id)
    hours.week = ALWAYS
    session.add(Holiday(business_hours_id=hours.id, day=clock.now().date()))
    session.flush()

    assert answer(session, wrote(closed)).kind == "out_of_hours"


def test_the_calendar_of_the_team_holds_where_the_inbox_has_none(
    session: Session, closed: Cast
) -> None:
    closed.team.business_hours_id = closed.inbox.business_hours_id
    closed.inbox.business_hours_id = None
    session.flush()

    assert answer(session, wrote(closed)).kind == "out_of_hours"


def test_silence_while_an_agent_is_answering(session: Session, closed: Cast) -> None:
    conversation = closed.conversation()
    closed.incoming(conversation)
    by = Actor.agent(closed.agents["Ana"])
    replies.reply(session, conversation, Composed(text="One moment"), by=by, request_id="r")
    session.flush()

    told = answer(session, wrote(closed, first=False, conversation=conversation))

    assert told.reason == "an agent is answering"


@pytest.mark.parametrize(
    "sender",
    [
        "mailer-daemon@their.example",
        "MAILER-DAEMON@their.example",
        "postmaster@their.example",
        "no-reply@their.example",
        "noreply+42@their.example",
        "do-not-reply@their.example",
        "owner-news@their.example",
        "news-request@their.example",
        "news-bounces@their.example",
        "bounce+a=b.c@their.example",
        "help@ours.example",
        "Help+token@ours.example",
        "",
    ],
)
def test_these_senders_get_no_answer(session: Session, greeting: Cast, sender: str) -> None:
    event = wrote(greeting, recipients={"from": sender})

    assert answer(session, event).message is None


@pytest.mark.parametrize("sender", ["norbert@their.example", "reply@their.example", "+381641"])
def test_these_senders_are_people(session: Session, greeting: Cast, sender: str) -> None:
    event = wrote(greeting, recipients={"from": sender})

    assert answer(session, event).message


def test_machines_get_no_answer(session: Session, greeting: Cast) -> None:
    assert "machine" in answer(session, wrote(greeting, automatic=True)).reason


def test_old_mail_gets_no_answer(session: Session, greeting: Cast) -> None:
    event = wrote(greeting, sent_at=clock.now() - timedelta(hours=25))

    assert "older than 24 hours" in answer(session, event).reason


def test_a_blocked_contact_gets_no_answer(session: Session, greeting: Cast) -> None:
    greeting.contact.blocked = True

    assert "blocked" in answer(session, wrote(greeting)).reason


def test_spam_gets_no_answer(session: Session, greeting: Cast) -> None:
    conversation = greeting.conversation(status=Status.SPAM)

    assert "spam" in answer(session, wrote(greeting, conversation=conversation)).reason


def test_nobody_gets_more_than_the_budget_in_a_day(session: Session, greeting: Cast) -> None:
    sent = []
    for _ in range(BUDGET + 2):
        sent.append(answer(session, wrote(greeting)).message is not None)
        session.flush()

    assert sent == [True] * BUDGET + [False] * 2


def test_the_budget_is_new_after_a_day(session: Session, greeting: Cast) -> None:
    for _ in range(BUDGET):
        answer(session, wrote(greeting))
        session.flush()
    for message in session.exec(select(Message)):
        message.created_at -= timedelta(hours=25)
    session.flush()

    assert answer(session, wrote(greeting)).message


def test_a_channel_that_can_not_answer_is_a_reason_and_no_failure(
    session: Session, greeting: Cast
) -> None:
    event = wrote(greeting)
    thread = session.exec(select(ChannelThread)).one()
    thread.window_until = clock.now() - timedelta(hours=1)
    session.flush()

    assert "over" in answer(session, event).reason


def test_an_event_about_no_message_of_a_customer_is_left_alone(
    session: Session, greeting: Cast
) -> None:
    event = record(
        session, EventKind.STATUS_CHANGED, by=SYSTEM, conversation=greeting.conversation()
    )
    session.flush()

    assert answer(session, event).message is None
