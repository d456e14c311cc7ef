"""A batch of what customers wrote becomes messages, each once."""

from datetime import timedelta

from sqlmodel import Session, col, select

from inbox import clock
from inbox.desk import assignment, counters, health, snooze, status
from inbox.desk.ingest import Understood, ingest
from inbox.envelope import Address, AddressKind, FilePart
from inbox.events import SYSTEM, EventKind
from inbox.model import (
    Attachment,
    Contact,
    Conversation,
    Event,
    Health,
    Message,
    Participant,
    Status,
)  # fmt: skip
from tests.cast import Cast
from tests.desk.incoming import KEY, conversation_of, mail, take

STRANGER = "nada@new.example"


def test_the_same_message_twice_makes_one(session: Session, cast: Cast) -> None:
    again = mail(external_id="1")

    first = take(session, cast.inbox, again, again)
    second = take(session, cast.inbox, again)

    assert (len(first), second) == (1, [])
    assert len(session.exec(select(Message)).all()) == 1
    assert conversation_of(session, first[0]).message_count == 1


def test_two_of_one_batch_to_a_new_sender_make_one_contact_and_one_conversation(
    session: Session, cast: Cast
) -> None:
    written = [mail(STRANGER, thread="77", text=text) for text in ("Hello", "Anybody?")]

    messages = take(session, cast.inbox, *written)

    assert len({m.conversation_id for m in messages}) == 1
    assert len({m.thread_id for m in messages}) == 1
    assert len(session.exec(select(Conversation)).all()) == 1
    assert len(session.exec(select(Contact)).all()) == 2  # Marko of the cast, and the new one
    conversation = conversation_of(session, messages[0])
    assert (conversation.preview, conversation.unread) == ("Anybody?", 2)


def test_an_answer_in_the_same_batch_joins_what_it_answers(session: Session, cast: Cast) -> None:
    first = mail(mail_message_id="one@their.example")
    second = mail(references=("one@their.example",), subject="Re: Boiler")

    messages = take(session, cast.inbox, first, second)

    assert [m.matched_by for m in messages] == ["new", "message_id"]
    assert messages[0].conversation_id == messages[1].conversation_id


def test_a_new_conversation_carries_what_the_list_shows(session: Session, cast: Cast) -> None:
    (message,) = take(session, cast.inbox, mail(text="It\n leaks  again"))

    conversation = conversation_of(session, message)
    assert conversation.status is Status.OPEN
    assert conversation.team_id == cast.team.id
    assert conversation.contact_name == "Marko Marić"
    assert conversation.preview == "It leaks again"
    assert conversation.waiting_since is not None
    kinds = [e.kind for e in session.exec(select(Event).order_by(Event.seq))]
    assert kinds[-2:] == [EventKind.CONVERSATION_CREATED, EventKind.MESSAGE_RECEIVED]


def test_an_inbox_to_which_something_came_works(session: Session, cast: Cast) -> None:
    take(session, cast.inbox, mail(external_id="1"))
    take(session, cast.inbox, mail(external_id="2"))

    session.refresh(cast.inbox)
    assert cast.inbox.health is Health.OK
    told = select(Event).where(Event.kind == EventKind.INBOX_HEALTH_CHANGED)
    assert len(session.exec(told).all()) == 1


def test_what_came_before_a_trouble_does_not_hide_it(session: Session, cast: Cast) -> None:
    health.note(session, cast.inbox.id, Health.NEEDS_LOGIN, "Wrong password")

    take(session, cast.inbox, mail())

    session.refresh(cast.inbox)
    assert cast.inbox.health is Health.NEEDS_LOGIN


