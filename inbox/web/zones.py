"""In which time zone an agent reads: chosen in the profile, else what the browser says."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web

from inbox.web import keys

COOKIE = "zone"  # set by the pages' script; a browser sends no such header by itself
LONGEST_NAME = 64


def zone_of(request: web.Request) -> str:
    agent = request.get(keys.AGENT)
    if agent and agent.time_zone:
        return str(agent.time_zone)
    said = request.cookies.get(COOKIE, "").replace("%2F", "/")
    return said if is_zone(said) else request.app[keys.SERVICES].workspace.time_zone or "UTC"


def is_zone(name: str) -> bool:
    if not name or len(name) > LONGEST_NAME:
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
