"""An OAuth 2 provider on loopback: consent page, codes with PKCE, tokens, introspection.

It is as strict as the real ones: a code serves once and with its verifier, a refresh token that was
replaced is a theft, and a token can be taken back before its time.
"""

import asyncio
import base64
import hashlib
import html
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from tests.servers.mail import free_ports

CLIENT = {"client_id": "inbox-client", "client_secret": "inbox-client-secret"}


@dataclass
class Provider:
    """`account` is whoever sits before the browser; `asked` are the grant types, in order."""

    url: str
    account: str = "help@shop.test"
    lifetime: int = 3600
    rotates: bool = True
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def forget(self) -> None:
        """As it was at the beginning."""
        fresh = Provider(self.url)
        for name in ("account", "lifetime", "rotates", "codes", "access", "refresh", "asked"):
            setattr(self, name, getattr(fresh, name))

    def settings(self) -> dict[str, Any]:
        """Values for EmailSettings."""
        return {
            "login": "other",
            "oauth_provider": "Example Mail",
            "oauth_client_id": CLIENT["client_id"],
            "oauth_client_secret": CLIENT["client_secret"],
            "oauth_authorize_url": f"{self.url}/authorize",
            "oauth_token_url": f"{self.url}/token",
            "oauth_scope": "mail offline_access",
        }

    def take_back_access(self) -> None:
        """No access token is good any more; refresh tokens are."""
        self.access.clear()

    def take_back_everything(self) -> None:
        """As when the person removes the app from the account."""
        self.access.clear()
        self.refresh.clear()

    async def authorize(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert query["client_id"] == CLIENT["client_id"]
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(k)}" value="{html.escape(v)}">'
            for k, v in query.items()
        )
        page = (
            "<!doctype html><title>Example Mail</title><link rel=icon href=data:,>"
            f'<form method="post" action="/authorize">{hidden}'
            '<button name="answer" value="allow">Allow</button>'
            '<button name="answer" value="deny">Deny</button></form>'
        )
        return web.Response(text=page, content_type="text/html")

    async def decide(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        if form["answer"] == "deny":
            said = {"error": "access_denied", "state": form["state"]}
        else:
            code = secrets.token_urlsafe(12)
            self.codes[code] = form
            said = {"code": code, "state": form["state"]}
        raise web.HTTPSeeOther(f"{form['redirect_uri']}?{urlencode(said)}")

    async def token(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.asked.append(form["grant_type"])
        if {name: form.get(name) for name in CLIENT} != CLIENT:
            return web.json_response({"error": "invalid_client"}, status=401)
        account = self._of_code(form) if "code" in form else self._of_refresh_token(form)
        if account is None:
            said = {"error": "invalid_grant", "error_description": "Token has been revoked."}
            return web.json_response(said, status=400)
        access = secrets.token_urlsafe(24)
        self.access[access] = account
        given: dict[str, Any] = {
            "access_token": access, "token_type": "Bearer", "expires_in": self.lifetime,
        }  # fmt: skip
        if "code" in form or self.rotates:
            given["refresh_token"] = secrets.token_urlsafe(24)
            self.refresh[given["refresh_token"]] = account
        return web.json_response(given)

    async def introspect(self, request: web.Request) -> web.Response:
        account = self.access.get(str((await request.post()).get("token")))
        return web.json_response({"active": bool(account), "email": account or ""})

    def _of_code(self, form: dict[str, str]) -> str | None:
        begun = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_right = (
            begun
            and begun["code_challenge"] == challenge
            and begun["redirect_uri"] == form["redirect_uri"]
        )
        return self.account if is_right else None

    def _of_refresh_token(self, form: dict[str, str]) -> str | None:
        if self.rotates:
            return self.refresh.pop(form["refresh_token"], None)
        return self.refresh.get(form["refresh_token"])


@contextmanager
def running_provider() -> Iterator[Provider]:
    """In a thread of its own, so that it outlives a test."""
    (port,) = free_ports(1)
    provider = Provider(f"http://127.0.0.1:{port}")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(_serve(provider, port), loop).result(10)
    try:
        yield provider
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _serve(provider: Provider, port: int) -> web.AppRunner:
    app = web.Application()
    app.router.add_get("/authorize", provider.authorize)
    app.router.add_post("/authorize", provider.decide)
    app.router.add_post("/token", provider.token)
    app.router.add_post("/introspect", provider.introspect)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner
