"""How often somebody may do something: token buckets in memory, one a key."""

import math
import time
from collections.abc import Callable

from inbox.errors import RateLimited

MOST_KEYS = 20_000


class Limiter:
    """`burst` at once, then `rate` a second; each process counts for itself."""

    def __init__(
        self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rate = rate
        self.burst = burst
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}  # key → (tokens, when counted)

    def take(self, key: str, amount: float = 1) -> None:
        """Raises RateLimited, and then nothing is taken."""
        now = self._clock()
        tokens = self._tokens(key, now)
        if tokens < amount:
            raise RateLimited(retry_after=math.ceil((amount - tokens) / self.rate))
        if len(self._buckets) >= MOST_KEYS:
            self._forget_the_full(now)
        self._buckets[key] = (tokens - amount, now)

    def _tokens(self, key: str, now: float) -> float:
        tokens, counted = self._buckets.get(key, (self.burst, now))
        return min(self.burst, tokens + (now - counted) * self.rate)

    def _forget_the_full(self, now: float) -> None:
        """A full bucket says the same as none; should all be in use, the oldest half goes."""
        kept = {key: value for key, value in self._buckets.items() if self._is_used(key, now)}
        while len(kept) >= MOST_KEYS:
            kept = dict(list(kept.items())[len(kept) // 2 :])
        self._buckets = kept

    def _is_used(self, key: str, now: float) -> bool:
        return self._tokens(key, now) < self.burst
