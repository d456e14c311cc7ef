"""Long texts are cut where a reader would pause, and nothing of them is lost."""

import re

from hypothesis import given
from hypothesis import strategies as st

from inbox.channels.splitting import split


def test_a_short_text_is_one_part():
    assert split("Hello.", 4096) == ["Hello."]


def test_no_text_is_no_part():
    assert split(" \n", 4096) == []


def test_a_paragraph_is_a_better_place_than_a_sentence():
    assert split("One two. Three.\n\nFour. Five six.", 20) == ["One two. Three.", "Four. Five six."]


def test_a_sentence_is_a_better_place_than_a_word():
    assert split("One two three. Four five six seven", 22) == [
        "One two three.",
        "Four five six seven",
    ]


def test_a_long_word_is_cut_anywhere():
    assert split("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]


def test_characters_beyond_the_basic_plane_count_twice():
    assert split("😀" * 6, 10) == ["😀" * 5, "😀"]


@given(st.text(alphabet="ab. \n😀!?ž", max_size=400), st.integers(4, 50))
def test_nothing_but_space_between_parts_is_lost(text, limit):
    parts = split(text, limit)

    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
    assert all(0 < len(part.encode("utf-16-le")) // 2 <= limit for part in parts)
