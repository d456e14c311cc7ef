"""What happens around every request: its id, its language, who it is from, and how errors show."""

import ipaddress
import time
from functools import cache, lru_cache

import structlog
from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler
from sqlalchemy.exc import DataError

from inbox import i18n, ids
from inbox.errors import (
    Conflict,
    Forbidden,
    InboxError,
    Invalid,
    NotFound,
    RateLimited,
    Unauthenticated,
    Unavailable,
)  # fmt: skip
from inbox.i18n import N_
from inbox.model import Permission
from inbox.trouble import is_trouble
from inbox.web import auth, keys
from inbox.web.render import render
from inbox.web.route import Access
from inbox.web.routes import ROUTES

log = structlog.get_logger()

STATUS: dict[type[InboxError], int] = {
    NotFound: 404, Unauthenticated: 401, Forbidden: 403, Invalid: 422, Conflict: 409,
    RateLimited: 429, Unavailable: 503,
}  # fmt: skip
TITLES = {
    400: N_("This does not work"),
    401: N_("Sign in first"),
    403: N_("This is not for you"),
    404: N_("Nothing here"),
    409: N_("Somebody was first"),
    429: N_("Too often"),
    500: N_("Something went wrong"),
    503: N_("Not available right now"),
}
REFUSALS = {
    404: N_("There is no such page."),
    405: N_("This can't be done here."),
    413: N_("This is too large. At most 30 MB can be sent at once."),
}
TROUBLE = N_("Nothing can be read or saved at the moment. This passes by itself: try again soon.")
RETRY_SECONDS = 30
# the database's own too: of a text that it can't hold
UNREADABLE = (ValueError, RecursionError, OverflowError, HttpProcessingError, DataError)
SAFE = {"GET", "HEAD", "OPTIONS"}
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " font-src 'self'; connect-src 'self'; frame-src 'self'; media-src 'self' blob:;"
    " manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
}
PROGRAMS = {Access.API_READ, Access.API_WRITE, Access.API_ADMIN}
STRANGERS = {Access.PUBLIC, Access.VISITOR, Access.PROVIDER}


@web.middleware
async def identified(request: web.Request, handler: Handler) -> web.StreamResponse:
    """An id for the logs and the answer, the caller's address, and the time it took."""
    request[keys.REQUEST_ID] = ids.new()
    request[keys.REMOTE] = _remote(request)
    started = time.perf_counter()
    with structlog.contextvars.bound_contextvars(request=request[keys.REQUEST_ID]):
        response = await handler(request)
        log.debug(
            "request",
            method=request.method,
            path=request.path,
            status=response.status,
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
        )
    if not response.prepared:
        response.headers["X-Request-Id"] = request[keys.REQUEST_ID]
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if auth.is_secure(request):
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        response.headers.setdefault("Cache-Control", _caching(request))
    return response


def _caching(request: web.Request) -> str:
    """Built assets have their content in their name, so they may stay for ever."""
    is_asset = request.path.startswith("/static/")
    return "public, max-age=31536000, immutable" if is_asset else "no-store"


async def keep_no_error(request: web.Request, response: web.StreamResponse) -> None:  # noqa: ARG001  a signal's
    """That a file is missing shows only when it is about to be sent: after all of the above.

    While a new version is being rolled out, an old process does not have the new one's assets.
    """
    if response.status >= 400:
        response.headers["Cache-Control"] = "no-store"


