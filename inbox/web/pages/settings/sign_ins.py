"""Signing in to an inbox's account at its provider's page, and coming back with a code (OAuth 2).

What must be known when the browser comes back is in a sealed cookie, for this browser alone: the
state, the verifier (RFC 7636), whose session it is, and which inbox is meant.
"""

import hmac
import secrets

from aiohttp import web

from inbox import clock
from inbox.channels.base import ChannelError, SignsIn
from inbox.desk import inboxes
from inbox.errors import Invalid, NotFound, Unavailable, message_of
from inbox.i18n import gettext as _
from inbox.i18n import said as in_words
from inbox.model import Inbox
from inbox.web import asking, auth, keys
from inbox.web.pages.settings import sections
from inbox.web.pages.settings.inbox_forms import BACK, back_url
from inbox.web.pages.settings.inboxes import PATH
from inbox.web.route import Access, Route

COOKIE = "inbox_sign_in"
PATIENCE_SECONDS = 15 * 60  # for a person who has to look for a password and a second factor


async def begin(request: web.Request) -> web.StreamResponse:
    """By a link, since browsers let no form lead to another site (form-action)."""
    inbox = await _inbox(request, asking.wanted(request))
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    place = _signs_in(request, inbox).sign_in_url(back_url(request), state, verifier)
    response = web.HTTPSeeOther(place)
    sealed = request.app[keys.SERVICES].vault.encrypt(
        {
            "state": state,
            "verifier": verifier,
            "inbox": inbox.id,
            "session": request[keys.SESSION].id,
            "until": str(clock.now().timestamp() + PATIENCE_SECONDS),
        }
    )
    response.set_cookie(
        COOKIE, sealed.decode(), max_age=PATIENCE_SECONDS, path=BACK, httponly=True,
        secure=auth.is_secure(request), samesite="Lax",
    )  # fmt: skip
    raise response


async def finish(request: web.Request) -> web.StreamResponse:
    """The code is exchanged once; whatever is wrong is told, and can be begun again."""
    begun = _begun(request)
    inbox = await _inbox(request, begun["inbox"])
    problem = _problem(request)
    if not problem:
        problem = await _exchange(request, inbox, begun["verifier"])
    if problem:
        response: web.StreamResponse = await _failed(request, inbox, problem)
    else:
        response = web.Response(status=303, headers={"Location": f"{PATH}/{inbox.id}?signed-in"})
    response.del_cookie(COOKIE, path=BACK, httponly=True, samesite="Lax")
    return response


ROUTES = [
    Route("GET", f"{PATH}/{{id}}/sign-in", begin, Access.ADMIN),
    Route("GET", BACK, finish, Access.ADMIN),
]


async def _inbox(request: web.Request, inbox_id: str) -> Inbox:
    return await asking.database(request).read(lambda s: inboxes.get(s, inbox_id))


def _signs_in(request: web.Request, inbox: Inbox) -> SignsIn:
    channel = request.app[keys.SERVICES].channels.of(inbox)
    if not isinstance(channel, SignsIn) or not channel.provider():
        raise NotFound("This inbox is opened with a password.")
    return channel


def _begun(request: web.Request) -> dict[str, str]:
    """Raises Invalid for a way back that this browser and session has not begun."""
    try:
        begun = request.app[keys.SERVICES].vault.decrypt(request.cookies.get(COOKIE, "").encode())
    except Unavailable:
        begun = {}
    state = request.query.get("state", "")
    is_ours = begun and hmac.compare_digest(begun.get("state", "").encode(), state.encode())
    is_mine = begun and begun.get("session") == request[keys.SESSION].id
    if not is_ours or not is_mine or float(begun.get("until", 0)) < clock.now().timestamp():
        raise Invalid(
            "This sign-in was not begun here, or too long ago. Open the inbox's settings and begin"
            " again."
        )
    return begun


def _problem(request: web.Request) -> str:
    """What the provider says instead of a code (RFC 6749 section 4.1.2.1)."""
    query = request.query
    if query.get("code"):
        return ""
    if query.get("error") == "access_denied":
        return _("You did not agree, or may not. Nothing was changed.")
    said = query.get("error_description") or query.get("error") or _("no code came")
    return _("The provider refused: %(reason)s") % {"reason": said[:300]}


async def _exchange(request: web.Request, inbox: Inbox, verifier: str) -> str:
    """Empty when it is done, else what went wrong."""
    code, vault = request.query["code"], request.app[keys.SERVICES].vault
    channel, by = _signs_in(request, inbox), asking.actor(request)
    try:
        tokens = await channel.signed_in(back_url(request), code, verifier)
    except ChannelError as error:
        return in_words(message_of(error))
    await asking.database(request).write(
        lambda s: inboxes.sign_in(s, inbox.id, tokens, vault=vault, by=by)
    )
    return ""


async def _failed(request: web.Request, inbox: Inbox, problem: str) -> web.Response:
    return await sections.show(
        request, "settings/inboxes/not_signed_in.html", inbox=inbox, problem=problem, status=422
    )
