"""Where providers call us: checked by the channel, kept, and only then acknowledged."""

from urllib.parse import urlsplit

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from inbox.channels.base import BadRequest, BadSignature, Hooked, HookRequest
from inbox.errors import Invalid, NotFound, Unavailable, message_of
from inbox.model import Inbox
from inbox.services import Services
from inbox.web import keys
from inbox.web.route import Access, Route

log = structlog.get_logger()

LARGEST_BODY = 10 * 1024 * 1024
RETRY_SECONDS = 30


async def receive(request: web.Request) -> web.StreamResponse:
    services, inbox_id = request.app[keys.SERVICES], request.match_info["inbox_id"]
    asked = await _plain(request, services.settings.public_url)
    try:
        channel = await _channel(services, inbox_id)
        answer = channel.hook(asked)
        await services.arrivals.record(inbox_id, answer.items)
    except BadSignature as error:
        log.warning("hook_refused", inbox=inbox_id, error=str(error))
        return _refused(403, "bad_signature", message_of(error))
    except BadRequest as error:
        return _refused(400, "bad_request", message_of(error))
    except (SQLAlchemyError, Unavailable, Invalid):  # ours to mend, so it is to be sent again
        log.exception("hook_not_kept", inbox=inbox_id)
        refused = _refused(503, "unavailable", "This could not be kept. Call again.")
        refused.headers["Retry-After"] = str(RETRY_SECONDS)
        return refused
    return web.Response(
        text=answer.body, status=answer.status, content_type=answer.content_type, charset="utf-8"
    )


async def _plain(request: web.Request, public_url: str) -> HookRequest:
    """The URL is the configured one: the Host header is whatever the caller makes it."""
    base = urlsplit(public_url)
    return HookRequest(
        method=request.method,
        url=f"{base.scheme}://{base.netloc}{base.path.rstrip('/')}{request.raw_path}",
        headers=dict(request.headers),
        query=dict(request.query),
        body=await request.clone(client_max_size=LARGEST_BODY).read(),
        remote=request[keys.REMOTE],
    )


async def _channel(services: Services, inbox_id: str) -> Hooked:
    """Of one that is switched off as well: what comes waits, since few providers call again."""
    inbox = await services.database.read(lambda s: s.get(Inbox, inbox_id))
    channel = services.channels.of(inbox) if inbox and not inbox.archived else None
    if not isinstance(channel, Hooked):
        raise NotFound("There is no inbox here that takes calls.")
    return channel


def _refused(status: int, code: str, text: str) -> web.Response:
    body = {"error": {"code": code, "message": text, "fields": {}}}
    return web.json_response(body, status=status)


ROUTES = [
    Route("GET", "/hooks/{inbox_id}", receive, Access.PROVIDER),
    Route("POST", "/hooks/{inbox_id}", receive, Access.PROVIDER),
]
