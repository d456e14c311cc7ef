"""How the widget's endpoints say what they have, as JSON; errors are shown by the middleware."""

from typing import Any

import orjson
from aiohttp import web

from inbox.desk.visitors import VisitorMessage, VisitorPage
from inbox.errors import Forbidden, InboxError, Invalid


class BadToken(Forbidden):
    """This visitor token was not made for this chat."""

    code = "bad_token"


def json(data: Any, status: int = 200) -> web.Response:
    """Never kept by anything between us and the visitor."""
    return web.Response(
        body=orjson.dumps(data),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def problem(error: InboxError) -> dict[str, Any]:
    """The shape of an error, for frames of the socket as everywhere."""
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
