"""What somebody writes to make us work for minutes takes us a moment."""

import time

import pytest

from inbox.richtext.depth import cut_depth
from inbox.richtext.quotes.text import split_quoted

SECONDS = 8  # of processor time; what grows with the square takes minutes


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\n" * 200_000, id="empty lines"),
        pytest.param("From: a\n" * 25_000, id="heads that never go on"),
        pytest.param("From: a\nSent: b\nTo: c\n" * 9_000, id="heads and nothing else"),
        pytest.param("On Monday, Ana wrote:\n" * 9_000, id="attributions"),
        pytest.param("On Monday, Ana wrote:\n\n\n\n\n\n" * 6_000, id="attributions apart"),
        pytest.param("-----\n" * 33_000, id="rules"),
        pytest.param("> " * 100_000, id="one deep quote"),
        pytest.param("> a\n" * 50_000, id="long quote"),
        pytest.param(" " * 199_999 + "x", id="one line of spaces"),
        pytest.param((" " * 999 + "x\n") * 200, id="lines of spaces"),
        pytest.param("_*>-" * 50_000, id="one line of decoration"),
        pytest.param("-- \n" * 50_000, id="signatures"),
        pytest.param("a" * 199_999, id="one word"),
    ],
)
def test_a_text_made_to_be_slow_is_split_in_a_moment(text):
    started = time.process_time()
    split_quoted(text)

    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("piece", ["<a ", "<a", "<", "<div>", "</div>", "<a b='>'>", "<!--"])
def test_markup_made_to_be_slow_is_cut_in_a_moment(piece):
    started = time.process_time()
    cut_depth(piece * 200_000)

    assert time.process_time() - started < SECONDS
