"""Tokens lead back to their conversation, and nobody else can make one."""

from hypothesis import given
from hypothesis import strategies as st

from inbox import ids, mailtokens

KEY = b"k" * 32
OTHER_KEY = b"o" * 32


def test_a_message_id_leads_back() -> None:
    conversation = ids.new()
    made = mailtokens.message_id(KEY, conversation, "shop.test")

    assert mailtokens.read_message_id(KEY, made) == conversation
    assert mailtokens.read_message_id(KEY, f"<{made.upper()}>") == conversation


def test_two_message_ids_of_one_conversation_differ() -> None:
    made = {mailtokens.message_id(KEY, "c1", "shop.test") for _ in range(50)}

    assert len(made) == 50


def test_a_plus_address_leads_back_and_fits() -> None:
    conversation = ids.new()
    made = mailtokens.plus_address(KEY, conversation, "support@shop.test")

    assert made.endswith("@shop.test")
    assert len(made.partition("@")[0]) <= mailtokens.LOCAL_PART_LIMIT
    assert mailtokens.read_plus_address(KEY, made.swapcase()) == conversation


def test_an_address_with_a_plus_of_its_own_keeps_it() -> None:
    made = mailtokens.plus_address(KEY, "c1", "support+eu@shop.test")

    assert made.startswith("support+eu+")
    assert mailtokens.read_plus_address(KEY, made) == "c1"


def test_an_address_too_long_for_a_token_stays_as_it_is() -> None:
    address = "x" * 50 + "@shop.test"

    assert mailtokens.plus_address(KEY, ids.new(), address) == address


def test_a_token_of_another_key_never_matches() -> None:
    assert mailtokens.read_message_id(KEY, mailtokens.message_id(OTHER_KEY, "c1", "x.test")) is None
    plus = mailtokens.plus_address(OTHER_KEY, "c1", "a@x.test")
    assert mailtokens.read_plus_address(KEY, plus) is None


def test_the_token_of_a_plus_address_is_read_alone_as_well() -> None:
    token = mailtokens.token_of(mailtokens.plus_address(KEY, "c1", "a@x.test"))

    assert mailtokens.read_marker(KEY, token.upper()) == "c1"
    assert mailtokens.read_marker(OTHER_KEY, token) is None
    assert mailtokens.token_of("a+news@x.test") == ""


@given(st.text())
def test_any_text_is_read_without_a_match(text: str) -> None:
    assert mailtokens.read_message_id(KEY, text) is None
    assert mailtokens.read_plus_address(KEY, text) is None
    assert mailtokens.read_marker(KEY, text) is None


@given(st.integers(0, 200), st.characters(categories=["Ll", "Nd"]))
def test_a_changed_letter_breaks_the_signature(place: int, letter: str) -> None:
    made = mailtokens.plus_address(KEY, "c1", "a@x.test")
    local, _, domain = made.partition("@")
    place %= len(local)
    changed = local[:place] + letter + local[place + 1 :] + "@" + domain

    found = mailtokens.read_plus_address(KEY, changed)
    assert found is None or changed.rpartition("+")[2] == made.rpartition("+")[2]
