import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.errors import RateLimited
from inbox.web.limits import MOST_KEYS, Limiter


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_allowed_and_then_it_takes_time() -> None:
    clock = Clock()
    limiter = Limiter(rate=0.5, burst=2, clock=clock)
    limiter.take("ana")
    limiter.take("ana")
    with pytest.raises(RateLimited) as refused:
        limiter.take("ana")
    assert refused.value.retry_after == 2
    limiter.take("petar")
    clock.now = 2
    limiter.take("ana")


@given(st.lists(st.floats(0, 30), max_size=60))
def test_never_more_than_the_burst_and_the_rate(waits: list[float]) -> None:
    clock = Clock()
    limiter = Limiter(rate=0.2, burst=3, clock=clock)
    taken = 0
    for wait in waits:
        clock.now += wait
        try:
            limiter.take("key")
        except RateLimited:
            continue
        taken += 1
    assert taken <= 3 + clock.now * 0.2 + 1e-6


def test_a_flood_of_keys_does_not_fill_the_memory() -> None:
    limiter = Limiter(rate=0.001, burst=2, clock=Clock())
    for number in range(MOST_KEYS + 100):
        limiter.take(f"{number}")
    assert len(limiter._buckets) <= MOST_KEYS
