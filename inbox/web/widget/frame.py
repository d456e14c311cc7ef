"""The chat's own page, in a frame of an allowed page or on its own."""

import hashlib
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web
from sqlmodel import Session

from inbox import i18n
from inbox.channels.webchat.settings import LANGUAGES
from inbox.desk import proactive
from inbox.desk.continuing import mail_inbox_of
from inbox.errors import Forbidden
from inbox.web import keys
from inbox.web.render import asset, needed, render
from inbox.web.widget import availability, site, suggestions
from inbox.web.widget.answers import json
from inbox.web.widget.files import FILE_BYTES
from inbox.web.widget.intake import MOST_FILES, TEXT_BYTES
from inbox.web.widget.site import Site

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors {ancestors}"
)


async def show(request: web.Request) -> web.Response:
    """In a frame of an allowed page, or on its own as the hosted chat."""
    services, inbox_id = request.app[keys.SERVICES], request.match_info["inbox_id"]
    has_articles = suggestions.are_there(request.app)
    found, config = await services.database.read(lambda session: _read(session, inbox_id))
    _refuse_foreign_page(request, found)
    language = _language(request, found)
    i18n.set_locale(i18n.negotiate(language))
    response = render(
        request,
        "widget/frame.html",
        site=found,
        widget_language=language,
        preloaded=[asset(f"widget-texts-{language}.js"), *needed("widget-frame.js")],
        config=orjson.dumps({**config, "articles": has_articles}).decode(),
    )
    response.headers["Content-Security-Policy"] = POLICY.format(ancestors=found.frame_ancestors)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-cache"
    return response


async def now(request: web.Request) -> web.Response:
    """Whether somebody is there, for a chat that has stood open since it was drawn."""
    inbox_id = request.match_info["inbox_id"]
    return json(
        await request.app[keys.SERVICES].database.read(
            lambda session: availability.of(session, site.find(session, inbox_id).inbox)
        )
    )


def consent_version(text: str) -> str:
    """Names the text that somebody agreed to; empty where there is none."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read(session: Session, inbox_id: str) -> tuple[Site, dict[str, Any]]:
    found = site.find(session, inbox_id)
    return found, {**_config(found), **_changing(session, found)}


def _config(found: Site) -> dict[str, Any]:
    """Public values only: everybody who has the inbox's id can read them."""
    settings = found.settings
    return {
        "inbox": found.inbox_id,
        "title": found.title,
        "greeting": found.greeting,
        "reply_time": settings.reply_time,
        "asks": settings.asks(),
        "questions": settings.own_questions(),
        "languages": {one: LANGUAGES[one] for one in settings.languages},
        "consent": settings.consent,
        "consent_version": consent_version(settings.consent),
        "voice": settings.voice,
        "watch": settings.watch_visitors,
        "most_proactive": settings.most_proactive,
        "text_bytes": TEXT_BYTES,
        "file_bytes": FILE_BYTES,
        "most_files": MOST_FILES,
    }


def _changing(session: Session, found: Site) -> dict[str, Any]:
    has_mail = mail_inbox_of(session, found.inbox) is not None
    return {
        "now": availability.of(session, found.inbox),
        "mail": has_mail,
        "transcripts": has_mail and found.settings.transcripts,
        "proactive": [
            message.model_dump(include={"id", "text", "pages", "seconds", "when_open"})
            for message in proactive.every(session, found.inbox_id)
            if message.enabled
        ],
    }


def _refuse_foreign_page(request: web.Request, found: Site) -> None:
    """A hint only, for a clear answer; frame-ancestors is what the browser enforces."""
    host = urlsplit(request.headers.get("Referer", "")).netloc.lower()
    ours = urlsplit(request.app[keys.SERVICES].settings.public_url).netloc
    if request.headers.get("Sec-Fetch-Dest") != "iframe" or host in ("", ours, request.host):
        return
    if not found.allows(host):
        raise Forbidden("This page may not show this chat.")


def _language(request: web.Request, found: Site) -> str:
    """What the visitor or the page asks for, of what the site offers."""
    offered = found.settings.languages or list(LANGUAGES)
    header = request.headers.get("Accept-Language", "")
    for tag in [request.query.get("lang", ""), *(part.split(";")[0] for part in header.split(","))]:
        if (language := _ours(tag)) in offered:
            return language
    return "en" if "en" in offered else offered[0]


def _ours(tag: str) -> str:
    """`sr`, `sr-RS` and `sr_Latn` mean one of ours as the script in the page has it."""
    language, *rest = tag.strip().lower().replace("_", "-").split("-")
    if language == "sr":
        return "sr-Latn" if "latn" in rest else "sr-Cyrl"
    return language
