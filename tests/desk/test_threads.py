"""The ladder: which conversation an incoming message belongs to."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from inbox import clock, mailtokens
from inbox.desk import status
from inbox.envelope import Address, AddressKind
from inbox.events import SYSTEM
from inbox.model import ChannelThread
from tests.cast import Cast
from tests.desk.incoming import KEY, conversation_of, mail, take

OURS = "help@ours.example"
STRANGER = "eve@evil.example"


def signed(key: bytes, conversation_id: str) -> dict[str, dict]:
    """What an answer carries, by the rung that reads it."""
    address = mailtokens.plus_address(key, conversation_id, OURS)
    return {
        "plus_address": {"delivered_to": (OURS, address)},
        "signed_message_id": {
            "references": (mailtokens.message_id(key, conversation_id, "ours.example"),)
        },
        "marker": {"markers": (mailtokens.token_of(address),)},
    }


@pytest.mark.parametrize("rung", ["plus_address", "signed_message_id", "marker"])
def test_a_signed_rung_holds(session: Session, cast: Cast, rung: str) -> None:
    conversation = cast.conversation()

    (message,) = take(session, cast.inbox, mail(**signed(KEY, conversation.id)[rung]))

    assert (message.conversation_id, message.matched_by) == (conversation.id, rung)


def test_an_answer_that_came_before_its_question_is_joined_by_it(
    session: Session, cast: Cast
) -> None:
    (answer,) = take(
        session, cast.inbox, mail(mail_message_id="2@theirs", references=("1@theirs",))
    )

    (question,) = take(session, cast.inbox, mail(mail_message_id="1@theirs"))

    assert question.conversation_id == answer.conversation_id
    assert question.matched_by == "referred_to"


def test_two_answers_to_a_mail_we_never_got_belong_together(session: Session, cast: Cast) -> None:
    answers = [mail(mail_message_id=f"{n}@theirs", references=("lost@theirs",)) for n in (1, 2)]

    first, second = take(session, cast.inbox, *answers)

    assert first.conversation_id == second.conversation_id


@pytest.mark.parametrize("rung", ["plus_address", "signed_message_id", "marker"])
def test_a_wrong_signature_never_matches(session: Session, cast: Cast, rung: str) -> None:
    conversation = cast.conversation()

    (message,) = take(session, cast.inbox, mail(**signed(b"wrong" * 7, conversation.id)[rung]))

    assert message.conversation_id != conversation.id
    assert message.matched_by == "new"


def test_a_stored_message_id_holds_in_its_own_inbox(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    cast.incoming(conversation, mail_message_id="old@their.example")

    (message,) = take(session, cast.inbox, mail(references=("x@y", "old@their.example")))

    assert (message.conversation_id, message.matched_by) == (conversation.id, "message_id")


def test_a_subject_number_holds_for_who_takes_part(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()

    (message,) = take(session, cast.inbox, mail(subject=f"Re: [#{conversation.number}] Boiler"))

    assert (message.conversation_id, message.matched_by) == (conversation.id, "subject")


def test_a_stranger_who_knows_a_subject_number_does_not_join(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()

    (message,) = take(session, cast.inbox, mail(STRANGER, subject=f"Re: [#{conversation.number}]"))

    assert message.conversation_id != conversation.id
    assert message.matched_by == "new"


def test_who_was_copied_in_may_answer_by_subject(session: Session, cast: Cast) -> None:
    boss = Address(kind=AddressKind.EMAIL, value="boss@their.example")
    (first,) = take(session, cast.inbox, mail(cc=(boss,)))
    conversation = conversation_of(session, first)

    (message,) = take(session, cast.inbox, mail(boss.value, subject=f"[#{conversation.number}]"))

    assert message.conversation_id == conversation.id
    assert not conversation.flagged


def test_a_stranger_with_a_signed_token_joins_and_is_flagged(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()

    (message,) = take(
        session, cast.inbox, mail(STRANGER, **signed(KEY, conversation.id)["plus_address"])
    )

    assert message.conversation_id == conversation.id
    assert conversation.flagged


def test_a_channel_thread_holds_and_its_newest_conversation_counts(
    session: Session, cast: Cast
) -> None:
    old, new = cast.conversation(), cast.conversation()
    for conversation in (old, new):
        thread = session.get_one(ChannelThread, conversation.id)
        thread.remote_id = "77"
        session.add(thread)

    (message,) = take(session, cast.inbox, mail(thread="77"))

    assert (message.conversation_id, message.matched_by) == (new.id, "channel_thread")


def test_the_first_rung_that_holds_decides(session: Session, cast: Cast) -> None:
    right, wrong = cast.conversation(), cast.conversation()
    evidence = signed(KEY, right.id)["plus_address"]

    (message,) = take(session, cast.inbox, mail(subject=f"[#{wrong.number}]", **evidence))

    assert (message.conversation_id, message.matched_by) == (right.id, "plus_address")


def test_a_stored_message_id_goes_before_a_marker(session: Session, cast: Cast) -> None:
    answered, quoted = cast.conversation(), cast.conversation()
    cast.incoming(answered, mail_message_id="old@their.example")
    evidence = signed(KEY, quoted.id)["marker"]

    (message,) = take(session, cast.inbox, mail(references=("old@their.example",), **evidence))

    assert (message.conversation_id, message.matched_by) == (answered.id, "message_id")


def test_what_was_closed_long_ago_is_followed_by_a_new_one(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    status.resolve(session, conversation, by=SYSTEM)
    conversation.resolved_at = clock.now() - timedelta(days=cast.inbox.reopen_days + 1)

    (message,) = take(session, cast.inbox, mail(subject=f"[#{conversation.number}]"))

    assert message.matched_by == "new_linked"
    assert conversation_of(session, message).linked_id == conversation.id


def test_another_subject_after_the_end_is_another_matter(session: Session, cast: Cast) -> None:
    conversation = cast.conversation(subject="Boiler")
    status.resolve(session, conversation, by=SYSTEM)
    evidence = signed(KEY, conversation.id)["signed_message_id"]

    other, same = take(
        session,
        cast.inbox,
        mail(subject="An invoice", **evidence),
        mail(subject="AW: Re: Boiler", **evidence),
    )

    assert conversation_of(session, other).linked_id == conversation.id
    assert same.conversation_id == conversation.id
