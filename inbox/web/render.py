"""The Jinja2 environment; the only file that knows where templates and built assets are."""

import json
from collections.abc import Callable
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from markupsafe import Markup

from inbox import clock, i18n
from inbox.desk import gaps
from inbox.model import Permission
from inbox.web import carrying, keys, words, zones
from inbox.web.icons import ICONS
from inbox.web.watching import WATCHING

REMEMBERED = 2_000  # drawings of one macro
PACKAGE = Path(__file__).parent.parent
STATIC = Path(__file__).parent / "static" / "dist"
TEMPLATES = next(
    folder for folder in (PACKAGE / "templates", PACKAGE.parent / "templates") if folder.is_dir()
)


def render(
    request: web.Request, template: str, /, *, status: int = 200, **context: Any
) -> web.Response:
    """A page or fragment for this request's agent, in their language."""
    body = draw(template, **{**_common(request), "status": status, **context})
    return web.Response(text=body, status=status, content_type="text/html")


def draw(template: str, /, **context: Any) -> str:
    """The template alone, for pushes and mails; `_common`'s names must be given if it uses them."""
    return environment().get_template(template).render(**context)


@cache
def environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        asset=asset,
        icon_sprite=asset("icons.svg"),
        locales=i18n.LOCALES,
        icons=ICONS,
        url=lambda path: path,
    )
    made.filters.update(
        clock_time=clock_time, day=day, moment=moment, ago=ago, initials=initials, hue=hue,
        paragraphs=paragraphs, said=i18n.said, remembered=remembered, local_date=local_date,
        date=plain_date, duration=duration, capabilities=carrying.capabilities, gaps=gaps.shown,
        parsed_moment=datetime.fromisoformat, hours_until=hours_until, **words.FILTERS,
    )  # fmt: skip
    made.globals["place"] = words.place
    return made


@cache
def _manifest() -> dict[str, str]:
    file = STATIC / "manifest.json"
    return json.loads(file.read_text()) if file.exists() else {}


def asset(name: str) -> str:
    """The URL of a built asset; its name changes with its content, so it may be cached for ever."""
    return f"/static/{_manifest().get(name, name)}"


def needed(name: str) -> list[str]:
    """The URLs of what a built script imports at once, to be fetched beside it."""
    return [f"/static/{one}" for one in _manifest().get(f"{name} needs", "").split()]


def clock_time(value: datetime, time_zone: str = "UTC") -> str:
    return format_time(_local(value, time_zone), "short", locale=i18n.babel_locale())


def day(value: datetime, time_zone: str = "UTC") -> str:
    return format_date(_local(value, time_zone), "medium", locale=i18n.babel_locale())


def local_date(value: datetime, time_zone: str = "UTC") -> date:
    """To compare, which is cheaper than to draw."""
    return _local(value, time_zone).date()


def plain_date(value: date) -> str:
    """A day that belongs to no time zone any more."""
    return format_date(value, "medium", locale=i18n.babel_locale())


def duration(seconds: float | None) -> str:
    """1 h 20 min; the larger two units are enough."""
    if seconds is None:
        return "—"
    minutes = round(seconds / 60)
    hours, days = minutes // 60, minutes // 1440
    if not minutes:
        return i18n.gettext("%(seconds)s s") % {"seconds": round(seconds)}
    if not hours:
        return i18n.gettext("%(minutes)s min") % {"minutes": minutes}
    if not days:
        return i18n.gettext("%(hours)s h %(minutes)s min") % {
            "hours": hours,
            "minutes": minutes % 60,
        }
    return i18n.gettext("%(days)s d %(hours)s h") % {"days": days, "hours": hours % 24}


def moment(value: datetime, time_zone: str = "UTC") -> str:
    return format_datetime(_local(value, time_zone), "medium", locale=i18n.babel_locale())


def ago(value: datetime) -> str:
    return format_timedelta(value - clock.now(), add_direction=True, locale=i18n.babel_locale())


def initials(name: str) -> str:
    words = [word for word in name.replace("@", " ").split() if word[:1].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "?"


def hue(key: str) -> int:
    """One of 24 steps of the colour circle, always the same for the same key."""
    return sum(key.encode()) % 24 * 15


def paragraphs(text: str) -> Markup:
    """Plain text with its line breaks, escaped."""
    return Markup("<br>").join(text.splitlines())


def hours_until(start: datetime, end: datetime) -> float:
    """Of two moments; those without a zone are compared as they stand."""
    if (start.tzinfo is None) != (end.tzinfo is None):
        start, end = start.replace(tzinfo=None), end.replace(tzinfo=None)
    return (end - start).total_seconds() / 3600


def remembered(macro: Callable[..., str]) -> Callable[..., str]:
    """A macro whose drawings are kept, for those that follow from plain arguments alone.

    A list of fifty rows has two hundred icons, faces and times; drawing them is most of its cost.
    """

    @lru_cache(REMEMBERED)
    def drawn(_locale: str, *given: Any, **named: Any) -> str:
        return macro(*given, **named)

    return lambda *given, **named: drawn(i18n.locale(), *given, **named)


def _local(value: datetime, time_zone: str) -> datetime:
    return value.astimezone(ZoneInfo(time_zone or "UTC"))


def _common(request: web.Request) -> dict[str, Any]:
    agent, role = request.get(keys.AGENT), request.get(keys.ROLE)
    return {
        "request": request,
        "path": request.path,
        "agent": agent,
        "role": role,
        "workspace": request.app[keys.SERVICES].workspace,
        "locale": i18n.locale(),
        "language": i18n.locale().replace("_", "-"),
        "direction": i18n.babel_locale().text_direction,
        "theme": agent.theme if agent else "",
        "time_zone": zones.zone_of(request),
        "now": clock.now(),
        "is_fragment": request.headers.get("HX-Request") == "true",
        "nav": None,
        "standing": request.app[WATCHING].standing,
        "may_see_where": role is not None and Permission.ADMINISTER in role.permissions,
    }
