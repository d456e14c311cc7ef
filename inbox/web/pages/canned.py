"""What an agent finds by "/" while writing: canned responses, filled in for this conversation."""

from aiohttp import web
from sqlmodel import Session

from inbox.desk import conversations
from inbox.model import Conversation
from inbox.routing import canned
from inbox.web import asking, keys
from inbox.web.render import render
from inbox.web.route import Access, Route

PATH = "/conversations/{number}/canned-responses"
LONGEST_SEARCH = 100


async def offered(request: web.Request) -> web.StreamResponse:
    """GET …?q=words: the options of the list, best first."""
    agent, words = request[keys.AGENT], request.query.get("q", "")[:LONGEST_SEARCH]

    def work(session: Session) -> object:
        _known(request, session)
        return canned.offered(session, agent.id, words)

    found = await asking.database(request).read(work)
    return render(request, "conversations/_canned.html", canned=found, words=words)


async def use(request: web.Request) -> web.Response:
    """The text as it is inserted."""
    agent = request[keys.AGENT]

    def work(session: Session) -> str:
        conversation = _known(request, session)
        return canned.use(session, request.match_info["id"], conversation, agent)

    return web.json_response({"text": await asking.database(request).write(work)})


ROUTES = [
    Route("GET", PATH, offered, Access.AGENT),
    Route("POST", f"{PATH}/{{id}}/uses", use, Access.AGENT),
]


def _known(request: web.Request, session: Session) -> Conversation:
    agent, role = request[keys.AGENT], request[keys.ROLE]
    return conversations.get(session, request.match_info["number"], agent, role)
