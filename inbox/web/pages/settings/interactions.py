"""Calls and meetings from a file: tried first, row by row, then imported."""

from functools import partial
from typing import Any

from aiohttp import web
from pydantic import Field

from inbox.desk import inboxes, interaction_files, interaction_import
from inbox.desk.interaction_files import Read
from inbox.desk.interaction_import import TOGETHER
from inbox.errors import InboxError, Invalid
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import Inbox
from inbox.web import asking, fields, forms, keys, zones
from inbox.web.pages.settings import sections
from inbox.web.route import Access, Route

PATH = "/settings/interactions"
PURPOSE = "interactions-file"
SIGNATURE_LENGTH = 40
IMPORT = "import"


class FileForm(sections.FormModel):
    """`file` is read apart, since a form can't show it again."""

    inbox_id: str = Field(
        title=N_("Inbox"), min_length=1,
        description=N_("In which the conversations stand, and whose team sees them."),
    )  # fmt: skip


async def index(request: web.Request) -> web.StreamResponse:
    return await _page(request, {})


async def create(request: web.Request) -> web.StreamResponse:
    """Tried, unless “Import” was pressed; with an error nothing at all is imported."""
    values = await forms.posted(request, FileForm)
    try:
        form = forms.validated(FileForm, values)
        inbox = await asking.database(request).read(lambda s: inboxes.get(s, form.inbox_id))
        name, content = await _content(request)
        found = interaction_files.read(content, name, zones.zone_of(request))
    except Invalid as error:
        return await _page(request, values, error)
    kept = await _keep(request, name, content)
    if found.problems or (await request.post()).get("do") != IMPORT:
        have = await asking.database(request).read(lambda s: _known(s, found))
        return await _page(request, values, found=found, kept=kept, known=have)
    added = await _import(request, inbox, found)
    return await _page(request, {}, added=added, known=len(found.rows) - added)


ROUTES = [
    Route("GET", PATH, index, Access.ADMIN),
    Route("POST", PATH, create, Access.ADMIN),
]


async def _content(request: web.Request) -> tuple[str, bytes]:
    """The file, or the one that was tried just before."""
    form = await request.post()
    upload = form.get("file")
    if isinstance(upload, web.FileField) and upload.filename:
        return upload.filename, upload.file.read()
    digest, _dot, rest = str(form.get("kept", "")).partition(".")
    signature, _dot, name = rest.partition(".")
    services = request.app[keys.SERVICES]
    if len(signature) != SIGNATURE_LENGTH or not signature.isascii():
        raise Invalid(fields={"file": N_("Choose a file.")})
    if not services.vault.is_signed(PURPOSE, digest, signature):
        raise Invalid(fields={"file": N_("Choose a file.")})
    return name, await services.files.get(digest)


async def _keep(request: web.Request, name: str, content: bytes) -> str:
    services = request.app[keys.SERVICES]
    digest = await services.files.put(content)
    return f"{digest}.{services.vault.sign(PURPOSE, digest, SIGNATURE_LENGTH)}.{name}"


def _known(session: Any, found: Read) -> int:
    """In parts, since a statement takes only so many values."""
    parts = range(0, len(found.rows), TOGETHER)
    return sum(
        len(interaction_import.known(session, found.rows[at : at + TOGETHER])) for at in parts
    )


async def _import(request: web.Request, inbox: Inbox, found: Read) -> int:
    """In short transactions, so that the desk goes on; what is in is known the next time."""
    by, added = asking.actor(request), 0
    for at in range(0, len(found.rows), TOGETHER):
        part = found.rows[at : at + TOGETHER]
        added += await asking.database(request).write(
            partial(interaction_import.take_in, inbox=inbox, rows=part, by=by)
        )
    return added


async def _page(
    request: web.Request,
    values: dict[str, Any],
    error: InboxError | None = None,
    **context: Any,
) -> web.Response:
    known = await asking.database(request).read(inboxes.every)
    options = {"inbox_id": [(one.id, one.name) for one in known if not one.archived]}
    drawn = fields.describe(FileForm, values, sections.errors_of(error), options)
    wrong = sections.errors_of(error).get("file", "")
    drawn.append(
        fields.Field(name="file", label=_("File"), kind="file", error=_(wrong) if wrong else "",
                     required=not context.get("kept"),
                     help=_("CSV with headings, a JSON list, or JSON Lines; in UTF-8."))
    )  # fmt: skip
    problems = context["found"].problems if context.get("found") else []
    told = [(one.row, one.field, _(one.text)) for one in problems]
    given = {"problems": told, "found": None, "kept": "", "added": None, "known": 0, **context}
    return await sections.show(
        request, "settings/interactions/index.html", status=sections.status_of(error),
        fields=drawn, columns=list(interaction_files.Row.model_fields), **given,
    )  # fmt: skip
