"""The form of an inbox: our own fields and the channel's, whose names begin with "settings."."""

from collections.abc import Mapping
from typing import Any, TypeVar

from aiohttp import web
from pydantic import Field

from inbox.channels import registry
from inbox.channels.base import SignsIn
from inbox.channels.webchat.settings import LANGUAGES
from inbox.desk import agents, hours, inboxes, teams
from inbox.errors import InboxError, Invalid
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import Inbox
from inbox.services import Channels
from inbox.web import asking, fields, forms, keys
from inbox.web.pages.settings import overtaking, sections

PREFIX = "settings."
BACK = "/settings/sign-ins/back"  # where a provider sends people who signed in there
ADVANCED: dict[str, Any] = {"group": "advanced"}


class NewInboxForm(sections.FormModel):
    """What every inbox has; asked when it is connected."""

    name: str = Field(
        title=N_("Name of the inbox"), min_length=1, max_length=120,
        description=N_("How your team calls it, for example “Shop”."),
    )  # fmt: skip
    team_id: str | None = Field(None, title=N_("Team"))
    business_hours_id: str | None = Field(None, title=N_("Business hours"))


class InboxForm(NewInboxForm):
    """What can be changed later."""

    enabled: bool = Field(
        True, title=N_("Switched on"),
        description=N_("Switched off, it neither fetches nor sends; nothing is lost."),
    )  # fmt: skip
    greeting: str = Field(
        "", title=N_("Greeting"), max_length=5000,
        description=N_("Sent once to whoever writes first. Empty: none."),
        json_schema_extra={"kind": "textarea"},
    )  # fmt: skip
    out_of_hours_reply: str = Field(
        "", title=N_("Answer out of hours"), max_length=5000,
        description=N_("Sent while we are closed. Empty: none."),
        json_schema_extra={"kind": "textarea"},
    )  # fmt: skip
    reopen_days: int = Field(
        30, title=N_("Days to reopen"), ge=0, le=3650, json_schema_extra=ADVANCED,
        description=N_("Who writes later than this after the end gets a new conversation."),
    )  # fmt: skip
    slug: str = Field(
        title=N_("Name in addresses"), min_length=1, max_length=64, json_schema_extra=ADVANCED
    )
    restricted: bool = Field(
        False, title=N_("Only for some agents"), json_schema_extra=ADVANCED,
        description=N_("Administrators see it in any case."),
    )  # fmt: skip
    agent_ids: list[str] = Field(
        default_factory=list, title=N_("Who sees it"), json_schema_extra=ADVANCED
    )


Form = TypeVar("Form", bound=NewInboxForm)


async def posted_settings(request: web.Request, kind: str) -> dict[str, Any]:
    """Without the secrets that were left empty: those stay as they are."""
    return await forms.posted(request, registry.kind(kind).settings_model, prefix=PREFIX)


def kept_settings(request: web.Request, inbox: Inbox) -> dict[str, Any]:
    """What is stored, secrets as well; `fields.describe` never draws those."""
    return {**inbox.settings, **request.app[keys.SERVICES].vault.decrypt(inbox.secrets)}


def provider(channels: Channels, inbox: Inbox) -> str:
    """At whose page a person signs in to the account; empty for one with a password."""
    try:
        channel = channels.of(inbox)
    except InboxError:  # settings of an older version: the form tells what is missing
        return ""
    return channel.provider() if isinstance(channel, SignsIn) else ""


def back_url(request: web.Request) -> str:
    return request.app[keys.SERVICES].settings.public_url.rstrip("/") + BACK


def validated(
    channels: Channels,
    model: type[Form],
    values: Mapping[str, Any],
    kind: str,
    settings: Mapping[str, Any],
) -> tuple[Form, Any]:
    """Both parts, or Invalid with the wrong fields of both."""
    wrong: dict[str, str] = {}
    form = given = None
    try:
        form = forms.validated(model, values)
    except Invalid as error:
        wrong |= error.fields
    try:
        given = channels.validated(kind, settings)
    except Invalid as error:
        wrong |= {f"{PREFIX}{name}": text for name, text in error.fields.items()}
    if form is None or wrong:
        raise Invalid(fields=wrong)
    return form, given


async def draw(
    request: web.Request,
    model: type[NewInboxForm],
    values: Mapping[str, Any],
    kind: str,
    settings: Mapping[str, Any],
    error: InboxError | None,
) -> list[fields.Field]:
    """Name first, then the channel's own, then the rest."""
    options = await asking.database(request).read(_options)
    own = fields.describe(model, values, sections.errors_of(error), options)
    channel = fields.describe(
        registry.kind(kind).settings_model,
        settings,
        sections.errors_of(error, PREFIX),
        options,
        prefix=PREFIX,
    )
    return [own[0], *channel, *own[1:]]


async def overtaken(
    request: web.Request, values: Mapping[str, Any], error: InboxError | None
) -> dict[str, Any]:
    options = await asking.database(request).read(_options)
    return await overtaking.context(request, InboxForm, values, error, options)


def _options(session: Any) -> dict[str, fields.Options]:
    people = agents.every(session)
    return {
        "team_id": [("", _("None")), *((team.id, team.name) for team in teams.every(session))],
        "business_hours_id": [
            ("", _("Always open")),
            *((plan.id, plan.name) for plan in hours.every(session)),
        ],
        "languages": list(LANGUAGES.items()),
        "mail_inbox": [
            ("", _("None")),
            *((one.id, one.name) for one in inboxes.every(session) if one.kind == "email"),
        ],
        "reply_inbox": [
            ("", _("None")),
            *((one.id, one.name) for one in inboxes.every(session) if one.kind == "email"),
        ],
        "agent_ids": [(agent.id, agent.name) for agent, _role in people if agent.active],
    }
