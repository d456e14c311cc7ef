"""What is said fits any channel: choices become numbers, long texts parts, and nothing is lost."""

import re

from hypothesis import given
from hypothesis import strategies as st

from inbox.channels import registry
from inbox.channels.base import Capabilities
from inbox.channels.degrading import fitted
from inbox.channels.splitting import parts
from inbox.envelope import Address, Button, OutboundEnvelope

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40)


def envelope(text: str, labels: list[str]) -> OutboundEnvelope:
    return OutboundEnvelope(
        delivery_id="d", message_id="m", recipient=Address(kind="phone", value="+1"), text=text,
        html="<p>x</p>", buttons=tuple(Button(text=label, value=label) for label in labels),
    )  # fmt: skip


@given(st.text(max_size=200), st.lists(WORDS, max_size=10))
def test_who_has_no_buttons_reads_every_choice_by_its_number(text: str, labels: list[str]) -> None:
    found = fitted(envelope(text, labels), Capabilities())

    assert found.buttons == ()
    assert found.text.startswith(text)
    for number, label in enumerate(labels, 1):
        assert f"{number}. {label}" in found.text


@given(st.text(max_size=200), st.lists(WORDS, max_size=10))
def test_who_has_buttons_gets_them_as_they_are(text: str, labels: list[str]) -> None:
    asked = envelope(text, labels)

    assert fitted(asked, Capabilities(buttons=True)) is asked


@given(st.text(max_size=6000), st.sampled_from(sorted(registry.kinds())))
def test_a_text_of_any_length_goes_in_parts_that_the_channel_takes(text: str, kind: str) -> None:
    limit = registry.kind(kind).capabilities.text_limit
    found = parts(text, limit)

    assert all(len(part) <= limit for part in found if limit)
    assert re.sub(r"\s", "", "".join(found)) == re.sub(r"\s", "", text)


def test_a_long_text_is_cut_at_the_end_of_a_sentence() -> None:
    assert parts("One two three. Four five six.", 20) == ["One two three.", "Four five six."]
    assert parts("Short.", 20) == ["Short."]
    assert parts("Of any length", 0) == ["Of any length"]
