"""Signing in and out."""

import asyncio

from aiohttp import web

from inbox.desk import first_run, passwords, signing_in
from inbox.errors import RateLimited
from inbox.i18n import gettext as _
from inbox.web import auth, keys
from inbox.web.render import render
from inbox.web.route import Access, Route


async def new(request: web.Request) -> web.StreamResponse:
    place = auth.own_path(request.query.get("next", "/"))
    if keys.AGENT in request:
        raise web.HTTPSeeOther(place)
    if not await request.app[keys.SERVICES].database.read(first_run.is_done):
        raise web.HTTPSeeOther(auth.FIRST_RUN)
    return _form(request, next=place)


async def create(request: web.Request) -> web.StreamResponse:
    """Wrong addresses and wrong passwords are answered alike, and as slowly."""
    form = await request.post()
    email, password = str(form.get("email", "")), str(form.get("password", ""))
    place = auth.own_path(str(form.get("next", "/")))
    try:
        token = await _token(request, email, password)
    except RateLimited as error:
        response = _form(request, 429, next=place, email=email, error=_(error.message))
        response.headers["Retry-After"] = str(int(error.retry_after) + 1)
        return response
    if token is None:
        wrong = _("This e-mail address and password don't belong together.")
        return _form(request, 422, next=place, email=email, error=wrong)
    response = web.HTTPSeeOther(place)
    auth.remember(request, response, token)
    raise response


async def delete(request: web.Request) -> web.StreamResponse:
    session_id = request[keys.SESSION].id
    await request.app[keys.SERVICES].database.write(lambda s: signing_in.end(s, session_id))
    response = web.HTTPSeeOther(auth.SIGN_IN)
    auth.forget(request, response)
    raise response


ROUTES = [
    Route("GET", auth.SIGN_IN, new, Access.PUBLIC),
    Route("POST", auth.SIGN_IN, create, Access.PUBLIC),
    Route("POST", "/sign-out", delete, Access.AGENT),
]


async def _token(request: web.Request, email: str, password: str) -> str | None:
    """Counted in one transaction, hashed outside of any, begun in another."""
    database, address = request.app[keys.SERVICES].database, request[keys.REMOTE]
    known = await database.write(lambda s: signing_in.admit(s, email, address))
    if not await asyncio.to_thread(passwords.is_right, known, password):
        return None
    former = request.get(keys.SESSION)
    return await database.write(
        lambda s: signing_in.begin(
            s,
            email,
            address=address,
            browser=request.headers.get("User-Agent", ""),
            replaces=former.id if former else None,
        )
    )


def _form(request: web.Request, status: int = 200, **values: str) -> web.Response:
    context = {"email": "", "error": "", **values}
    return render(request, "sessions/new.html", status=status, **context)
