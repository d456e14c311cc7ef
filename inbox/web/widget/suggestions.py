"""Articles that may answer what a visitor is writing: asked of whoever knows articles."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass

from aiohttp import web

from inbox.web.widget.answers import json
from inbox.web.widget.lobby import LOBBY
from inbox.web.widget.messages import visitor_id

LONGEST = 300  # characters of what is being written
MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An article; `url` opens in a tab of its own."""

    title: str
    url: str
    excerpt: str = ""


# by inbox, the text so far and its language; the best first, none if none would help
Suggest = Callable[[str, str, str], Awaitable[Sequence[Suggestion]]]

SUGGEST = web.AppKey("suggest", list[Suggest])


def are_there(app: web.Application) -> bool:
    """Where nobody suggests anything, the chat does not ask."""
    return bool(app[SUGGEST])


async def index(request: web.Request) -> web.Response:
    inbox_id, visitor = await visitor_id(request)
    request.app[LOBBY].requests.take(visitor)
    text = request.query.get("q", "").strip()[:LONGEST]
    language = request.query.get("lang", "")[:16]
    found: list[Suggestion] = []
    for suggest in request.app[SUGGEST] if text else ():
        found += await suggest(inbox_id, text, language)
    return json({"articles": [asdict(one) for one in found[:MOST]]})
