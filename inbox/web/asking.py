"""What handlers ask of a request: the database, who acts, and which row is meant."""

from aiohttp import web

from inbox.db import Database
from inbox.events import Actor
from inbox.web import keys


def database(request: web.Request) -> Database:
    return request.app[keys.SERVICES].database


def actor(request: web.Request) -> Actor:
    return Actor.agent(request[keys.AGENT])


def wanted(request: web.Request, name: str = "id") -> str:
    """The part of the path called `name`."""
    return request.match_info[name]
