"""Templates understand a fixed list of variables, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.model import Company, Contact, Conversation, Inbox
from inbox.routing.facts import Subject
from inbox.routing.variables import VARIABLES, fill, unknown


def subject(name: str = "Marko Marić", about: str = "Boiler") -> Subject:
    return Subject(
        conversation=Conversation(number=7, contact_id="c", inbox_id="i", subject=about),
        contact=Contact(name=name),
        inbox=Inbox(name="Mail", kind="email", slug="mail", address="help@ours.example"),
        company=Company(name="Marić d.o.o."),
    )


def test_each_variable_has_a_value() -> None:
    filled = {name: fill("{{" + name + "}}", subject()) for name in VARIABLES}

    assert filled == {
        "contact.name": "Marko Marić",
        "contact.first_name": "Marko",
        "company.name": "Marić d.o.o.",
        "conversation.number": "7",
        "conversation.subject": "Boiler",
        "inbox.name": "Mail",
        "inbox.address": "help@ours.example",
    }


@pytest.mark.parametrize(
    "text",
    ["{{7*7}}", "{% for x in y %}", "{{config}}", "${7*7}", "{{ ''.__class__ }}", "{0.__class__}"],
)
def test_the_language_of_templates_is_only_text(text: str) -> None:
    assert fill(text, subject()) == text
    assert fill("{{ contact.name }}", subject(name=text)) == text


def test_a_value_is_not_searched_for_variables() -> None:
    assert fill("{{contact.name}}", subject(name="{{conversation.number}}")) == (
        "{{conversation.number}}"
    )


@pytest.mark.parametrize("name", ["Buy https://x.example", "WWW.x.example", "visit x.io/now"])
def test_a_name_that_carries_a_link_is_left_out(name: str) -> None:
    assert fill("Dear {{contact.name}}!", subject(name=name)) == "Dear !"


def test_a_value_is_one_line_of_limited_length() -> None:
    assert fill("{{contact.name}}", subject(name="A\r\nBcc: b")) == "A Bcc: b"
    assert len(fill("{{contact.name}}", subject(name="x" * 300))) == 100


def test_a_nameless_contact_has_an_empty_first_name() -> None:
    assert fill("{{contact.first_name}}", subject(name="")) == ""


def test_unknown_variables_are_named() -> None:
    assert unknown("{{contact.name}} {{ contact.password }} {{ config }}") == [
        "config",
        "contact.password",
    ]


@given(st.text())
def test_text_without_braces_stays_as_it_is(text: str) -> None:
    assert fill(text.replace("{", ""), subject()) == text.replace("{", "")
