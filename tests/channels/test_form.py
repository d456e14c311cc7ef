"""Web forms: a submission is a message, and answers go by e-mail."""

from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from inbox.channels.base import Account, PermanentFailure, Unparsable
from inbox.channels.form import FormChannel, FormField, FormSettings
from inbox.channels.form.settings import is_page, is_shown
from inbox.desk import accounts
from inbox.envelope import Address, OutboundEnvelope, RawItem
from inbox.errors import Invalid
from inbox.testing import check_channel

SUBMISSION = {
    "id": "s1",
    "name": "Ana Ilić",
    "email": " Ana@Example.com ",
    "subject": "Corked bottle",
    "message": "The cork broke.",
    "lines": [
        {"label": "Order number", "value": "1042"},
        {"label": "Where", "value": "In the cellar\nOn the left"},
    ],
    "record": {"city": "Niš", "custom.size": "42"},
    "tags": ["wine", "breakage"],
    "priority": "3",
    "files": [{"name": "a.png", "content_type": "image/png", "digest": "ab" * 32}],
    "language": "sr",
    "consent": {"version": "4f2a", "text": "I agree to be answered."},
}
EMAIL = {"name": "email", "label": "E-mail", "kind": "email", "required": True, "maps_to": "email"}
TOPIC = {"name": "topic", "label": "Topic", "kind": "choice", "options": ["Order", "Other"]}


def channel(**settings):
    return FormChannel(Account(inbox_id="i", name="Form", settings=FormSettings(**settings)))


def item(**changes):
    return RawItem(external_id="s1", content=orjson.dumps(SUBMISSION | changes))


def test_the_channel_keeps_the_contract():
    check_channel(FormChannel, channel().account, [item()])


def test_a_submission_is_a_message_of_who_they_say_they_are():
    envelope = channel().parse(item())[0]

    assert envelope.sender == Address(kind="email", value="ana@example.com", name="Ana Ilić")
    assert envelope.proof == "claimed"
    assert envelope.subject == "Corked bottle"
    assert envelope.text == (
        "The cork broke.\n\nOrder number: 1042\nWhere:\nIn the cellar\nOn the left"
        "\n\n✓ I agree to be answered."
    )
    assert envelope.fields == {
        "name": "Ana Ilić",
        "language": "sr",
        "city": "Niš",
        "custom.size": "42",
        "tags": "wine\nbreakage",
        "priority": "3",
        "consent_version": "4f2a",
    }
    assert envelope.files[0].remote == "digest:" + "ab" * 32


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
    ("fields", "place"),
    [
        ([TOPIC], "settings"),
        ([EMAIL | {"required": False}], "settings"),
        ([TOPIC, EMAIL | {"shown_if": "topic"}], "settings"),
        ([EMAIL, EMAIL], "1.name"),
        ([EMAIL, EMAIL | {"name": "other"}], "1.maps_to"),
        ([EMAIL | {"name": "Order No"}], "0.name"),
        ([EMAIL | {"name": "consent"}], "0.name"),
        ([EMAIL | {"label": " "}], "0.label"),
        ([EMAIL, TOPIC | {"options": []}], "1.options"),
        ([EMAIL, TOPIC | {"options": ["Order", "Order"]}], "1.options"),
        ([EMAIL, TOPIC | {"maps_to": "email"}], "1.maps_to"),
        ([EMAIL, TOPIC | {"kind": "text", "options": [], "pattern": "(["}], "1.pattern"),
        ([EMAIL, TOPIC | {"kind": "number", "minimum": 3, "maximum": 2}], "1.maximum"),
        ([EMAIL, TOPIC | {"kind": "text", "min_length": 3, "max_length": 2}], "1.max_length"),
        ([EMAIL, TOPIC | {"kind": "hidden", "required": True}], "1.required"),
        ([EMAIL | {"shown_if": "topic"}, TOPIC], "0.shown_if"),
        ([EMAIL, TOPIC, {"name": "x", "label": "X", "shown_if": "topic", "shown_value": "?"}],
         "2.shown_value"),
        ([EMAIL, *({"name": f"f{n}", "label": "File", "kind": "file"} for n in range(6))],
         "settings"),
    ],
)  # fmt: skip
def test_fields_that_cannot_work_are_named(fields, place):
    with pytest.raises(Invalid) as refused:
        accounts.validate(FormSettings, {"fields": fields})

    assert set(refused.value.fields) == {"fields" if place == "settings" else f"fields.{place}"}


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        ("https://example.com/thanks?a=1", True),
        ("http://localhost:8000/", True),
        ("/thanks", False),
        ("//example.com", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://", False),
        ("https://ana:secret@example.com/", False),
        ("https://example.com/; script-src *", False),
        ("https://example.com/\nSet-Cookie: a", False),
    ],
)
def test_a_form_leads_only_to_a_page_of_the_web(address, is_taken):
    with suppress(ValidationError):
        assert FormSettings(redirect=address).redirect == address
        assert is_taken
        return
    assert not is_taken


@given(st.text())
def test_a_redirect_can_never_add_to_the_pages_policy(address):
    if is_page(address):
        assert not set(address) & set(" ;,\n\r'\"")
        assert address.startswith(("http://", "https://")) or address[:5].lower() == "http:"


def test_a_pattern_that_hangs_other_engines_is_answered_at_once():
    field = FormField(name="code", label="Code", pattern="(a+)+b")

    assert not field.takes("a" * 200)
    assert field.takes("aab")


def test_a_changed_consent_text_is_another_version():
    assert (
        FormSettings(consent="One").consent_version()
        != FormSettings(consent="Two").consent_version()
    )
    assert not FormSettings().consent_version()


NAMES = ["a", "b", "c", "d"]


@given(
    st.lists(st.sampled_from(["", *NAMES]), min_size=4, max_size=4),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["", "yes", "no"])),
)
def test_what_depends_on_a_field_not_shown_is_not_shown(conditions, values):
    fields = {
        name: FormField(
            name=name, label=name, shown_if=condition if condition < name else "",
            shown_value="yes" if condition and condition < name else "",
        )
        for name, condition in zip(NAMES, conditions, strict=True)
    }  # fmt: skip
    for field in fields.values():
        if is_shown(field, fields, values) and field.shown_if:
            assert is_shown(fields[field.shown_if], fields, values)
            assert values.get(field.shown_if) == "yes"


@given(
    st.dictionaries(
        st.sampled_from(sorted(SUBMISSION)),
        st.none() | st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()),
    )
)
def test_any_values_are_understood_or_unparsable(changes):
    with suppress(Unparsable):
        channel().parse(item(**changes))
