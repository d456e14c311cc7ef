"""Who calls: an agent by cookie, a program by token, or a stranger who is asked to sign in."""

from datetime import timedelta
from urllib.parse import quote, urlsplit

from aiohttp import web

from inbox import clock
from inbox.db import Database, Work
from inbox.desk import first_run, signing_in, tokens
from inbox.desk.tokens import Bearer
from inbox.errors import Forbidden, Unauthenticated
from inbox.i18n import Phrase
from inbox.services import Services
from inbox.trouble import is_trouble
from inbox.web import keys

SIGN_IN = "/sign-in"
FIRST_RUN = "/first-run"
TOKEN_SEEN_EVERY = timedelta(minutes=1)


async def recognise(request: web.Request) -> None:
    """The cookie's agent, role and session onto the request, if the session lives."""
    token = request.cookies.get(cookie_name(request))
    if not token:
        return
    database = request.app[keys.SERVICES].database
    found = await database.read(lambda s: signing_in.recognise(s, token))
    if found is None:
        return
    signed_in, agent, role = found
    request[keys.SESSION], request[keys.AGENT], request[keys.ROLE] = signed_in, agent, role
    if signing_in.is_due(signed_in, clock.now()):
        await _note(database, lambda s: signing_in.seen(s, signed_in))


async def require_token(request: web.Request, scope: str) -> None:
    """A program's token onto the request; write includes read, and admin both."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        raise Unauthenticated("Give a token: Authorization: Bearer …")
    bearer = await _bearer(request.app[keys.SERVICES], secret.strip())
    if not bearer.may(scope):
        raise Forbidden(Phrase("This token lacks the scope “%(scope)s”.", scope=scope))
    request[keys.BEARER] = bearer


async def _bearer(services: Services, secret: str) -> Bearer:
    key = signing_in.hash_of(secret)
    if known := services.known_tokens.get(key):
        return known
    bearer = await services.database.read(lambda s: tokens.recognise(s, secret))
    if bearer is None:
        raise Unauthenticated("This token is unknown or revoked.")
    services.known_tokens.keep(key, bearer)
    last = bearer.token.last_used_at
    if last is None or clock.now() - last >= TOKEN_SEEN_EVERY:
        await _note(services.database, lambda s: tokens.seen(s, bearer.token.id))
    return bearer


async def _note(database: Database, work: Work[None]) -> None:
    """That somebody was here; where nothing can be written they may read all the same."""
    try:
        await database.write(work)
    except Exception as error:
        if not is_trouble(error):
            raise


async def ask_to_sign_in(request: web.Request) -> web.StreamResponse:
    """A page leads to the sign-in form and back; a fragment or a program is told 401."""
    if "application/json" in request.headers.get("Accept", ""):
        raise Unauthenticated
    if request.headers.get("HX-Request") == "true":
        current = urlsplit(request.headers.get("HX-Current-URL", "/"))
        place = _sign_in_place(f"{current.path}?{current.query}" if current.query else current.path)
        return web.Response(status=401, headers={"HX-Redirect": place})
    if not await request.app[keys.SERVICES].database.read(first_run.is_done):
        raise web.HTTPSeeOther(FIRST_RUN)
    raise web.HTTPSeeOther(_sign_in_place(str(request.rel_url) if request.method == "GET" else "/"))


def own_path(path: str) -> str:
    """A place on this site, whatever was asked for; a second slash would name a host."""
    is_own = path.startswith("/") and path.isprintable() and path[1:2] not in {"/", "\\"}
    return path if is_own else "/"


def remember(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """The cookie: not for scripts, not for other sites, over TLS bound to this very host."""
    response.set_cookie(
        cookie_name(request),
        token,
        max_age=int(signing_in.LIFETIME.total_seconds()),
        httponly=True,
        secure=is_secure(request),
        samesite="Lax",
    )


def forget(request: web.Request, response: web.StreamResponse) -> None:
    response.del_cookie(
        cookie_name(request), httponly=True, secure=is_secure(request), samesite="Lax"
    )


def cookie_name(request: web.Request) -> str:
    return "__Host-inbox" if is_secure(request) else "inbox"


def is_secure(request: web.Request) -> bool:
    """Whether browsers come by TLS, which a proxy before us may end."""
    public_url = request.app[keys.SERVICES].settings.public_url
    return request.secure or public_url.startswith("https://")


def _sign_in_place(path: str) -> str:
    return SIGN_IN if path == "/" else f"{SIGN_IN}?next={quote(path, safe='/')}"