def test_the_customer_who_writes_reopens_what_was_resolved(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    status.resolve(session, conversation, by=SYSTEM)

    take(session, cast.inbox, mail(subject=f"Re: Boiler [#{conversation.number}]"))

    assert conversation.status is Status.OPEN
    assert conversation.resolved_at is None
    changed = session.exec(
        select(Event).where(Event.kind == EventKind.STATUS_CHANGED).order_by(col(Event.seq))
    ).all()
    assert changed[-1].particulars["reason"] == "customer_wrote"


def test_automatic_mail_neither_reopens_nor_starts_a_clock(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    status.resolve(session, conversation, by=SYSTEM)
    again = mail(subject=f"Re: Boiler [#{conversation.number}]", automatic=True)

    (message,) = take(session, cast.inbox, again)

    assert message.conversation_id == conversation.id
    assert conversation.status is Status.RESOLVED
    assert (conversation.waiting_since, conversation.unread) == (None, 0)


def test_a_reply_wakes_what_sleeps_until_then_and_nothing_else(
    session: Session, cast: Cast
) -> None:
    light, deep = cast.conversation(), cast.conversation()
    until = clock.now() + timedelta(days=1)
    snooze.snooze(session, light, until, by=SYSTEM)
    snooze.snooze(session, deep, until, until_reply=False, by=SYSTEM)

    take(session, cast.inbox, *(mail(subject=f"[#{c.number}]") for c in (light, deep)))

    assert (light.status, light.snoozed_until) == (Status.OPEN, None)
    assert (deep.status, deep.snoozed_until) == (Status.SNOOZED, until)


def test_what_a_blocked_contact_writes_is_spam(session: Session, cast: Cast) -> None:
    cast.contact.blocked = True

    (message,) = take(session, cast.inbox, mail())

    assert conversation_of(session, message).status is Status.SPAM


def test_an_edit_shows_the_new_text_and_keeps_the_old(session: Session, cast: Cast) -> None:
    (message,) = take(session, cast.inbox, mail(external_id="1", text="Monday"))

    made = take(session, cast.inbox, mail(external_id="2", edits="1", text="Tuesday"))

    assert made == []
    assert message.text == "Tuesday"
    assert [edit["text"] for edit in message.edits] == ["Monday"]


def test_an_edit_of_what_we_never_had_is_a_message(session: Session, cast: Cast) -> None:
    (message,) = take(session, cast.inbox, mail(edits="unheard of", text="Tuesday"))

    assert message.text == "Tuesday"


def test_files_are_kept_with_where_their_bytes_are(session: Session, cast: Cast) -> None:
    part = FilePart(name="leak.png", content_type="image/png", content=b"png")
    item = Understood(cast.inbox.id, mail(files=(part,)), digests={0: "abc"})

    (message_id,) = ingest(session, KEY, [item])

    (kept,) = session.exec(select(Attachment).where(Attachment.message_id == message_id))
    assert (kept.name, kept.size, kept.digest) == ("leak.png", 3, "abc")


def test_who_stands_on_copy_takes_part_once(session: Session, cast: Cast) -> None:
    boss = Address(kind=AddressKind.EMAIL, value="boss@their.example", name="Boss")
    first = mail(cc=(boss,), mail_message_id="1@x")

    take(session, cast.inbox, first, mail(cc=(boss,), references=("1@x",)))

    assert [p.key for p in session.exec(select(Participant))] == ["boss@their.example"]


def test_a_time_in_the_future_is_not_believed(session: Session, cast: Cast) -> None:
    (message,) = take(session, cast.inbox, mail(sent_at=clock.now() + timedelta(days=400)))

    assert message.sent_at <= clock.now()


def test_what_is_open_again_is_nobodys_if_its_agent_left(session: Session, cast: Cast) -> None:
    (first,) = take(session, cast.inbox, mail(mail_message_id="one@their.example"))
    conversation = conversation_of(session, first)
    ana = cast.agents["Ana"]
    assignment.assign(session, conversation, ana.id, by=SYSTEM)
    status.resolve(session, conversation, by=SYSTEM)
    ana.active = False

    take(session, cast.inbox, mail(references=("one@their.example",), subject="Re: Boiler"))

    assert (conversation.status, conversation.assignee_id) == (Status.OPEN, None)
    keys = [f"assignee:{ana.id}:open", f"inbox:{cast.inbox.id}:unassigned:open"]
    assert list(counters.read(session, keys).values()) == [0, 1]
