"""The two documents of the widget: the loader for foreign pages, and the chat's own page."""

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from inbox import i18n
from inbox.errors import Forbidden
from inbox.web import keys
from inbox.web.render import STATIC, asset, render
from inbox.web.widget import site
from inbox.web.widget.files import FILE_BYTES
from inbox.web.widget.intake import MOST_FILES, TEXT_BYTES
from inbox.web.widget.site import Site

LOADER_HEADERS = {
    "Content-Type": "text/javascript; charset=utf-8",
    "Cache-Control": "public, max-age=3600, stale-while-revalidate=604800",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
)


async def loader(request: web.Request) -> web.StreamResponse:  # noqa: ARG001
    """Its URL is in foreign pages for ever, so it revalidates where our own assets need not."""
    return web.FileResponse(_built("widget.js"), headers=LOADER_HEADERS)


async def show(request: web.Request) -> web.Response:
    """In a frame of an allowed page, or on its own as the hosted chat."""
    services, inbox_id = request.app[keys.SERVICES], request.match_info["inbox_id"]
    found = await services.database.read(lambda session: site.find(session, inbox_id))
    _refuse_foreign_page(request, found)
    language = _language(request)
    i18n.set_locale(language.replace("-", "_"))
    response = render(
        request,
        "widget/frame.html",
        site=found,
        widget_language=language,
        config=orjson.dumps(_config(found)).decode(),
    )
    response.headers["Content-Security-Policy"] = POLICY.format(ancestors=found.frame_ancestors)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _built(name: str) -> Path:
    return STATIC / asset(name).removeprefix("/static/")


def _config(found: Site) -> dict[str, object]:
    """Public values only: everybody who has the inbox's id can read them."""
    settings = found.settings
    return {
        "inbox": found.inbox_id,
        "title": found.title,
        "greeting": found.greeting,
        "reply_time": settings.reply_time,
        "ask_first": settings.ask_first,
        "consent": settings.consent,
        "consent_version": hashlib.sha256(settings.consent.encode()).hexdigest()[:16],
        "text_bytes": TEXT_BYTES,
        "file_bytes": FILE_BYTES,
        "most_files": MOST_FILES,
    }


def _refuse_foreign_page(request: web.Request, found: Site) -> None:
    """A hint only, for a clear answer; frame-ancestors is what the browser enforces."""
    host = urlsplit(request.headers.get("Referer", "")).netloc.lower()
    ours = urlsplit(request.app[keys.SERVICES].settings.public_url).netloc
    if request.headers.get("Sec-Fetch-Dest") != "iframe" or host in ("", ours, request.host):
        return
    if not found.allows(host):
        raise Forbidden("This page may not show this chat.")


def _language(request: web.Request) -> str:
    asked = request.query.get("lang") or request.headers.get("Accept-Language") or ""
    return i18n.negotiate(asked).replace("_", "-")
