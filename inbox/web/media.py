"""Files that we send, for the provider that fetches them by a signed address of some days."""

from aiohttp import web
from sqlmodel import Session

from inbox import medialinks
from inbox.errors import NotFound
from inbox.model import Attachment
from inbox.web import keys, uploads
from inbox.web.pages.attachments import SANDBOX
from inbox.web.route import Access, Route


async def show(request: web.Request) -> web.Response:
    """With the type it has, which tells the provider how to show it; never run as a page."""
    services = request.app[keys.SERVICES]
    attachment_id = medialinks.read(services.vault.key("media"), request.match_info["token"])

    def work(session: Session) -> Attachment:
        found = session.get(Attachment, attachment_id) if attachment_id else None
        if found is None or found.message_id is None:
            raise NotFound("There is no such file, or its address is too old.")
        return found

    attachment = await services.database.read(work)
    major = attachment.content_type.partition("/")[0]
    is_shown = major in ("image", "audio", "video") or attachment.content_type in uploads.CARDS
    return web.Response(
        body=services.files.stream(attachment.digest),
        headers={
            "Content-Type": attachment.content_type if is_shown else uploads.BINARY,
            "Content-Length": str(attachment.size),
            "Content-Disposition": "attachment",
            "Content-Security-Policy": SANDBOX,
            "Cache-Control": "private, max-age=600",
        },
    )


ROUTES = [Route("GET", "/media/{token}", show, Access.PUBLIC)]
