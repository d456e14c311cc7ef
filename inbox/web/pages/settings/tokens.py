"""Tokens for programs: made, shown once, revoked."""

from collections.abc import Sequence
from typing import Any, Literal

from aiohttp import web
from pydantic import Field

from inbox.desk import agents, inboxes, tokens
from inbox.errors import InboxError, Invalid
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import Agent, Inbox, Role
from inbox.web import asking, fields, forms
from inbox.web.pages.settings import sections
from inbox.web.route import Access, Route

PATH = "/settings/tokens"


class TokenForm(sections.FormModel):
    """What it is for, and how much it may."""

    name: str = Field(title=N_("What is it for?"), min_length=1, max_length=120)
    scope: Literal["read", "write", "admin"] = Field("read", title=N_("What may it do?"))
    agent_id: str | None = Field(
        None,
        title=N_("In whose name?"),
        description=N_("What is done with it is shown as theirs, and it can do no more than they."),
    )
    inbox_ids: list[str] = Field(
        default_factory=list,
        title=N_("Only for these inboxes"),
        description=N_("None chosen: for all of them."),
    )


async def index(request: web.Request) -> web.StreamResponse:
    return await _page(request, {})


async def create(request: web.Request) -> web.StreamResponse:
    """The answer is the only page that ever shows the token."""
    values = await forms.posted(request, TokenForm)
    try:
        form = forms.validated(TokenForm, values)
        _token, secret = await asking.database(request).write(
            lambda s: tokens.create(
                s,
                form.name,
                [form.scope],
                by=asking.actor(request),
                agent_id=form.agent_id,
                inbox_ids=form.inbox_ids,
            )
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
    people, desks, made = await asking.database(request).read(
        lambda s: (agents.every(s), inboxes.every(s), tokens.every(s))
    )
    options = {"scope": list(scopes.items()), **_limits(people, desks)}
    drawn = fields.describe(TokenForm, values, sections.errors_of(error), options)
    return await sections.show_form(
        request, drawn, error, template="settings/tokens/index.html", title=_("API tokens"),
        submit=_("Make a token"), back="", secret=secret, scopes=scopes, tokens=made,
        names={agent.id: agent.name for agent, _role in people},
        inbox_names={inbox.id: inbox.name for inbox in desks},
    )  # fmt: skip


def _limits(people: Sequence[tuple[Agent, Role]], desks: Sequence[Inbox]) -> dict[str, Any]:
    """In whose name it may act, and where."""
    active = [(agent.id, agent.name) for agent, _role in people if agent.active]
    return {
        "agent_id": [("", _("Nobody's: an integration of its own")), *active],
        "inbox_ids": [(inbox.id, inbox.name) for inbox in desks if not inbox.archived],
    }
