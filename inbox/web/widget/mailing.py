"""What goes to a visitor by mail: where it reaches him, and the conversation as a whole."""

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints

from inbox import ids
from inbox.desk import transcripts, visiting
from inbox.envelope import Address, AddressKind
from inbox.web import keys
from inbox.web.widget import messages, site
from inbox.web.widget.answers import json
from inbox.web.widget.intake import checked
from inbox.web.widget.lobby import LOBBY

EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"


class PostedAddress(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, str_strip_whitespace=True)

    email: Annotated[str, StringConstraints(max_length=254, pattern=EMAIL)]


class PostedTranscript(BaseModel):
    """Without an address it goes to the one that is known to be the visitor's."""

    model_config = ConfigDict(extra="ignore", strict=True, str_strip_whitespace=True)

    email: Annotated[str, StringConstraints(max_length=254, pattern=f"^$|{EMAIL}")] = ""


async def name_address(request: web.Request) -> web.Response:
    """An answer reaches him there when he has left."""
    _inbox_id, visitor = await messages.visitor_id(request)
    request.app[LOBBY].addresses.take(visitor)
    email = checked(PostedAddress, await messages.body(request)).email.lower()
    await request.app[keys.SERVICES].database.write(
        lambda s: visiting.name_email(s, visitor, Address(kind=AddressKind.EMAIL, value=email))
    )
    return json({}, 202)


async def send_transcript(request: web.Request) -> web.Response:
    """Few times for each visitor, network address and mail address: it is mail to anybody."""
    inbox_id, visitor = await messages.visitor_id(request)
    lobby = request.app[LOBBY]
    email = checked(PostedTranscript, await messages.body(request)).email.lower()
    for key in filter(None, (visitor, messages.address(request), email)):
        lobby.transcripts.take(key)
    sent_to = await request.app[keys.SERVICES].database.write(
        lambda s: transcripts.send(
            s, site.find(s, inbox_id).inbox, visitor, email, f"transcript:{ids.new()}"
        )
    )
    return json({"email": sent_to}, 202)
