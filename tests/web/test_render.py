"""Words for numbers, as pages show them."""

import pytest

from inbox.web.render import duration


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "—"), (0.4, "0 s"), (6.595, "7 s"), (90, "2 min"), (3_900, "1 h 5 min"),
        (93_600, "1 d 2 h"),
    ],
)  # fmt: skip
def test_a_time_is_told_in_its_larger_two_units(seconds, said) -> None:
    assert duration(seconds) == said
