"""A form's page, what is sent with it, and the thanks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from sqlmodel import Session, select

from inbox import i18n
from inbox.channels.form import FieldKind, FormSettings
from inbox.errors import NotFound
from inbox.i18n import gettext as _
from inbox.model import Inbox
from inbox.web import keys
from inbox.web.fields import Field
from inbox.web.limits import Limiter
from inbox.web.render import render
from inbox.web.webforms import fields as drawing
from inbox.web.webforms import stamp as stamps
from inbox.web.webforms.fields import Asked
from inbox.web.webforms.recording import item
from inbox.web.webforms.stamp import Stamp, new_stamp
from inbox.web.webforms.submission import Submission, read_submission
from inbox.web.widget.tokens import UploadedFile, read_ticket, upload_ticket

KIND = "form"
TRAP = "company_url"
STAMP = "stamp"
TICKET = "kept."  # and the name of the field
EMBEDDABLE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " form-action 'self'{then}; base-uri 'none'; frame-ancestors *"
)

sending = Limiter(rate=1 / 30, burst=10)  # an address


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One state of the page; `notice` is about the whole form, `kept` the files put up before."""

    inbox: Inbox
    settings: FormSettings
    fields: Sequence[Asked]
    stamp: Stamp
    consent: Field | None = None
    notice: str = ""
    kept: Mapping[str, UploadedFile] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return drawing.translated(self.settings.title)

    @property
    def specs(self) -> list[Field]:
        return drawing.specs(self.fields, self.consent)

    @property
    def is_right(self) -> bool:
        return not self.notice and not any(spec.error for spec in self.specs)


async def show(request: web.Request) -> web.Response:
    inbox, settings = await _form(request)
    drawn = Drawn(
        inbox=inbox,
        settings=settings,
        fields=drawing.empty(settings, request.query),
        consent=drawing.consent_of(settings, {}, judged=False),
        stamp=new_stamp(),
    )
    return _page(request, drawn)


async def create(request: web.Request) -> web.Response:
    """Recorded, then thanked; or the same page with what is wrong, and nothing to write again."""
    inbox, settings = await _form(request)
    sending.take(request.get(keys.REMOTE) or request.remote or "")
    files = {asked.name for asked in settings.fields if asked.kind == FieldKind.FILE}
    submission = await read_submission(request, files)
    drawn = await _judge(request, inbox, settings, submission)
    if not drawn.is_right:
        return _page(request, drawn, status=422)
    kept = [drawn.kept[one.field.name] for one in drawn.fields if one.field.name in drawn.kept]
    raw = item(drawn.stamp.nonce, settings, drawn.fields, kept)
    await request.app[keys.SERVICES].arrivals.record(inbox.id, [raw])
    if settings.redirect and "embed" not in request.query:
        raise web.HTTPSeeOther(settings.redirect)
    raise web.HTTPSeeOther(f"/forms/{inbox.slug}/thanks{_query(request)}")


async def thank(request: web.Request) -> web.Response:
    """In a frame the page around it goes where the form leads: the frame's script asks for it."""
    inbox, settings = await _form(request)
    response = render(
        request, "forms/thanks.html", inbox=inbox, settings=settings,
        thanks=drawing.translated(settings.thanks), **_embedding(request),
    )  # fmt: skip
    return _embeddable(response, settings)


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
    nonce = stamp.nonce if stamp else ""
    kept = await _kept_files(request, inbox, settings, nonce, submission)
    given = {**submission.answers(settings), **{name: file.name for name, file in kept.items()}}
    fields = [_spoilt(one, submission.file_problems) for one in drawing.filled(settings, given)]
    return Drawn(
        inbox=inbox,
        settings=settings,
        fields=fields,
        consent=drawing.consent_of(settings, values, judged=True),
        stamp=stamp if stamp and not stamp.is_too_old() else new_stamp(nonce),
        notice=_objection(stamp, values),
        kept={one.field.name: kept[one.field.name] for one in fields if one.field.name in kept},
    )


def _objection(stamp: Stamp | None, values: Mapping[str, str]) -> str:
    """Never a silent loss: a person who is taken for a program can press the button again."""
    if stamp is None or stamp.is_too_old():
        return _("This page was open for a long time. Please send the form again.")
    if values.get(TRAP):
        return _("Please leave the field “Leave this empty” empty.")
    if stamp.is_too_fresh():
        return _("That was very quick. Please send the form again.")
    return ""


async def _kept_files(
    request: web.Request, inbox: Inbox, settings: FormSettings, nonce: str, submission: Submission
) -> dict[str, UploadedFile]:
    """A file outlives a page that comes back with problems, by a ticket in a hidden field."""
    services, found = request.app[keys.SERVICES], {}
    for asked in settings.fields:
        upload = submission.uploads.get(asked.name)
        ticket = submission.values.get(TICKET + asked.name, "")
        if asked.kind != FieldKind.FILE or not nonce:
            continue
        if upload:
            found[asked.name] = UploadedFile(
                name=upload.name,
                content_type=upload.content_type,
                digest=await services.files.put(upload.content),
                size=len(upload.content),
            )
        elif ticket:
            found[asked.name] = read_ticket(services.vault, inbox.id, nonce, ticket)
    return found


def _spoilt(one: Asked, problems: Mapping[str, str]) -> Asked:
    problem = problems.get(one.field.name)
    return replace(one, spec=replace(one.spec, error=_(problem))) if problem else one


def _page(request: web.Request, drawn: Drawn, status: int = 200) -> web.Response:
    vault, inbox, nonce = request.app[keys.SERVICES].vault, drawn.inbox, drawn.stamp.nonce
    response = render(
        request,
        "forms/show.html",
        status=status,
        form=drawn,
        stamp=stamps.seal(vault, inbox.id, drawn.stamp),
        tickets={n: upload_ticket(vault, inbox.id, nonce, file) for n, file in drawn.kept.items()},
        names={"trap": TRAP, "stamp": STAMP, "ticket": TICKET},
        **_embedding(request),
    )
    return _embeddable(response, drawn.settings)


def _embedding(request: web.Request) -> dict[str, Any]:
    """In a frame of another page it goes without our name and frame."""
    return {"embedded": "embed" in request.query, "query": _query(request)}


def _query(request: web.Request) -> str:
    """What the next page has to know of how this one is shown."""
    kept = {name: request.query[name] for name in ("embed", "lang") if name in request.query}
    return f"?{urlencode(kept)}" if kept else ""


def _embeddable(response: web.Response, settings: FormSettings) -> web.Response:
    """Browsers hold a form's policy against the page to which its answer leads, too."""
    parts = urlsplit(settings.redirect)
    then = f" {parts.scheme}://{parts.netloc}" if settings.redirect else ""
    response.headers["Content-Security-Policy"] = EMBEDDABLE.format(then=then)
    return response
