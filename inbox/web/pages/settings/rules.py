"""Automation rules: put in order, switched, edited, and tried before they are switched on."""

from typing import Any

from aiohttp import web

from inbox.errors import Conflict, Invalid
from inbox.i18n import gettext as _
from inbox.model import AutomationRule
from inbox.routing import actions, rules, trying, validation
from inbox.routing.rules import TRIGGERS, RuleValues
from inbox.web import asking, condition_words, forms
from inbox.web.pages.settings import rule_drafts, rule_drawing, sections
from inbox.web.pages.settings.rule_drafts import Draft
from inbox.web.render import render
from inbox.web.route import Access, Route

PATH = "/settings/rules"
SHOWN_TRIALS = 50


async def index(request: web.Request) -> web.StreamResponse:
    found = await asking.database(request).read(rules.every)
    labels = {name: _(action.label) for name, action in actions.known().items()}
    return await sections.show(
        request, "settings/rules/index.html", rules=found, triggers=TRIGGERS, labels=labels,
        moved=request.query.get("moved", ""), by=request.query.get("by", ""),
    )  # fmt: skip


async def new(request: web.Request) -> web.StreamResponse:
    return await _page(request, Draft())


async def create(request: web.Request) -> web.StreamResponse:
    draft = await rule_drafts.posted(request)
    if await _is_button(request):
        return await _page(request, draft)
    try:
        values = _values(draft)
        rule = await asking.database(request).write(
            lambda s: rules.add(s, values, by=asking.actor(request))
        )
    except Invalid as error:
        return await _page(request, draft, error.fields, status=422)
    raise web.HTTPSeeOther(f"{PATH}/{rule.id}?saved")


async def show(request: web.Request) -> web.StreamResponse:
    return await _page(request, rule_drafts.of(await _stored(request)))


async def update(request: web.Request) -> web.StreamResponse:
    rule, draft = await _stored(request), await rule_drafts.posted(request)
    if await _is_button(request):
        return await _page(request, draft)
    try:
        values = _values(draft)
        await asking.database(request).write(
            lambda s: rules.change(
                s, rule.id, values, by=asking.actor(request), version=draft.version
            )
        )
    except Invalid as error:
        return await _page(request, draft, error.fields, status=422)
    except Conflict:
        theirs = await _stored(request)
        draft.version = theirs.version
        return await _page(request, draft, status=409, theirs=rule_drafts.of(theirs))
    raise web.HTTPSeeOther(f"{PATH}/{rule.id}?saved")


async def switch(request: web.Request) -> web.StreamResponse:
    enabled = (await request.post()).get("enabled") == "true"
    rule_id = asking.wanted(request)
    await asking.database(request).write(
        lambda s: rules.switch(s, rule_id, enabled, by=asking.actor(request))
    )
    raise web.HTTPSeeOther(f"{PATH}?moved={rule_id}&by=switch")


async def move(request: web.Request) -> web.StreamResponse:
    rule_id = asking.wanted(request)
    by = "up" if (await request.post()).get("by") == "up" else "down"
    places = -1 if by == "up" else 1
    await asking.database(request).write(
        lambda s: rules.move(s, rule_id, places, by=asking.actor(request))
    )
    raise web.HTTPSeeOther(f"{PATH}?moved={rule_id}&by={by}")


async def delete(request: web.Request) -> web.StreamResponse:
    rule_id = asking.wanted(request)
    await asking.database(request).write(
        lambda s: rules.remove(s, rule_id, by=asking.actor(request))
    )
    raise web.HTTPSeeOther(PATH)


ROUTES = [
    Route("GET", PATH, index, Access.ADMIN),
    Route("GET", f"{PATH}/new", new, Access.ADMIN),
    Route("POST", f"{PATH}/new", create, Access.ADMIN),
    Route("GET", f"{PATH}/{{id}}", show, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}", update, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/switch", switch, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/move", move, Access.ADMIN),
    Route("POST", f"{PATH}/{{id}}/delete", delete, Access.ADMIN),
]


async def _stored(request: web.Request) -> AutomationRule:
    rule_id = asking.wanted(request)
    return await asking.database(request).read(lambda s: rules.get(s, rule_id))


async def _is_button(request: web.Request) -> bool:
    """One of those that change the form or try the rule; nothing is saved."""
    return str((await request.post()).get("do", "")) not in {"", "save"}


def _values(draft: Draft) -> RuleValues:
    return forms.validated(RuleValues, draft.values())


async def _page(
    request: web.Request,
    draft: Draft,
    errors: Any = None,
    *,
    status: int = 200,
    theirs: Draft | None = None,
) -> web.Response:
    tried, faults = await _tried(request, draft)
    choices = await asking.database(request).read(condition_words.load)
    drawn = rule_drawing.editor(draft, choices, {**faults, **(errors or {})})
    rule_id = request.match_info.get("id", "")
    context = {
        "editor": drawn,
        "choices": choices,
        "rule_id": rule_id,
        "tried": tried,
        "most_tried": SHOWN_TRIALS,
        "theirs": rule_drawing.editor(theirs, choices, {}) if theirs else None,
        "saved": "saved" in request.query and request.method == "GET",
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "settings/rules/_editor.html", status=status, **context)
    title = draft.name or (_("Rule") if rule_id else _("Add a rule"))
    return await sections.show(
        request, "settings/rules/form.html", status=status, title=title, **context
    )


async def _tried(
    request: web.Request, draft: Draft
) -> tuple[list[trying.Trial] | None, dict[str, str]]:
    """If that was asked for: what the conditions would have said lately, or their faults."""
    if request.method != "POST" or (await request.post()).get("do") != "try":
        return None, {}
    values = draft.values()
    try:
        validation.check(values["conditions"])
    except Invalid as error:
        return None, dict(error.fields)
    return await asking.database(request).read(
        lambda s: trying.would_match(s, draft.event_kind, values["conditions"])
    ), {}
