"""Two conversations become one, and two again; answers find the one that goes on."""

import pytest
from sqlmodel import Session, select

from inbox import mailtokens
from inbox.desk import conversations, counters, merging, replies, search, status, tags
from inbox.desk.replies import Composed
from inbox.errors import Conflict, Invalid, NotFound
from inbox.events import Actor
from inbox.model import ChannelThread, Contact, Conversation, Counter, Event, Message, Status
from tests.cast import Cast
from tests.desk.incoming import KEY, conversation_of, mail, take

ANA = Actor("agent", "ana", "Ana")
OURS = "help@ours.example"


def begun(session: Session, cast: Cast, **values) -> tuple[Conversation, Message]:
    (message,) = take(session, cast.inbox, mail("marko@their.example", **values))
    return conversation_of(session, message), message


def counted(session: Session) -> dict[str, int]:
    session.flush()
    rows = session.exec(select(Counter))
    return {row.key: row.value for row in rows if row.value and "merged" not in row.key}


def messages_of(session: Session, conversation: Conversation) -> list[str]:
    query = select(Message.text).where(Message.conversation_id == conversation.id)
    return list(session.exec(query.order_by(Message.id)))


def test_what_was_said_goes_on_in_the_one_that_stays(session: Session, cast: Cast) -> None:
    one, _ = begun(session, cast, text="The boiler leaks")
    other, _ = begun(session, cast, text="It still does")
    tags.tag(session, other, "urgent", by=ANA)

    merging.merge(session, one, other, by=ANA)

    assert messages_of(session, one) == ["The boiler leaks", "It still does"]
    assert (one.message_count, one.unread, one.preview) == (2, 2, "It still does")
    assert [t.name for t in tags.of(session, [one.id])[one.id]] == ["urgent"]
    assert other.status is Status.MERGED
    for name in (other.id, other.number):
        assert conversations.find(session, name) is one


@pytest.mark.parametrize(
    "how",
    [
        lambda c: {"delivered_to": (mailtokens.plus_address(KEY, c.id, OURS),)},
        lambda c: {"references": (mailtokens.message_id(KEY, c.id, "ours.example"),)},
        lambda c: {"subject": f"Re: [#{c.number}] Boiler"},
        lambda _: {"references": ("second@their.example",)},
        lambda _: {"references": ("lost@their.example",)},
    ],
    ids=["plus address", "our id", "number", "their id", "an id it referred to"],
)
def test_answers_to_the_other_find_the_one_that_stays(session: Session, cast: Cast, how) -> None:
    one, _ = begun(session, cast)
    other, _ = begun(
        session, cast, mail_message_id="second@their.example", references=("lost@their.example",)
    )
    third, _ = begun(session, cast)
    merging.merge(session, other, third, by=ANA)
    merging.merge(session, one, other, by=ANA)

    (answer,) = take(session, cast.inbox, mail("marko@their.example", **how(other)))

    assert answer.conversation_id == one.id
    assert not conversation_of(session, answer).flagged


def test_an_undone_merge_leaves_both_as_they_were(session: Session, cast: Cast) -> None:
    one, _ = begun(session, cast, text="The boiler leaks")
    other, _ = begun(session, cast, text="The bill is wrong")
    status.resolve(session, one, by=ANA)
    tags.tag(session, other, "money", by=ANA)
    before, shown = counted(session), (other.status, other.unread, other.preview, one.preview)
    event = merging.merge(session, one, other, by=ANA)
    assert one.status is Status.OPEN

    merging.undo(session, one, event.id, by=ANA)
    status.resolve(session, one, by=ANA)

    assert counted(session) == before
    assert (other.status, other.unread, other.preview, one.preview) == shown
    assert messages_of(session, other) == ["The bill is wrong"]
    assert tags.of(session, [one.id]) == {}
    assert conversations.find(session, other.number) is other


def test_what_was_said_since_follows_its_thread(session: Session, cast: Cast) -> None:
    one, _ = begun(session, cast)
    other, _ = begun(session, cast)
    thread = session.exec(
        select(ChannelThread).where(ChannelThread.conversation_id == other.id)
    ).one()
    event = merging.merge(session, one, other, by=ANA)
    composed = Composed(text="We come on Friday", thread_id=thread.id)
    replies.reply(session, one, composed, by=ANA, request_id="1")

    merging.undo(session, one, event.id, by=ANA)

    assert messages_of(session, other)[-1] == "We come on Friday"
    assert (one.message_count, other.message_count) == (1, 2)


def test_conversations_of_two_customers_are_not_one(session: Session, cast: Cast) -> None:
    one, _ = begun(session, cast)
    (theirs,) = take(session, cast.inbox, mail("eve@evil.example"))

    with pytest.raises(Invalid) as refused:
        merging.merge(session, one, conversation_of(session, theirs), by=ANA)
    assert "customer" in refused.value.fields["conversation_id"]
    with pytest.raises(Invalid):
        merging.merge(session, one, one, by=ANA)


def test_a_merge_is_undone_once(session: Session, cast: Cast) -> None:
    one, _ = begun(session, cast)
    other, _ = begun(session, cast)
    event = merging.merge(session, one, other, by=ANA)
    with pytest.raises(Conflict):
        merging.merge(session, one, other, by=ANA)
    merging.undo(session, one, event.id, by=ANA)

    with pytest.raises(Conflict):
        merging.undo(session, one, event.id, by=ANA)
    with pytest.raises(NotFound):
        merging.undo(session, other, event.id, by=ANA)


def test_search_finds_what_was_said_where_it_is_now(session: Session, cast: Cast) -> None:
    one, _ = begun(session, cast)
    other, _ = begun(session, cast, text="Pelikan")
    search.index_new(session)
    merging.merge(session, one, other, by=ANA)

    (hit,) = search.find(session, "pelikan", None)

    assert hit.conversation is not None
    assert hit.conversation.id == one.id


def test_lists_do_not_show_what_was_merged(session: Session, cast: Cast) -> None:
    one, _ = begun(session, cast)
    other, _ = begun(session, cast)
    merging.merge(session, one, other, by=ANA)

    found = counters.read(session, [f"inbox:{cast.inbox.id}:open"])
    told = session.exec(select(Event).where(Event.conversation_id == other.id)).all()

    assert list(found.values()) == [1]
    assert told[-1].particulars["after"] == "merged"
    assert session.exec(select(Contact).where(Contact.id == one.contact_id)).one()


def test_what_a_mail_referred_to_goes_back_with_it(session: Session, cast: Cast) -> None:
    one, _ = begun(session, cast)
    other, _ = begun(session, cast, references=("lost@their.example",))
    event = merging.merge(session, one, other, by=ANA)
    merging.undo(session, one, event.id, by=ANA)

    (answer,) = take(
        session, cast.inbox, mail("marko@their.example", references=("lost@their.example",))
    )

    assert answer.conversation_id == other.id
