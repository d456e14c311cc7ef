"""Messages are found by each of the ids that providers and mail programs know them by."""

from collections.abc import Callable

import pytest
from sqlmodel import Session

from inbox.desk import parts, replies, sent_copies
from inbox.desk.composing import Composed
from inbox.desk.ingest import Understood
from inbox.envelope import InboundEnvelope
from inbox.events import SYSTEM
from tests.cast import Cast
from tests.desk.incoming import mail
from tests.plans import plans


def picture(session: Session) -> object:
    one = InboundEnvelope(external_id="1", sender=mail().sender, text="", album="7")
    return parts.of_album(session, [("inbox", one)])


def answer(session: Session) -> object:
    return parts.find(session, {("inbox", "1")})


def bounce(session: Session) -> object:
    return parts.sent_as(session, "inbox", "1@ours.example")


def sent_mail(session: Session) -> object:
    one = Understood("inbox", mail(mail_message_id="1@ours.example"))
    return sent_copies._stored(session, one, mail(mail_message_id="1@ours.example"))


@pytest.mark.parametrize("look_up", [picture, answer, bounce, sent_mail])
def test_a_message_is_looked_up_by_an_index_of_the_id(
    sqlite_url: str, look_up: Callable[[Session], object]
) -> None:
    for plan in plans(sqlite_url, look_up):
        assert "SCAN" not in plan
        ids = ("external_id=?", "provider_id=?", "mail_message_id=?")
        assert any(one in plan for one in ids), plan


def test_only_ours_of_that_inbox_is_found_by_its_message_id(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    cast.incoming(conversation, mail_message_id="theirs@x")
    ours = replies.reply(session, conversation, Composed(text="Hi"), by=SYSTEM, request_id="1")
    ours.mail_message_id = "ours@x"
    session.flush()

    assert parts.sent_as(session, cast.inbox.id, "ours@x") == ours
    assert parts.sent_as(session, "another", "ours@x") is None
    assert parts.sent_as(session, cast.inbox.id, "theirs@x") is None
