"""An agent reacts to a message; the socket shows it on every page."""

from aiohttp import web
from sqlmodel import Session

from inbox.desk import conversations
from inbox.model import Message
from inbox.web import asking, keys, reacting
from inbox.web.route import Access, Route


async def create(request: web.Request) -> web.StreamResponse:
    agent, role, message_id = request[keys.AGENT], request[keys.ROLE], asking.wanted(request)
    emoji = str((await request.post()).get("emoji", ""))

    def find(session: Session) -> Message:
        return conversations.message(session, message_id, agent, role)

    services = request.app[keys.SERVICES]
    message = await reacting.react(services, find, emoji, by=asking.actor(request))
    if request.headers.get("HX-Request") == "true":
        return web.Response(status=204)
    raise web.HTTPSeeOther(f"/conversations/{message.conversation_id}#m-{message.id}")


ROUTES = [Route("POST", "/messages/{id}/reactions", create, Access.AGENT)]
