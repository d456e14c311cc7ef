"""HTML and text turn into each other as a person would do it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.richtext import sanitize, to_html, to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>Two<div>Three</div>", "One\nTwo\nThree"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ('<a href="https://x.test/a">here</a>', "here <https://x.test/a>"),
        ('<a href="https://x.test/">x.test</a>', "x.test"),
        ("<blockquote>old<br>er</blockquote>new", "> old\n> er\n\nnew"),
        ("<style>p{}</style><title>t</title>a &amp; b&nbsp;c", "a & b c"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("  a\n   b  ", "a b"),
        ("", ""),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert to_text(html) == text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("a\nb\n\nc", "<p>a<br>b</p><p>c</p>"),
    ],
)
def test_text_becomes_html(text: str, html: str) -> None:
    assert to_html(text) == html


def test_links_are_made_clickable_and_nothing_else() -> None:
    html = to_html(
        'see https://x.test/?a=1&b=2, jane@example.com javascript:alert(1) <img onerror="x">'
    )

    assert 'href="https://x.test/?a=1&amp;b=2"' in html
    assert 'href="mailto:jane@example.com"' in html
    assert html.count("<a ") == 2
    assert "<img" not in html


@given(st.text())
def test_any_text_as_html_is_clean_already(text: str) -> None:
    html = to_html(text)

    assert to_text(sanitize(html)).split() == to_text(html).split()
    assert sanitize(html).count("<a ") == html.count("<a ")
