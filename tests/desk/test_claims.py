"""What people tell of themselves along with a message."""

import pytest
from sqlmodel import Session, select

from inbox import mailtokens
from inbox.desk import replies, reply_channels
from inbox.desk.replies import Composed
from inbox.envelope import Address, AddressKind, InboundEnvelope
from inbox.errors import Invalid
from inbox.events import SYSTEM
from inbox.model import Contact, Conversation, Identity
from tests.cast import Cast
from tests.desk.incoming import KEY, conversation_of, mail, take

NUMBER = "+381601234567"
STOP, START = {"sms_consent": "stopped"}, {"sms_consent": "started"}


def text(external_id: str, fields: dict[str, str]) -> InboundEnvelope:
    sender = Address(kind=AddressKind.PHONE, value=NUMBER)
    return InboundEnvelope(
        external_id=external_id, sender=sender, thread=NUMBER, text="STOP", fields=fields
    )


def identity(session: Session, value: str) -> Identity:
    return session.exec(select(Identity).where(Identity.value == value)).one()


def answer(session: Session, conversation: Conversation, request_id: str) -> None:
    replies.reply(session, conversation, Composed(text="Hi"), by=SYSTEM, request_id=request_id)


def test_who_said_stop_can_not_be_written_to_until_they_say_start(
    session: Session, cast: Cast
) -> None:
    (message,) = take(session, cast.inbox, text("1", STOP))
    conversation = conversation_of(session, message)

    (channel,) = reply_channels.channels_for(session, conversation)
    assert (channel.available, "STOP" in channel.why_not) == (False, True)
    with pytest.raises(Invalid, match="STOP"):
        answer(session, conversation, "one")

    take(session, cast.inbox, text("2", START))
    answer(session, conversation, "two")


def test_the_consent_of_the_chat_is_kept_with_its_version_and_time(
    session: Session, cast: Cast
) -> None:
    take(session, cast.inbox, text("1", {"consent_version": "v1"}))
    first = identity(session, NUMBER).consented_at
    take(session, cast.inbox, text("2", {"consent_version": "v1"}))

    found = identity(session, NUMBER)
    assert (found.consent_version, found.consented_at) == ("v1", first)
    assert first is not None


def test_an_address_they_name_is_theirs_and_not_proven(session: Session, cast: Cast) -> None:
    named = (
        Address(kind=AddressKind.EMAIL, value="nada@new.example"),
        Address(kind=AddressKind.EMAIL, value=cast.identity.value),
    )
    take(session, cast.inbox, mail("visitor@new.example", external_id="1", claimed=named))

    found = identity(session, "nada@new.example")
    assert (found.proof, found.verified_at) == ("claimed", None)
    assert found.contact_id == identity(session, "visitor@new.example").contact_id
    assert session.get_one(Contact, found.contact_id).indexed is False
    assert identity(session, cast.identity.value).contact_id == cast.contact.id


def test_who_comes_by_a_link_that_we_gave_to_a_contact_is_that_contact(
    session: Session, cast: Cast
) -> None:
    token = mailtokens.start_token(KEY, cast.contact.id)
    forged = token[:-1] + ("a" if token[-1] != "a" else "b")

    messages = take(session, cast.inbox, started("1", "77", token), started("2", "88", forged))

    assert identity(session, "77").contact_id == cast.contact.id
    assert identity(session, "88").contact_id != cast.contact.id
    assert conversation_of(session, messages[0]).contact_id == cast.contact.id


def test_a_link_moves_nobody_who_is_known(session: Session, cast: Cast) -> None:
    take(session, cast.inbox, started("1", "77", ""))
    before = identity(session, "77").contact_id

    take(session, cast.inbox, started("2", "77", mailtokens.start_token(KEY, cast.contact.id)))

    assert identity(session, "77").contact_id == before


def started(external_id: str, sender: str, token: str) -> InboundEnvelope:
    return InboundEnvelope(
        external_id=external_id, sender=Address(kind=AddressKind.TELEGRAM, value=sender),
        thread=sender, text="/start", fields={"start_token": token},
    )  # fmt: skip
