"""The why-log of one rule, the newest first."""

from urllib.parse import urlencode

from aiohttp import web

from inbox.routing import log, rules
from inbox.web import asking, condition_words
from inbox.web.pages.settings import sections
from inbox.web.pages.settings.rules import PATH
from inbox.web.route import Access, Route


async def index(request: web.Request) -> web.StreamResponse:
    rule_id, cursor = asking.wanted(request), request.query.get("after", "")
    fired = "fired" in request.query
    rule, runs, choices = await asking.database(request).read(
        lambda s: (
            rules.get(s, rule_id),
            log.of_rule(s, rule_id, fired=fired, cursor=cursor),
            condition_words.load(s),
        )
    )
    here = f"{PATH}/{rule_id}/runs"
    kept = {"fired": ""} if fired else {}
    more = f"{here}?{urlencode({**kept, 'after': runs.next})}" if runs.next else ""
    return await sections.show(
        request, "settings/rules/runs.html", rule=rule, runs=runs, choices=choices, next=more,
        here=here, fired=fired, triggers=rules.TRIGGERS,
    )  # fmt: skip


ROUTES = [Route("GET", f"{PATH}/{{id}}/runs", index, Access.ADMIN)]
