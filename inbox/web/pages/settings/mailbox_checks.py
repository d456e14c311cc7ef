"""Check now: a mailbox is compared with what is stored, beside the nightly time."""

from aiohttp import web

from inbox.desk import comparing
from inbox.web import asking
from inbox.web.pages.settings.inboxes import PATH
from inbox.web.route import Access, Route


async def check(request: web.Request) -> web.StreamResponse:
    inbox_id, by = asking.wanted(request), asking.actor(request)
    await asking.database(request).write(lambda s: comparing.want(s, inbox_id, by=by))
    raise web.HTTPSeeOther(f"{PATH}/{inbox_id}#mailbox")


ROUTES = [Route("POST", f"{PATH}/{{id}}/mailbox-check", check, Access.ADMIN)]
