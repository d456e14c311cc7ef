"""Files of a visitor: put up before they are sent, and read back by nobody else."""

from urllib.parse import quote

from aiohttp import BodyPartReader, web

from inbox.desk import visitors
from inbox.errors import Invalid
from inbox.web import keys
from inbox.web.uploads import SAFE_IMAGES, read_upload
from inbox.web.widget import tokens
from inbox.web.widget.answers import json
from inbox.web.widget.lobby import LOBBY
from inbox.web.widget.messages import visitor_id

FILE_BYTES = 10 * 1024 * 1024


async def create(request: web.Request) -> web.Response:
    """Answers with a ticket, by which a message of this visitor can carry the file."""
    inbox_id, visitor = await visitor_id(request)
    request.app[LOBBY].files.take(visitor)
    services = request.app[keys.SERVICES]
    upload = await read_upload(await _file_part(request), FILE_BYTES)
    file = tokens.UploadedFile(
        name=upload.name,
        content_type=upload.content_type,
        digest=await services.files.put(upload.content),
        size=len(upload.content),
    )
    ticket = tokens.upload_ticket(services.vault, inbox_id, visitor, file)
    return json({"ticket": ticket, **file.model_dump(exclude={"digest"})}, 201)


async def show(request: web.Request) -> web.Response:
    """Shown in place only when it is an image that can hold no script."""
    inbox_id, visitor = await visitor_id(request)
    request.app[LOBBY].requests.take(visitor)
    services, attachment_id = request.app[keys.SERVICES], request.match_info["attachment_id"]
    attachment = await services.database.read(
        lambda session: visitors.own_file(session, inbox_id, visitor, attachment_id)
    )
    is_image = attachment.content_type in SAFE_IMAGES
    placing = "inline" if is_image else "attachment"
    return web.Response(
        body=await services.files.get(attachment.digest),
        headers={
            "Content-Type": attachment.content_type if is_image else "application/octet-stream",
            "Content-Disposition": f"{placing}; filename*=UTF-8''{quote(attachment.name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, max-age=86400",
        },
    )


async def _file_part(request: web.Request) -> BodyPartReader:
    if request.content_type != "multipart/form-data":
        raise Invalid(fields={"files": "A file is sent as multipart/form-data."})
    try:
        part = await (await request.multipart()).next()
    except ValueError:
        part = None
    if not isinstance(part, BodyPartReader) or not part.filename:
        raise Invalid(fields={"files": "There is no file in this request."})
    return part
