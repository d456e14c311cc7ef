"""The templates of an inbox as the provider knows them, fetched anew on demand; and its gaps."""

from typing import Any

from aiohttp import web

from inbox.channels.abilities import Templated
from inbox.channels.base import ChannelError
from inbox.desk import gaps, inboxes, templates
from inbox.errors import Conflict, NotFound, message_of
from inbox.model import Inbox, MessageTemplate
from inbox.web import asking, keys
from inbox.web.pages.settings import sections
from inbox.web.pages.settings.inboxes import PATH
from inbox.web.route import Access, Route


async def index(request: web.Request) -> web.StreamResponse:
    inbox_id = asking.wanted(request)

    def work(session: Any) -> tuple[Inbox, list[MessageTemplate]]:
        inbox = inboxes.get(session, inbox_id)
        return inbox, templates.of(session, [inbox.id], all_of_them=True)

    inbox, found = await asking.database(request).read(work)
    return await sections.show(
        request, "settings/inboxes/templates.html", inbox=inbox, templates=found
    )


async def fetch(request: web.Request) -> web.StreamResponse:
    inbox_id, database = asking.wanted(request), asking.database(request)
    inbox = await database.read(lambda s: inboxes.get(s, inbox_id))
    channel = request.app[keys.SERVICES].channels.of(inbox)
    if not isinstance(channel, Templated):
        raise NotFound("This channel knows no templates.")
    try:
        found = await channel.templates()
    except ChannelError as error:
        raise Conflict(message_of(error)) from error
    await database.write(lambda s: templates.store(s, inbox.id, found))
    raise web.HTTPSeeOther(f"{PATH}/{inbox.id}/templates")


async def dismiss_gaps(request: web.Request) -> web.StreamResponse:
    inbox_id = asking.wanted(request)
    await asking.database(request).write(lambda s: gaps.dismiss(s, inboxes.get(s, inbox_id).id))
    raise web.HTTPSeeOther(f"{PATH}/{inbox_id}")


ROUTES = [
    Route("GET", f"{PATH}/{{id}}/templates", index, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/templates", fetch, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/gaps", dismiss_gaps, Access.ADMIN),
]
