"""The mail that a message was read from, as it came."""

from aiohttp import web
from sqlmodel import Session

from inbox.model import Arrival
from inbox.web import keys
from inbox.web.api.conversations import seen_message
from inbox.web.api.operation import Operation
from inbox.web.api.reading import read_path
from inbox.web.pages.sources import arrival_of, raw
from inbox.web.route import Access


async def original(request: web.Request) -> web.Response:
    """Of a message that came by mail, for a token that sees its conversation."""
    services, message_id = request.app[keys.SERVICES], read_path(request.match_info)["id"]
    bearer = request[keys.BEARER]

    def work(session: Session) -> Arrival:
        return arrival_of(session, seen_message(session, bearer, message_id))

    return raw(services.files, await services.database.read(work), message_id)


OPERATIONS = [
    Operation(
        method="GET", path="/messages/{id}/raw", access=Access.API_READ,
        summary="The mail a message was read from, as it came (message/rfc822)", handler=original,
    ),
]  # fmt: skip
