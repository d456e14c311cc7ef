"""Files of messages, and the frame in which a mail's own HTML is shown."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

from aiohttp import BodyPartReader, web
from sqlmodel import Session, select

from inbox.desk import conversations
from inbox.errors import Invalid, NotFound
from inbox.model import Attachment, Message
from inbox.web import keys, uploads
from inbox.web.render import render
from inbox.web.route import Access, Route

LARGEST = 25 * 1024 * 1024
SANDBOX = "default-src 'none'; sandbox"
FRAME = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
)
FRAME_WITH_IMAGES = FRAME.replace("img-src 'self' data:", "img-src 'self' data: https: http:")
_CONTENT_ID = re.compile(r'(src=")cid:([^"]+)"')


async def upload(request: web.Request) -> web.Response:
    """One file, in the field `file`; it belongs to nobody until a reply takes it."""
    is_multipart = request.content_type.startswith("multipart/")
    part = await (await request.multipart()).next() if is_multipart else None
    if not isinstance(part, BodyPartReader) or part.name != "file":
        raise Invalid(fields={"file": "Send the file in a form field named file."})
    found = await uploads.read_upload(part, LARGEST)
    services = request.app[keys.SERVICES]
    attachment = Attachment(
        uploader_id=request[keys.AGENT].id,
        name=found.name,
        content_type=part.headers.get("Content-Type", uploads.BINARY)[:128],
        size=len(found.content),
        digest=await services.files.put(found.content),
    )
    await services.database.write(lambda s: s.add(attachment))
    return web.json_response({"id": attachment.id, "name": attachment.name}, status=201)


async def download(request: web.Request) -> web.Response:
    """Always a download, but for pictures that are pictures; never run as a page of ours.

    A sound has its type, by which the message's player takes it.
    """
    attachment = await _visible(request)
    chunks = request.app[keys.SERVICES].files.stream(attachment.digest)
    start = await anext(chunks, b"")
    kind = attachment.content_type.partition(";")[0].strip().lower()
    shown = uploads.image_type(start) == kind
    name = uploads.safe_name(attachment.name)
    return web.Response(
        body=_all(start, chunks),
        headers={
            "Content-Type": kind if shown or kind in uploads.SOUNDS else uploads.BINARY,
            "Content-Disposition": f"{'inline' if shown else 'attachment'};"
            f" filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": SANDBOX,
            "Cache-Control": "private, max-age=3600",
            "Content-Length": str(attachment.size),
        },
    )


async def _all(start: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield start
    async for chunk in rest:
        yield chunk


async def body(request: web.Request) -> web.Response:
    """The mail's HTML, cleaned when it came in, under a policy without scripts."""
    agent, role, message_id = request[keys.AGENT], request[keys.ROLE], request.match_info["id"]
    wants_images = request.query.get("images") == "1"

    def work(session: Session) -> tuple[Message, dict[str, str]]:
        message = conversations.message(session, message_id, agent, role)
        parts = session.exec(select(Attachment).where(Attachment.message_id == message_id))
        return message, {part.content_id.strip("<>"): part.id for part in parts if part.content_id}

    message, parts = await request.app[keys.SERVICES].database.read(work)
    html = _CONTENT_ID.sub(
        lambda found: f'{found[1]}/attachments/{parts.get(found[2], "")}"', message.html
    )
    blocked = "data-remote-src=" in html and not wants_images
    if wants_images:
        html = html.replace("data-remote-src=", "src=")
    response = render(request, "conversations/body.html", html=html, blocked=blocked)
    response.headers["Content-Security-Policy"] = FRAME_WITH_IMAGES if wants_images else FRAME
    return response


async def _visible(request: web.Request) -> Attachment:
    agent, role, wanted = request[keys.AGENT], request[keys.ROLE], request.match_info["id"]

    def work(session: Session) -> Attachment:
        attachment = session.get(Attachment, wanted)
        if attachment is None:
            raise NotFound("There is no such file.")
        if attachment.message_id:
            conversations.message(session, attachment.message_id, agent, role)
        elif attachment.uploader_id != agent.id:
            raise NotFound("There is no such file.")
        return attachment

    return await request.app[keys.SERVICES].database.read(work)


ROUTES = [
    Route("POST", "/attachments", upload, Access.AGENT),
    Route("GET", "/attachments/{id}", download, Access.AGENT),
    Route("GET", "/messages/{id}/body", body, Access.AGENT),
]
