"""Who else gets a reply: read from what was typed, proposed from what came, checked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from inbox.desk import copies, outbound, replies
from inbox.desk.replies import Composed
from inbox.envelope import Address
from inbox.errors import Invalid
from inbox.events import Actor
from inbox.model import Delivery, Identity
from tests.cast import Cast
from tests.desk.incoming import KEY, conversation_of, mail, take


def at(value: str) -> Address:
    return Address(kind="email", value=value)


def test_names_commas_and_semicolons_are_read_as_people_write_them() -> None:
    typed = "Ivo Ilić <Ivo@their.example>; boss@their.example,\n ivo@their.example,"

    assert copies.addresses(typed) == ["ivo@their.example", "boss@their.example"]


@given(st.text())
def test_whatever_is_typed_gives_no_address_twice(text: str) -> None:
    found = copies.addresses(text)

    assert len(found) == len(set(found))
    assert all(found)


def test_who_stood_on_the_customers_mail_is_proposed_without_us(
    session: Session, cast: Cast
) -> None:
    everybody = (at("help+token@ours.example"), at("ivo@their.example"))
    (message,) = take(session, cast.inbox, mail(to=everybody, cc=(at("boss@their.example"),)))

    found = copies.proposed(session, conversation_of(session, message))

    assert found == ["ivo@their.example", "boss@their.example"]


def test_copies_are_kept_with_the_message_and_sent(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    composed = Composed(text="Here", cc=["ivo@their.example"], bcc=["audit@ours.example"])
    by = Actor.agent(cast.agents["Ana"])
    message = replies.reply(session, conversation, composed, by=by, request_id="one")
    delivery = session.exec(select(Delivery)).one()

    envelope = outbound.build(session, delivery, KEY).envelope

    assert message.recipients["cc"] == ["ivo@their.example"]
    assert [a.value for a in envelope.cc] == ["ivo@their.example"]
    assert [a.value for a in envelope.bcc] == ["audit@ours.example"]


@pytest.mark.parametrize("field", ["cc", "bcc"])
def test_what_is_no_address_is_refused_by_name(session: Session, cast: Cast, field: str) -> None:
    composed = Composed(text="Here", **{field: ["ivo"]})
    by = Actor.agent(cast.agents["Ana"])

    with pytest.raises(Invalid) as refused:
        replies.reply(session, cast.conversation(), composed, by=by, request_id="one")

    assert refused.value.fields == {field: "ivo is not an address."}


def test_an_address_longer_than_any_mail_system_takes_is_none(session: Session, cast: Cast) -> None:
    composed = Composed(text="Here", cc=["x" * 5000 + "@their.example"])
    by = Actor.agent(cast.agents["Ana"])

    with pytest.raises(Invalid) as refused:
        replies.reply(session, cast.conversation(), composed, by=by, request_id="one")

    assert len(refused.value.fields["cc"]) < 300


def test_only_an_email_goes_to_others(session: Session, cast: Cast) -> None:
    conversation = cast.conversation()
    identity = session.exec(select(Identity)).one()
    identity.kind = "phone"
    session.flush()
    composed = Composed(text="Here", cc=["ivo@their.example"])

    with pytest.raises(Invalid) as refused:
        replies.reply(
            session, conversation, composed, by=Actor.agent(cast.agents["Ana"]), request_id="one"
        )

    assert "cc" in refused.value.fields
