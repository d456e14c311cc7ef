import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.web.uploads import BINARY, LONGEST_NAME, content_type, safe_name

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 8


@pytest.mark.parametrize(
    ("content", "claimed", "found"),
    [
        (PNG, "text/html", "image/png"),
        (b"<script>", "image/png", BINARY),
        (b"<svg/>", "image/svg+xml", BINARY),
        (b"<html>", "text/html; charset=utf-8", BINARY),
        (b"%PDF-1.7", "application/pdf", "application/pdf"),
        (b"a,b", "Text/CSV", "text/csv"),
        (b"x", "text/javascript", BINARY),
        (b"x", "nonsense\r\nX: y", BINARY),
        (b"x", "", BINARY),
    ],
)
def test_the_type_is_what_the_bytes_allow(content: bytes, claimed: str, found: str) -> None:
    assert content_type(content, claimed) == found


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\račun.pdf", "račun.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\r\nSet-Cookie: b", "aSet-Cookie: b"),
        ("..", "file"),
        ("", "file"),
        ("рачун.pdf", "рачун.pdf"),
    ],
)
def test_a_name_keeps_its_ending_and_nothing_that_hides_it(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@given(st.text(max_size=400))
def test_a_name_is_always_one_that_can_be_kept(name: str) -> None:
    kept = safe_name(name)
    assert 0 < len(kept) <= LONGEST_NAME
    assert not any(unicodedata.category(c).startswith("C") or c in "/\\" for c in kept)
