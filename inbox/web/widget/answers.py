"""How the widget's endpoints say what they have and what went wrong, as JSON."""

import functools
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson
from aiohttp import web

from inbox.desk.visitors import VisitorMessage, VisitorPage
from inbox.errors import Conflict, Forbidden, InboxError, Invalid, NotFound, RateLimited

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

STATUSES: Sequence[tuple[type[InboxError], int]] = (
    (NotFound, 404),
    (Forbidden, 403),
    (Invalid, 422),
    (Conflict, 409),
    (RateLimited, 429),
)


class BadToken(Forbidden):
    """This visitor token was not made for this chat."""

    code = "bad_token"


def as_json(handler: Handler) -> Handler:
    """Turn our errors into their JSON form."""

    @functools.wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except InboxError as error:
            return _refusal(error)

    return answer


def json(data: Any, status: int = 200) -> web.Response:
    """Never kept by anything between us and the visitor."""
    return web.Response(
        body=orjson.dumps(data),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def problem(error: InboxError) -> dict[str, Any]:
    """The one shape of an error."""
    fields = error.fields if isinstance(error, Invalid) else {}
    return {"code": error.code, "message": error.message, "fields": fields}


def page(found: VisitorPage) -> dict[str, Any]:
    return {
        "messages": [_message(message) for message in found.messages],
        "cursor": found.cursor,
        "has_earlier": found.has_earlier,
    }


def _message(message: VisitorMessage) -> dict[str, Any]:
    return {
        "id": message.id,
        "seq": message.id,
        "client_id": message.client_id,
        "author": message.author,
        "name": message.name,
        "text": message.text,
        "at": message.at,
        "files": [
            {"id": file.id, "name": file.name, "content_type": file.content_type, "size": file.size}
            for file in message.files
        ],
    }


def _refusal(error: InboxError) -> web.Response:
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), 503)
    response = json({"error": problem(error)}, status)
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(math.ceil(error.retry_after))
    return response
