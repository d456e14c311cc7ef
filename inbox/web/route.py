"""A URL with its handler and who may call it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Access(StrEnum):
    """Who may call a route; the middleware enforces it and a test covers each."""

    PUBLIC = "public"  # anybody, from anywhere
    VISITOR = "visitor"  # checks a visitor's token itself
    PROVIDER = "provider"  # checks the provider's signature itself
    AGENT = "agent"
    ADMIN = "admin"
    API_READ = "api:read"
    API_WRITE = "api:write"
    API_ADMIN = "api:admin"


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    handler: Handler
    access: Access
