"""Pages of the desk, beside a bare handler that answers as many bytes."""

import sqlite3
from urllib.parse import quote

from bench.load import page
from bench.place import Place
from bench.running import Running
from bench.table import Row

DEPTH = 0.9


async def rows(
    place: Place, server: Running, bare: Running, long_conversation: int, times: int
) -> list[Row]:
    stored, deep = _look(place)
    paths = {
        f"List of 50 rows among {stored:,}": "/views/all?part=list",
        f"List of 50 rows among {stored:,}, 90 % down": f"/views/all?cursor={quote(deep)}",
        f"Whole page with the list among {stored:,}": "/views/all",
        f"Conversation, newest 50 messages, among {stored:,}":
            f"/conversations/{long_conversation}?part=conversation",
    }  # fmt: skip
    found = []
    for what, path in paths.items():
        figure, size = await page(server.http, path, times)
        limit, _ = await page(bare.http, f"/?size={size}", times)
        found.append(Row(what=what, figure=figure, unit="ms", goal=10, limit=limit))
    return found


def flatness(small: list[Row], large: list[Row]) -> list[Row]:
    """What each page costs at the larger size, in multiples of the smaller."""
    return [
        Row(what=f"Growth: {more.what}", figure=more.figure / less.figure, unit="times", goal=1.3)
        for less, more in zip(small, large, strict=True)
    ]


def _look(place: Place) -> tuple[int, str]:
    """How many stand in the list, and the cursor at that depth."""
    connection = sqlite3.connect(place.database)
    stored: int = connection.execute("SELECT count(*) FROM conversation").fetchone()[0]
    last_at, conversation_id = connection.execute(
        "SELECT last_at, id FROM conversation WHERE status = 'open'"
        " ORDER BY last_at DESC, id DESC LIMIT 1 OFFSET ?",
        (int(stored * DEPTH),),
    ).fetchone()
    connection.close()
    return stored, f"{last_at.replace(' ', 'T')}+00:00~{conversation_id}"
