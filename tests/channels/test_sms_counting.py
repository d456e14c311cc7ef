"""How many SMS a text takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.channels.sms import segments


@pytest.mark.parametrize(
    ("text", "parts", "left", "encoding"),
    [
        ("", 0, 160, "GSM-7"),
        ("a" * 160, 1, 0, "GSM-7"),
        ("a" * 161, 2, 145, "GSM-7"),
        ("€" * 80, 1, 0, "GSM-7"),
        ("a" * 152 + "€" + "a" * 10, 2, 141, "GSM-7"),  # the pair is not cut: 152, then 2 + 10
        ("ж" * 70, 1, 0, "UCS-2"),
        ("ж" * 71, 2, 63, "UCS-2"),
        ("😀" * 35, 1, 0, "UCS-2"),
        ("😀" * 36, 2, 61, "UCS-2"),  # 33 in the first, since a part takes 67
        ("“quoted”", 1, 62, "UCS-2"),
    ],
)
def test_segments_are_counted_as_carriers_do(text, parts, left, encoding):
    assert segments(text) == (parts, left, encoding)


@given(st.text(), st.characters())
def test_a_longer_text_never_takes_fewer(text, more):
    assert segments(text + more).parts >= segments(text).parts
