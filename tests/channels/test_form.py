"""Web forms: a submission is a message, and answers go by e-mail."""

from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from inbox.channels.base import Account, PermanentFailure, Unparsable
from inbox.channels.form import FormChannel, FormSettings
from inbox.envelope import Address, OutboundEnvelope, RawItem
from inbox.testing import check_channel

SUBMISSION = {
    "id": "s1",
    "name": "Ana Ilić",
    "email": " Ana@Example.com ",
    "subject": "Corked bottle",
    "message": "The cork broke.",
    "extra": {"order": "1042", "gift": ""},
    "files": [{"name": "a.png", "content_type": "image/png", "digest": "ab" * 32}],
    "language": "sr",
}
EXTRA = '[{"name": "order", "label": "Order number", "required": true}]'


def channel(**settings):
    return FormChannel(Account(inbox_id="i", name="Form", settings=FormSettings(**settings)))


def item(**changes):
    return RawItem(external_id="s1", content=orjson.dumps(SUBMISSION | changes))


def test_the_channel_keeps_the_contract():
    check_channel(FormChannel, channel(extra_fields=EXTRA).account, [item()])


def test_a_submission_is_a_message_of_who_they_say_they_are():
    envelope = channel(extra_fields=EXTRA).parse(item())[0]

    assert envelope.sender == Address(kind="email", value="ana@example.com", name="Ana Ilić")
    assert envelope.proof == "claimed"
    assert envelope.subject == "Corked bottle"
    assert envelope.text == "The cork broke.\n\nOrder number: 1042"
    assert envelope.fields == {"name": "Ana Ilić", "language": "sr", "order": "1042"}
    assert envelope.files[0].remote == "digest:" + "ab" * 32


def test_a_field_that_was_taken_off_the_form_keeps_its_name():
    assert "order: 1042" in channel().parse(item())[0].text


def test_without_an_e_mail_the_phone_is_the_sender():
    envelope = channel().parse(item(email="", phone="+381 64 123-4567"))[0]

    assert (envelope.sender.kind, envelope.sender.value) == ("phone", "+381641234567")


def test_a_submission_of_nobody_is_unparsable():
    with pytest.raises(Unparsable, match="neither"):
        channel().parse(item(email=" "))


async def test_an_answer_by_form_says_what_to_do():
    envelope = OutboundEnvelope(
        delivery_id="d1",
        message_id="m1",
        recipient=Address(kind="email", value="ana@example.com"),
        text="Sorry!",
    )

    with pytest.raises(PermanentFailure, match="Answer by"):
        await channel().send(envelope)


async def test_the_check_wants_an_inbox_to_answer_by():
    assert not (await channel().check()).ok
    assert (await channel(reply_inbox="Support").check()).ok


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"ask_email": "optional"}, "nobody can be answered"),
        ({"extra_fields": "{"}, "Not a list of fields"),
        ({"extra_fields": '[{"name": "Order No", "label": "x"}]'}, "Not a list of fields"),
        ({"extra_fields": '[{"name":"a","label":"A"},{"name":"a","label":"B"}]'}, "same name"),
    ],
)
def test_settings_that_cannot_work_are_explained(settings, words):
    with pytest.raises(ValidationError, match=words):
        FormSettings(**settings)


def test_extra_fields_are_read():
    (field,) = FormSettings(extra_fields=EXTRA).extra()

    assert (field.name, field.label, field.required) == ("order", "Order number", True)


@given(
    st.dictionaries(
        st.sampled_from(sorted(SUBMISSION)),
        st.none() | st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()),
    )
)
def test_any_values_are_understood_or_unparsable(changes):
    with suppress(Unparsable):
        channel().parse(item(**changes))
