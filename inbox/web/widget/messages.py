"""A visitor's messages over plain HTTP; the way that works where sockets do not."""

import asyncio
import contextlib
from typing import Any

import orjson
from aiohttp import web

from inbox.desk import proactive, visiting, visitors
from inbox.desk.visitors import VisitorPage
from inbox.envelope import RawItem
from inbox.errors import Invalid
from inbox.model import MessageState
from inbox.services import Services
from inbox.web import keys
from inbox.web.widget import identities, site, tokens
from inbox.web.widget.answers import json, page
from inbox.web.widget.intake import message_item, receipt, receipt_items
from inbox.web.widget.lobby import LOBBY, Visit
from inbox.web.widget.tokens import Visitor

LONGEST_WAIT = 25
LARGEST_BODY = 64 * 1024


async def welcome(request: web.Request) -> web.Response:
    """A new visitor and the token that proves him; with `identity`, the one his site knows."""
    services, inbox_id = request.app[keys.SERVICES], request.match_info["inbox_id"]
    request.app[LOBBY].registrations.take(address(request))
    inbox = await services.database.read(lambda session: site.find(session, inbox_id).inbox)
    identity = (await body(request)).get("identity") if request.can_read_body else None
    if identity is None:
        visitor, vouched = tokens.new_visitor_id(), None
    else:
        secrets = services.channels.account(inbox).settings.secrets()
        vouched = identities.proven(secrets, identity).model_dump()
        visitor = await _visitor_of(request, inbox_id, vouched["id"])
        await services.database.read(lambda s: visiting.refuse_blocked(s, visitor))
    token = tokens.visitor_token(services.vault, inbox_id, visitor, vouched)
    return json({"visitor": visitor, "token": token}, 201)


async def _visitor_of(request: web.Request, inbox_id: str, external_id: str) -> str:
    """The one he was before, on any device; else who he is now, if nobody has vouched for him."""
    services = request.app[keys.SERVICES]
    known, is_somebody = await services.database.read(
        lambda session: visitors.known_as(session, inbox_id, external_id)
    )
    if known:
        return known
    if not is_somebody and "Authorization" in request.headers:
        now = tokens.read_token(services.vault, inbox_id, tokens.bearer(request))
        if not now.vouched or now.vouched["id"] == external_id:
            return now.id
    return tokens.new_visitor_id()


async def index(request: web.Request) -> web.Response:
    """The newest page; older ones by `before`; with `after`, what is new, waiting for it."""
    inbox_id, visitor = await visitor_id(request)
    request.app[LOBBY].requests.take(visitor)
    after = _number(request.query.get("after", ""))
    wait = min(_number(request.query.get("wait", "")) or 0, LONGEST_WAIT)
    services = request.app[keys.SERVICES]
    if after is None:
        before = request.query.get("before", "")
        return json(page(await read_history(services, inbox_id, visitor, before)))
    with request.app[LOBBY].visit(inbox_id, visitor) as visit:
        return json(page(await _news_or_wait(request, visit, after, wait)))


async def create(request: web.Request) -> web.Response:
    """Answered after the message is safe; the same `client_id` again is the same message."""
    inbox_id, visitor = await recognise(request)
    limit_messages(request, visitor.id)
    item = await take(request.app[keys.SERVICES], inbox_id, visitor, await body(request))
    return json({"client_id": item.external_id.partition(":")[2]}, 201)


async def acknowledge(request: web.Request) -> web.Response:
    """Delivered or read."""
    inbox_id, visitor = await visitor_id(request)
    request.app[LOBBY].requests.take(visitor)
    await record_receipt(request.app[keys.SERVICES], inbox_id, visitor, await body(request))
    return json({}, 202)


async def recognise(request: web.Request) -> tuple[str, Visitor]:
    """The inbox and the visitor that the token proves. Raises BadToken, Blocked, NotFound."""
    services, inbox_id = request.app[keys.SERVICES], request.match_info["inbox_id"]
    visitor = tokens.read_token(services.vault, inbox_id, tokens.bearer(request))

    def work(session: Any) -> None:
        site.find(session, inbox_id)
        visiting.refuse_blocked(session, visitor.id)

    await services.database.read(work)
    return inbox_id, visitor


async def take(services: Services, inbox_id: str, visitor: Visitor, data: Any) -> RawItem:
    """Kept when it answers. Raises Invalid, and Blocked for who is blocked by now."""

    def read(session: Any) -> tuple[site.Site, dict[str, str]]:
        visiting.refuse_blocked(session, visitor.id)
        said = proactive.every(session, inbox_id)
        return site.find(session, inbox_id), {message.id: message.text for message in said}

    found, shown = await services.database.read(read)
    item = message_item(services.vault, found, visitor, data, shown)
    await services.arrivals.record(inbox_id, [item])
    return item


async def visitor_id(request: web.Request) -> tuple[str, str]:
    inbox_id, visitor = await recognise(request)
    return inbox_id, visitor.id


def limit_messages(request: web.Request, visitor: str) -> None:
    """By the address as well: a new visitor costs nothing to become."""
    request.app[LOBBY].messages_of_address.take(address(request))
    request.app[LOBBY].messages.take(visitor)


def address(request: web.Request) -> str:
    """The client's, behind trusted proxies too."""
    return request.get(keys.REMOTE) or request.remote or ""


async def record_receipt(services: Services, inbox_id: str, visitor: str, data: Any) -> None:
    """Raises Invalid. Only his own messages are looked at, whatever `upto` names."""
    posted = receipt(data)
    provider_ids = await services.database.read(
        lambda session: visitors.unreported(
            session, inbox_id, visitor, state=MessageState(posted.kind), upto=posted.upto
        )
    )
    if provider_ids:
        items = receipt_items(visitor, posted.kind, provider_ids)
        await services.arrivals.record(inbox_id, items)


async def read_history(
    services: Services, inbox_id: str, visitor: str, before: str = ""
) -> VisitorPage:
    return await services.database.read(
        lambda session: visitors.history(session, inbox_id, visitor, before=before)
    )


async def read_news(services: Services, visit: Visit, after: int) -> VisitorPage:
    """Raises Blocked, so that an open window closes at its next news."""

    def work(session: Any) -> VisitorPage:
        visiting.refuse_blocked(session, visit.visitor)
        return visitors.news(session, visit.inbox_id, visit.visitor, after=after)

    return await services.database.read(work)


async def _news_or_wait(request: web.Request, visit: Visit, after: int, wait: int) -> VisitorPage:
    services, lobby = request.app[keys.SERVICES], request.app[LOBBY]
    found = await read_news(services, visit, after)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(wait):
            while not found.messages and not lobby.is_closing:
                await visit.stirred.wait()
                visit.stirred.clear()
                found = await read_news(services, visit, after)
    return found


async def body(request: web.Request) -> Any:
    if (request.content_length or 0) > LARGEST_BODY:
        raise Invalid("This is too large.")
    try:
        return orjson.loads(await request.read())
    except orjson.JSONDecodeError:
        raise Invalid("This is not JSON.") from None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
