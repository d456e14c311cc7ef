"""A form's page, what is sent with it, and the thanks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from sqlmodel import Session, select

from inbox import i18n
from inbox.channels.form import FormSettings
from inbox.errors import NotFound
from inbox.i18n import gettext as _
from inbox.model import Inbox
from inbox.web import keys
from inbox.web.fields import Field
from inbox.web.limits import Limiter
from inbox.web.render import render
from inbox.web.webforms import stamp as stamps
from inbox.web.webforms.fields import FILE, consent_of, fields_of, filled
from inbox.web.webforms.stamp import Stamp, new_stamp
from inbox.web.webforms.submission import Submission, item, read_submission
from inbox.web.widget.tokens import UploadedFile, read_ticket, upload_ticket

KIND = "form"
TRAP = "company_url"
STAMP = "stamp"
TICKET = "kept_file"
EMBEDDABLE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors *"
)

sending = Limiter(rate=1 / 30, burst=10)  # an address


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One state of the page; `notice` is about the whole form."""

    inbox: Inbox
    settings: FormSettings
    fields: Sequence[Field]
    stamp: Stamp
    consent: Field | None = None
    notice: str = ""
    kept: UploadedFile | None = None

    @property
    def is_right(self) -> bool:
        consent = [self.consent] if self.consent else []
        return not self.notice and not any(field.error for field in [*self.fields, *consent])


async def show(request: web.Request) -> web.Response:
    inbox, settings = await _form(request)
    drawn = Drawn(
        inbox=inbox,
        settings=settings,
        fields=fields_of(settings),
        consent=consent_of(settings),
        stamp=new_stamp(),
    )
    return _page(request, drawn)


async def create(request: web.Request) -> web.Response:
    """Recorded, then thanked; or the same page with what is wrong, and nothing to write again."""
    inbox, settings = await _form(request)
    sending.take(request.get(keys.REMOTE) or request.remote or "")
    submission = await read_submission(request)
    drawn = await _judge(request, inbox, settings, submission)
    if not drawn.is_right:
        return _page(request, drawn, status=422)
    files = [drawn.kept.model_dump()] if drawn.kept else []
    fields = [*drawn.fields, *([drawn.consent] if drawn.consent else [])]
    raw = item(drawn.stamp.nonce, fields, files, i18n.locale())
    await request.app[keys.SERVICES].arrivals.record(inbox.id, [raw])
    raise web.HTTPSeeOther(f"/forms/{inbox.slug}/thanks{_query(request)}")


async def thank(request: web.Request) -> web.Response:
    inbox, settings = await _form(request)
    response = render(
        request, "forms/thanks.html", inbox=inbox, settings=settings, **_embedding(request)
    )
    return _embeddable(response)


async def _form(request: web.Request) -> tuple[Inbox, FormSettings]:
    slug = request.match_info["slug"]
    if language := request.query.get("lang"):
        i18n.set_locale(i18n.negotiate(language))
    inbox = await request.app[keys.SERVICES].database.read(lambda session: _find(session, slug))
    return inbox, FormSettings.model_validate(inbox.settings)


def _find(session: Session, slug: str) -> Inbox:
    inbox = session.exec(select(Inbox).where(Inbox.slug == slug, Inbox.kind == KIND)).first()
    if not inbox or not inbox.enabled:
        raise NotFound(_("There is no such form."))
    return inbox


async def _judge(
    request: web.Request, inbox: Inbox, settings: FormSettings, submission: Submission
) -> Drawn:
    vault, values = request.app[keys.SERVICES].vault, submission.values
    stamp = stamps.unseal(vault, inbox.id, values.get(STAMP, ""))
    notice = _objection(stamp, values)
    nonce = stamp.nonce if stamp else ""
    kept = await _kept_file(request, inbox, nonce, submission)
    given = {**values, FILE: kept.name if kept else ""}
    consent = consent_of(settings)
    fields = filled(fields_of(settings), given)
    if submission.file_problem:
        fields = [_spoilt(field, submission.file_problem) for field in fields]
    return Drawn(
        inbox=inbox,
        settings=settings,
        fields=fields,
        consent=filled([consent], given)[0] if consent else None,
        stamp=stamp if stamp and not stamp.is_too_old() else new_stamp(nonce),
        notice=notice,
        kept=kept,
    )


def _objection(stamp: Stamp | None, values: dict[str, str]) -> str:
    """Never a silent loss: a person who is taken for a program can press the button again."""
    if stamp is None or stamp.is_too_old():
        return _("This page was open for a long time. Please send the form again.")
    if values.get(TRAP):
        return _("Please leave the field “Leave this empty” empty.")
    if stamp.is_too_fresh():
        return _("That was very quick. Please send the form again.")
    return ""


async def _kept_file(
    request: web.Request, inbox: Inbox, nonce: str, submission: Submission
) -> UploadedFile | None:
    """A file outlives a page that comes back with problems, by a ticket in a hidden field."""
    services, upload = request.app[keys.SERVICES], submission.upload
    if upload and nonce:
        digest = await services.files.put(upload.content)
        return UploadedFile(
            name=upload.name,
            content_type=upload.content_type,
            digest=digest,
            size=len(upload.content),
        )
    ticket = submission.values.get(TICKET, "")
    return read_ticket(services.vault, inbox.id, nonce, ticket) if ticket and nonce else None


def _spoilt(field: Field, problem: str) -> Field:
    return replace(field, error=problem) if field.name == FILE else field


def _page(request: web.Request, drawn: Drawn, status: int = 200) -> web.Response:
    vault, inbox = request.app[keys.SERVICES].vault, drawn.inbox
    ticket = upload_ticket(vault, inbox.id, drawn.stamp.nonce, drawn.kept) if drawn.kept else ""
    response = render(
        request,
        "forms/show.html",
        status=status,
        form=drawn,
        stamp=stamps.seal(vault, inbox.id, drawn.stamp),
        ticket=ticket,
        names={"trap": TRAP, "stamp": STAMP, "ticket": TICKET},
        **_embedding(request),
    )
    return _embeddable(response)


def _embedding(request: web.Request) -> dict[str, Any]:
    """In a frame of another page it goes without our name and frame."""
    return {"embedded": "embed" in request.query, "query": _query(request)}


def _query(request: web.Request) -> str:
    """What the next page has to know of how this one is shown."""
    kept = {name: request.query[name] for name in ("embed", "lang") if name in request.query}
    return f"?{urlencode(kept)}" if kept else ""


def _embeddable(response: web.Response) -> web.Response:
    response.headers["Content-Security-Policy"] = EMBEDDABLE
    return response
