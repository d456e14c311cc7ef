"""Typed keys of the application and of a request."""

from aiohttp import web

from inbox.desk.tokens import Bearer
from inbox.model import Agent, Role, Session
from inbox.services import Services

SERVICES = web.AppKey("services", Services)

REQUEST_ID = web.RequestKey("request_id", str)
AGENT = web.RequestKey("agent", Agent)
ROLE = web.RequestKey("role", Role)
SESSION = web.RequestKey("session", Session)
BEARER = web.RequestKey("bearer", Bearer)
REMOTE = web.RequestKey("remote", str)
