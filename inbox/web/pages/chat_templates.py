"""The gaps of an approved template, for the composer, with the text that they stand in."""

from aiohttp import web
from sqlmodel import Session

from inbox.desk import conversations, reply_channels
from inbox.errors import NotFound
from inbox.model import MessageTemplate
from inbox.web import asking, keys
from inbox.web.render import render
from inbox.web.route import Access, Route


async def show(request: web.Request) -> web.StreamResponse:
    agent, role = request[keys.AGENT], request[keys.ROLE]
    number, template_id = asking.wanted(request, "number"), asking.wanted(request)

    def work(session: Session) -> MessageTemplate:
        conversation = conversations.get(session, number, agent, role)
        found = session.get(MessageTemplate, template_id)
        inboxes = {one.inbox_id for one in reply_channels.channels_for(session, conversation)}
        if found is None or found.inbox_id not in inboxes:
            raise NotFound("There is no such template in this inbox.")
        return found

    template = await asking.database(request).read(work)
    return render(request, "conversations/_template_fields.html", template=template)


ROUTES = [Route("GET", "/conversations/{number}/templates/{id}", show, Access.AGENT)]