@web.middleware
async def errors_shown(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The only place that knows status codes; a page for people, one JSON shape for programs."""
    try:
        if "\0" in request.path:  # no database takes it, so nothing has that name
            raise NotFound(REFUSALS[404])
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _refused(request, error)
    except InboxError as error:
        return _told(request, error)
    except Exception as error:  # noqa: BLE001  it is logged there
        if is_trouble(error):
            return _told(request, Unavailable(TROUBLE))
        if _is_unreadable(error):
            log.warning("bad_request", error=repr(error))
            return _shown(request, 400, "bad_request", "This request can't be understood.")
        return _failed(request, error)


@web.middleware
async def same_site(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A browser's state-changing request must come from our own pages (Origin, Fetch-Metadata)."""
    access = access_of(request)
    if request.method not in SAFE and access in {Access.AGENT, Access.ADMIN, Access.PUBLIC}:
        _refuse_foreign(request)
    return await handler(request)


@web.middleware
async def authorized(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Who is it, and may they; in the language they read."""
    access = access_of(request)
    i18n.set_locale(i18n.negotiate(request.headers.get("Accept-Language", "")))
    if access in PROGRAMS:
        await auth.require_token(request, access.value.partition(":")[2])
    else:
        await _recognise(request, access)
    agent = request.get(keys.AGENT)
    if agent and agent.locale:
        i18n.set_locale(agent.locale)
    if access in {Access.AGENT, Access.ADMIN} and agent is None:
        return await auth.ask_to_sign_in(request)
    if access is Access.ADMIN and Permission.ADMINISTER not in request[keys.ROLE].permissions:
        raise Forbidden("Only an administrator can do this. Ask one of yours.")
    return await handler(request)


async def _recognise(request: web.Request, access: Access) -> None:
    """What is for strangers too (assets, whether we live) is had while nobody can be looked up."""
    try:
        await auth.recognise(request)
    except Exception as error:
        if access not in STRANGERS or not is_trouble(error):
            raise


MIDDLEWARES = [identified, errors_shown, same_site, authorized]


def access_of(request: web.Request) -> Access:
    resource = request.match_info.route.resource
    path = resource.canonical if resource else ""
    return _table().get((request.method, path), Access.PUBLIC)


@cache
def _table() -> dict[tuple[str, str], Access]:
    table = {(route.method, route.path): route.access for route in ROUTES}
    heads = {("HEAD", path): access for (method, path), access in table.items() if method == "GET"}
    return {**heads, **table}


def _refuse_foreign(request: web.Request) -> None:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden("This request came from another site.")
    origin = request.headers.get("Origin")
    ours = {f"{request.scheme}://{request.host}", request.app[keys.SERVICES].settings.public_url}
    if origin is not None and origin not in ours:
        raise Forbidden("This request came from another site.")


def _told(request: web.Request, error: InboxError) -> web.Response:
    """One of our own errors, with when or how to come back."""
    status = next((s for kind, s in STATUS.items() if isinstance(error, kind)), 400)
    fields = error.fields if isinstance(error, Invalid) else {}
    response = _shown(request, status, error.code, error.message, fields)
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(int(error.retry_after) + 1)
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _is_unreadable(error: Exception) -> bool:
    """Of the look-ups only the plain one: an encoding that nobody knows. The others are ours."""
    return isinstance(error, UNREADABLE) or type(error) is LookupError


def _refused(request: web.Request, error: web.HTTPException) -> web.Response:
    """What aiohttp itself raises, said as the rest."""
    code = error.reason.lower().replace(" ", "_")
    response = _shown(request, error.status, code, REFUSALS.get(error.status, error.reason))
    if hdrs.ALLOW in error.headers:
        response.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
    return response


def _failed(request: web.Request, error: Exception) -> web.StreamResponse:
    """Of an exception that nobody expected; a caller who went away is none."""
    if request.transport is None:
        log.info("caller_went_away", path=request.path)
        return web.Response(status=400)
    log.error("request_failed", path=request.path, exc_info=error)
    text = f"Something went wrong on our side. Reference: {request[keys.REQUEST_ID]}"
    return _shown(request, 500, "internal", text)


def _shown(
    request: web.Request, status: int, code: str, text: str, fields: dict[str, str] | None = None
) -> web.Response:
    if request.path.startswith(("/api/", "/hooks/", "/widget/")) or (
        "application/json" in request.headers.get("Accept", "")
    ):
        body = {"error": {"code": code, "message": text, "fields": fields or {}}}
        return web.json_response(body, status=status)
    return render(
        request,
        "errors/error.html",
        status=status,
        title=i18n.gettext(TITLES.get(status, TITLES[400])),
        message=i18n.gettext(text),
        request_id=request[keys.REQUEST_ID] if status >= 500 else "",
    )


def _remote(request: web.Request) -> str:
    """The caller's address; X-Forwarded-For counts only from a configured proxy."""
    peer = request.remote or ""
    proxies = request.app[keys.SERVICES].settings.trusted_proxies
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop]
    for hop in [*hops, peer][::-1]:
        if not _is_proxy(hop, proxies):
            return hop
    return peer


@lru_cache(maxsize=1024)
def _is_proxy(address: str, proxies: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(p.strip()) for p in proxies.split(",") if p.strip())
