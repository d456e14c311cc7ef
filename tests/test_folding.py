"""Folding finds a name however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.folding import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ђорђе", "đorđe"),
        ("ĐORĐE", "Djordje"),
        ("Љубица Његош", "ljubica njegos"),
        ("Џеп", "džep"),
        ("Ćirić", "ciric"),
        ("Ћирић", "ciric"),
        ("Straße", "STRASSE"),
        ("Żółć", "zolc"),
        ("Crème brûlée", "creme brulee"),
        ("İstanbul", "istanbul"),
        ("ﬁn", "fin"),
    ],
)
def test_two_spellings_fold_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_case_never_matters(text: str) -> None:
    assert fold(text) == fold(text.casefold())
