"""The source of a mail: its headers, its text as it came, and the whole for saving."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web
from sqlmodel import Session

from inbox.channels.email.source import SHOWN_BYTES, read_source
from inbox.desk import conversations
from inbox.errors import NotFound
from inbox.files import Files
from inbox.i18n import N_
from inbox.model import Agent, Arrival, Conversation, Message, Role
from inbox.web import asking, keys, nav
from inbox.web.pages.attachments import SANDBOX
from inbox.web.render import render
from inbox.web.route import Access, Route

MAIL = "email"  # elsewhere what came at once may hold messages of several people
GONE = N_("The original of this message is not kept.")


@dataclass(frozen=True, slots=True)
class Original:
    """A message that came by mail, and the bytes it was read from."""

    message: Message
    number: int
    arrival: Arrival


async def show(request: web.Request) -> web.Response:
    original = await _of(request)
    files = request.app[keys.SERVICES].files
    beginning = await _beginning(files, original.arrival)
    source = read_source(beginning, original.arrival.size or len(beginning))
    return render(
        request, "conversations/source.html", nav=await nav.load(request),
        message=original.message, number=original.number, source=source,
        size=original.arrival.size or len(beginning),
    )  # fmt: skip


async def download(request: web.Request) -> web.Response:
    """For saving only: a browser must never show it as a page of ours."""
    original = await _of(request)
    return raw(request.app[keys.SERVICES].files, original.arrival, original.message.id)


ROUTES = [
    Route("GET", "/messages/{id}/source", show, Access.AGENT),
    Route("GET", "/messages/{id}/raw", download, Access.AGENT),
]


def raw(files: Files, arrival: Arrival, name: str) -> web.Response:
    return web.Response(
        body=_chunks(files, arrival),
        headers={
            "Content-Type": "message/rfc822",
            "Content-Disposition": f'attachment; filename="{name}.eml"',
            "Content-Security-Policy": SANDBOX,
            "Cache-Control": "private, max-age=3600",
        },
    )


def arrival_of(session: Session, message: Message) -> Arrival:
    """NotFound for what came otherwise than by mail, went out, or is not kept."""
    found = session.get(Arrival, message.arrival_id) if message.arrival_id else None
    if found is None or message.channel != MAIL or not (found.raw or found.digest):
        raise NotFound(GONE)
    return found


async def _of(request: web.Request) -> Original:
    """For those who may see the conversation."""
    agent: Agent = request[keys.AGENT]
    role: Role = request[keys.ROLE]
    message_id = asking.wanted(request)

    def work(session: Session) -> Original:
        message = conversations.message(session, message_id, agent, role)
        number = session.get_one(Conversation, message.conversation_id).number
        return Original(message, number, arrival_of(session, message))

    return await asking.database(request).read(work)


async def _beginning(files: Files, arrival: Arrival) -> bytes:
    found = b""
    async for chunk in _chunks(files, arrival):
        found += chunk
        if len(found) > SHOWN_BYTES:
            break
    return found


async def _chunks(files: Files, arrival: Arrival) -> AsyncIterator[bytes]:
    if arrival.raw is not None:
        yield arrival.raw
        return
    async for chunk in files.stream(arrival.digest):
        yield chunk
