"""A shop with one mailbox on servers that misbehave, and the hands of its workers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.shop import Shop, open_shop


@pytest.fixture
async def shop(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path, sqlite_url) as opened:
        yield opened
