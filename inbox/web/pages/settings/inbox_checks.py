"""Test connection: the channel tries the settings as typed, and a sentence says how it went."""

import asyncio
from typing import Any

from aiohttp import web

from inbox.channels import registry
from inbox.channels.base import ChannelError, Checked
from inbox.desk import inboxes
from inbox.errors import InboxError, Invalid, message_of
from inbox.i18n import gettext as _
from inbox.web import asking, fields, keys
from inbox.web.pages.settings import inbox_forms
from inbox.web.pages.settings.inboxes import PATH
from inbox.web.render import render
from inbox.web.route import Access, Route

LONGEST_SECONDS = 20


async def check_new(request: web.Request) -> web.StreamResponse:
    kind = asking.wanted(request, "kind")
    typed = await inbox_forms.posted_settings(request, kind)
    return _answer(request, await _check(request, kind, "", typed))


async def check_stored(request: web.Request) -> web.StreamResponse:
    """Secrets that were not typed are the stored ones."""
    inbox_id = asking.wanted(request)
    inbox = await asking.database(request).read(lambda s: inboxes.get(s, inbox_id))
    typed = await inbox_forms.posted_settings(request, inbox.kind)
    given = {**inbox_forms.kept_settings(request, inbox), **typed}
    return _answer(request, await _check(request, inbox.kind, inbox.id, given))


ROUTES = [
    Route("POST", f"{PATH}/new/{{kind}}/check", check_new, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/check", check_stored, Access.ADMIN),
]


async def _check(request: web.Request, kind: str, inbox_id: str, given: dict[str, Any]) -> Checked:
    channels = request.app[keys.SERVICES].channels
    try:
        settings = channels.validated(kind, given)
        channel = channels.trial(kind, inbox_id, kind, settings)
        async with asyncio.timeout(LONGEST_SECONDS):
            try:
                return await channel.check()
            finally:
                await channel.close()
    except TimeoutError:
        return Checked(ok=False, explanation=_("The other side did not answer in time."))
    except Invalid as error:
        return Checked(ok=False, explanation=_wrong(kind, given, error))
    except (ChannelError, InboxError) as error:
        return Checked(ok=False, explanation=message_of(error))


def _wrong(kind: str, given: dict[str, Any], error: Invalid) -> str:
    """Each field by its label, with what would do."""
    drawn = fields.describe(registry.kind(kind).settings_model, given, error.fields)
    told = [f"{field.label}: {field.error}" for field in drawn if field.error]
    return " ".join(told or [_(text) for text in error.fields.values()])


def _answer(request: web.Request, checked: Checked) -> web.Response:
    return render(request, "settings/inboxes/_checked.html", checked=checked)
