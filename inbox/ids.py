"""Ids known before the row is written, which sort by age."""

import os
import secrets
import time
from datetime import datetime

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
PAIRS = [high + low for high in ALPHABET for low in ALPHABET]
LENGTH = 25  # base 36 digits of 128 bits
RANDOM_BITS = 64
TICKS_PER_SECOND = 10_000_000

_last_tick = 0


def new() -> str:
    """25 characters, 64 bits of time in tenths of a microsecond, 64 random bits."""
    global _last_tick  # noqa: PLW0603  two ids of one process must never share a tick
    tick = time.time_ns() * TICKS_PER_SECOND // 1_000_000_000
    _last_tick = tick = max(tick, _last_tick + 1)
    return _base36(tick << RANDOM_BITS | int.from_bytes(os.urandom(RANDOM_BITS // 8)))


def first_at(moment: datetime) -> str:
    """Below every id made from this moment on, and above those made before."""
    return _base36(int(moment.timestamp() * TICKS_PER_SECOND) << RANDOM_BITS)


def at(moment: datetime) -> str:
    """For a row that tells of something earlier, so that it sorts by when that was."""
    tick = int(moment.timestamp() * TICKS_PER_SECOND)
    return _base36(tick << RANDOM_BITS | int.from_bytes(os.urandom(RANDOM_BITS // 8)))


def token() -> str:
    """A secret of 256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def _base36(number: int) -> str:
    """Two digits at a time, since every row has one."""
    pairs = []
    for _ in range(LENGTH // 2 + 1):
        number, pair = divmod(number, len(PAIRS))
        pairs.append(PAIRS[pair])
    return "".join(reversed(pairs))[-LENGTH:]
