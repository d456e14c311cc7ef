"""What an agent does to the chosen conversations of a list, all at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import orjson
from aiohttp import web
from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session

from inbox import clock
from inbox.desk import access, bulk, tags
from inbox.errors import Invalid
from inbox.events import Actor
from inbox.model import Conversation
from inbox.web import keys, nav, zones
from inbox.web.pages import changing, desk, undoing
from inbox.web.render import render
from inbox.web.route import Access, Route

PATH = "/conversations/bulk"
TAKEN_BACK = TypeAdapter(list[tuple[str, dict[str, str], list[int]]])


@dataclass(frozen=True, slots=True)
class Step:
    """A change of some of them; taking back may need another one for each."""

    numbers: tuple[str, ...]
    change: changing.Change

    def bound(self, session: Session, by: Actor) -> Callable[[Conversation], undoing.Undo | None]:
        return lambda conversation: self.change(session, conversation, by)


async def bar(request: web.Request) -> web.StreamResponse:
    """What can be chosen; fetched with the first row that is selected."""
    zone = zones.zone_of(request)
    people, teams, known = await request.app[keys.SERVICES].database.read(
        lambda s: (s.execute(desk.AGENTS).all(), s.execute(nav.TEAMS).all(), tags.every(s))
    )
    return render(
        request, "conversations/_bulk.html", agents=people, teams=teams, tags=known,
        offers=desk.offered(zone, {}), soonest=clock.now().astimezone(ZoneInfo(zone)),
    )  # fmt: skip


async def change(request: web.Request) -> web.StreamResponse:
    """`do` is a change with its fields, like `resolutions?status=open`; `number` says of whom."""
    form = await request.post()
    numbers = tuple(str(number) for number in form.getall("number", []))
    name, _, query = str(form.get("do", "")).partition("?")
    fields = {key: value for key, value in form.items() if isinstance(value, str)}
    fields |= dict(parse_qsl(query, keep_blank_values=True))
    step = Step(numbers, changing.named(name, fields, zones.zone_of(request)))
    done, failed, undos = await _do(request, [step])
    return _answer(request, done=done, failed=failed, undos=undos)


async def take_back(request: web.Request) -> web.StreamResponse:
    """`changes` is what `change` has given for it."""
    try:
        given = TAKEN_BACK.validate_json(str((await request.post()).get("changes", "")))
    except ValidationError as error:
        raise Invalid(fields={"changes": "Give what the answer to the change gave."}) from error
    if sum(max(1, len(numbers)) for _, _, numbers in given) > bulk.MOST:
        raise Invalid(fields={"changes": "Give what the answer to the change gave."})
    zone = zones.zone_of(request)
    steps = [
        Step(tuple(map(str, numbers)), changing.named(name, fields, zone))
        for name, fields, numbers in given
    ]
    done, failed, _ = await _do(request, steps)
    return _answer(request, done=done, failed=failed, undos=[])


ROUTES = [
    Route("GET", PATH, bar, Access.AGENT),
    Route("POST", PATH, change, Access.AGENT),
    Route("POST", f"{PATH}/undo", take_back, Access.AGENT),
]


async def _do(
    request: web.Request, steps: list[Step]
) -> tuple[list[undoing.Undo | None], dict[str, str], list[Any]]:
    """What each gave; why others were refused, by number; and the opposite, told as JSON."""
    agent, role = request[keys.AGENT], request[keys.ROLE]
    by = Actor.agent(agent)

    def work(session: Session) -> tuple[Any, ...]:
        seen = None
        if not access.sees_all(role):
            seen = frozenset(access.visible_inboxes(session, agent, role))
        outcomes = [
            bulk.each(session, bulk.chosen(session, step.numbers, seen), step.bound(session, by))
            for step in steps
        ]
        done = [(c.number, undo) for outcome in outcomes for c, undo in outcome.done]
        failed = {str(c.number): e.message for outcome in outcomes for c, e in outcome.failed}
        return done, failed

    done, failed = await request.app[keys.SERVICES].database.write(work)
    return [undo for _, undo in done], failed, _opposite(done)


def _opposite(done: list[tuple[int, undoing.Undo | None]]) -> list[Any]:
    """Those that are taken back alike are told once: [[name, fields, [number, …]], …]."""
    together: dict[tuple[str, bytes], list[int]] = {}
    for number, undo in done:
        if undo:
            key = (undo.path, orjson.dumps(undo.fields, option=orjson.OPT_SORT_KEYS))
            together.setdefault(key, []).append(number)
    return [[name, orjson.loads(fields), numbers] for (name, fields), numbers in together.items()]


def _answer(
    request: web.Request,
    *,
    done: list[undoing.Undo | None],
    failed: dict[str, str],
    undos: list[Any],
) -> web.Response:
    said = next((undo.said for undo in done if undo), "")
    return render(
        request, "conversations/_bulk_done.html", count=len(done), failed=failed, said=said,
        undo=orjson.dumps(undos).decode() if undos else "",
    )  # fmt: skip
