"""Tokens for programs: made, shown once, revoked."""

from typing import Any, Literal

from aiohttp import web
from pydantic import Field

from inbox.desk import tokens
from inbox.errors import InboxError, Invalid
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.web import asking, fields, forms
from inbox.web.pages.settings import sections
from inbox.web.route import Access, Route

PATH = "/settings/tokens"


class TokenForm(sections.FormModel):
    """What it is for, and how much it may."""

    name: str = Field(title=N_("What is it for?"), min_length=1, max_length=120)
    scope: Literal["read", "write", "admin"] = Field("read", title=N_("What may it do?"))


async def index(request: web.Request) -> web.StreamResponse:
    return await _page(request, {})


async def create(request: web.Request) -> web.StreamResponse:
    """The answer is the only page that ever shows the token."""
    values = await forms.posted(request, TokenForm)
    try:
        form = forms.validated(TokenForm, values)
        _token, secret = await asking.database(request).write(
            lambda s: tokens.create(s, form.name, [form.scope], by=asking.actor(request))
        )
    except Invalid as error:
        return await _page(request, values, error)
    return await _page(request, {}, secret=secret)


async def revoke(request: web.Request) -> web.StreamResponse:
    token_id = asking.wanted(request)
    await asking.database(request).write(
        lambda s: tokens.revoke(s, token_id, by=asking.actor(request))
    )
    raise web.HTTPSeeOther(PATH)


ROUTES = [
    Route("GET", PATH, index, Access.ADMIN),
    Route("POST", PATH, create, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/revoke", revoke, Access.ADMIN),
]


async def _page(
    request: web.Request,
    values: dict[str, Any],
    error: InboxError | None = None,
    *,
    secret: str = "",
) -> web.Response:
    scopes = {
        "read": _("Read everything"),
        "write": _("Read and work on conversations and contacts"),
        "admin": _("Everything, settings as well"),
    }
    options = {"scope": list(scopes.items())}
    drawn = fields.describe(TokenForm, values, sections.errors_of(error), options)
    return await sections.show_form(
        request, drawn, error, template="settings/tokens/index.html", title=_("API tokens"),
        submit=_("Make a token"), back="", secret=secret, scopes=scopes,
        tokens=await asking.database(request).read(tokens.every),
    )  # fmt: skip
