"""The secret by which a site proves who its visitor is: made anew, shown once."""

from aiohttp import web

from inbox.desk import inboxes
from inbox.web import asking, keys
from inbox.web.pages.settings import sections
from inbox.web.route import Access, Route

PATH = "/settings/inboxes"


async def create(request: web.Request) -> web.StreamResponse:
    """The answer is the only page that ever shows it."""
    inbox_id, vault = asking.wanted(request), request.app[keys.SERVICES].vault
    secret = await asking.database(request).write(
        lambda s: inboxes.rotate_identity_secret(s, inbox_id, vault=vault, by=asking.actor(request))
    )
    return await sections.show(
        request, "settings/inboxes/secret.html", secret=secret, back=f"{PATH}/{inbox_id}"
    )


ROUTES = [Route("POST", f"{PATH}/{{id}}/identity-secrets", create, Access.ADMIN)]
