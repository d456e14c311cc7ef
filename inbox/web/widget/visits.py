"""A visitor's browser says that it is on a page, and is told whether there is anything to read."""

from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlmodel import Session

from inbox.desk import visitors
from inbox.errors import NotFound
from inbox.web import keys
from inbox.web.widget import messages, site
from inbox.web.widget.answers import json
from inbox.web.widget.intake import checked
from inbox.web.widget.lobby import LOBBY
from inbox.web.widget.roster import ROSTER


class PostedVisit(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, str_strip_whitespace=True)

    page: Annotated[str, StringConstraints(max_length=2000, pattern=r"^(https?://.*)?$")] = ""
    title: Annotated[str, StringConstraints(max_length=300)] = ""
    language: Annotated[str, StringConstraints(max_length=16)] = ""
    time_zone: Annotated[str, StringConstraints(max_length=64)] = ""


async def create(request: web.Request) -> web.Response:
    """`has_messages`: somebody has written to him, so a connection is worth it."""
    inbox_id, visitor = await messages.visitor_id(request)
    request.app[LOBBY].visits.take(visitor)
    posted = checked(PostedVisit, await messages.body(request))

    def work(session: Session) -> tuple[bool, bool]:
        found = site.find(session, inbox_id)
        running = visitors.newest_conversation_id(session, inbox_id, visitor)
        return found.settings.watch_visitors, running is not None

    is_watched, has_messages = await request.app[keys.SERVICES].database.read(work)
    if not is_watched:
        raise NotFound
    request.app[ROSTER].tell(inbox_id, visitor, posted.model_dump())
    return json({"has_messages": has_messages})
