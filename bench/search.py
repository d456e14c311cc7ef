"""Search for a common word, a rare one and one that nobody wrote."""

import sqlite3
import statistics
import time

from bench.filling import COMMON, RARE
from bench.load import page
from bench.place import Place
from bench.running import Running
from bench.table import Row

WORDS = {"common": COMMON, "rare": RARE, "no hit": "xylophone"}
NEWEST = """
SELECT rowid FROM search_index WHERE search_index MATCH ? ORDER BY rowid DESC LIMIT 50
"""


async def rows(place: Place, server: Running, bare: Running, stored: int, times: int) -> list[Row]:
    """The limit is the index alone and a bare answer of as many bytes."""
    found = []
    for name, word in WORDS.items():
        figure, size = await page(server.http, f"/searches?q={word}", times)
        limit, _ = await page(bare.http, f"/?size={size}", times)
        what = f"Search, {name}, newest 50 among {stored:,}"
        row = Row(what=what, figure=figure, unit="ms", goal=50, limit=limit + _index(place, word))
        found.append(row)
    return found


def _index(place: Place, word: str, times: int = 20) -> float:
    connection = sqlite3.connect(place.database)
    each = []
    for _ in range(times):
        began = time.perf_counter()
        connection.execute(NEWEST, (word,)).fetchall()
        each.append((time.perf_counter() - began) * 1000)
    connection.close()
    return statistics.median(each)
