"""The script for foreign pages: as it is built, or with what its inbox's settings say in it."""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

import brotli
import orjson
from aiohttp import web
from sqlmodel import Session

from inbox.desk import proactive
from inbox.web import keys
from inbox.web.render import STATIC, asset
from inbox.web.widget import site
from inbox.web.widget.site import Site

HEADERS = {
    "Content-Type": "text/javascript; charset=utf-8",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
BUILT = {**HEADERS, "Cache-Control": "public, max-age=3600, stale-while-revalidate=604800"}
OF_INBOX = {
    **HEADERS,
    "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
    "Vary": "Accept-Encoding",
}


async def built(request: web.Request) -> web.StreamResponse:  # noqa: ARG001
    """Its URL is in foreign pages for ever, so it revalidates where our own assets need not."""
    return web.FileResponse(_file(), headers=BUILT)


async def of_inbox(request: web.Request) -> web.StreamResponse:
    """One request tells the page all, so that a changed setting needs no changed page."""
    inbox_id = request.match_info["inbox_id"]

    def work(session: Session) -> tuple[Site, bool]:
        found = site.find(session, inbox_id)
        said = proactive.every(session, inbox_id)
        return found, any(message.enabled for message in said)

    found, has_proactive = await request.app[keys.SERVICES].database.read(work)
    settings = found.settings
    script = _script(
        _file(),
        orjson.dumps(
            {
                "inbox": found.inbox_id,
                "hue": settings.hue,
                "position": settings.position,
                "awake": settings.watch_visitors or (has_proactive and settings.most_proactive > 0),
            }
        ),
    )
    accepted = request.headers.get("Accept-Encoding", "")
    encoding = next((name for name in ("br", "gzip") if name in accepted), "identity")
    body = _packed(script, encoding)
    tag = hashlib.sha256(body).hexdigest()[:20]
    response = web.Response(body=body, headers=OF_INBOX)
    response.etag = tag
    if any(known.value == tag for known in request.if_none_match or ()):
        return web.Response(status=304, headers={**OF_INBOX, "ETag": f'"{tag}"'})
    if encoding != "identity":
        response.headers["Content-Encoding"] = encoding
    return response


def _file() -> Path:
    return STATIC / asset("widget.js").removeprefix("/static/")


@lru_cache(256)
def _script(file: Path, values: bytes) -> bytes:
    return b"(()=>{const INBOX_SITE=" + values + b";" + file.read_bytes() + b"})()"


@lru_cache(512)
def _packed(script: bytes, encoding: str) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(script, mode=brotli.MODE_TEXT))
    return gzip.compress(script, mtime=0) if encoding == "gzip" else script
