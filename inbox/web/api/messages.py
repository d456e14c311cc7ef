"""One message by the API: what is felt about it, and the templates that may be sent."""

from aiohttp import web
from pydantic import Field
from sqlmodel import Session

from inbox.desk import templates
from inbox.model import Message
from inbox.web import keys, reacting
from inbox.web.api.conversations import seen_inbox, seen_message
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Input, read_body, read_path
from inbox.web.api.shapes import MessageShape, Templates
from inbox.web.route import Access


class NewReaction(Input):
    """One of the emojis that the channel offers; the same again, or none, takes it back."""

    emoji: str = Field("", max_length=32, examples=["👍"])


async def react(request: web.Request) -> web.Response:
    services, bearer = request.app[keys.SERVICES], request[keys.BEARER]
    message_id = read_path(request.match_info)["id"]
    body = read_body(NewReaction, await request.read())

    def find(session: Session) -> Message:
        return seen_message(session, bearer, message_id)

    message = await reacting.react(services, find, body.emoji, by=bearer.actor)
    shape = MessageShape.model_validate(message, from_attributes=True)
    return web.Response(text=shape.model_dump_json(), status=201, content_type="application/json")


def listed(session: Session, call: Call) -> object:
    inbox = seen_inbox(session, call, call.path["id"])
    return {"items": templates.of(session, [inbox.id], all_of_them=True)}


OPERATIONS = [
    Operation(
        method="POST", path="/messages/{id}/reactions", access=Access.API_WRITE,
        summary="React to a message with an emoji", handler=react, body=NewReaction,
        gives=MessageShape, status=201,
    ),
    Operation(
        method="GET", path="/inboxes/{id}/templates", access=Access.API_READ,
        summary="Templates that WhatsApp knows of this inbox", work=listed, gives=Templates,
    ),
]  # fmt: skip
