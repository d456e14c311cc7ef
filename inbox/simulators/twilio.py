"""Twilio's messages API on loopback: takes SMS, reports on them, calls the shop's hook."""

import asyncio
import base64
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from inbox import clock
from inbox.simulators import twilio_content as content
from inbox.simulators import twilio_shapes as shapes
from inbox.simulators.faults import Failure, Faults
from inbox.simulators.hooks import Hooks
from inbox.simulators.ledger import Entry, KeptFile, Ledger
from inbox.simulators.loopback import HttpServer

ACCOUNT_SID = "AC" + "51" * 16
AUTH_TOKEN = "5".rjust(32, "7")
NUMBER = "+12025550100"
SECOND = "+12025550109"
WHATSAPP = "whatsapp:"

TEXT_LIMIT = 1600
WINDOW = timedelta(hours=24)
STEP_SECONDS = 0.4  # between two states of a message; a person can watch it
NUMBER_SHAPE = re.compile(r"(whatsapp:)?\+[1-9]\d{6,14}")


class Twilio:
    """One account with one number."""

    channel = "sms"

    def __init__(self, ledger: Ledger, hooks: Hooks, port: int = 0) -> None:
        self.ledger = ledger
        self.hooks = hooks
        self.faults = Faults()
        self.step_seconds = STEP_SECONDS
        self._tasks: set[asyncio.Task[None]] = set()
        account = "/2010-04-01/Accounts/{account}"
        self.server = HttpServer(
            [
                web.get(f"{account}.json", self._show_account),
                web.get(f"{account}/IncomingPhoneNumbers.json", self._list_numbers),
                web.post(f"{account}/Messages.json", self._create),
                web.get(f"{account}/Messages.json", self._list),
                web.get(f"{account}/Messages/{{message}}.json", self._show),
                web.get(f"{account}/Messages/{{message}}/Media.json", self._list_media),
                web.get(f"{account}/Messages/{{message}}/Media/{{media}}", self._media),
                web.get("/v1/ContentAndApprovals", self._templates),
            ],
            port,
        )

    async def start(self) -> None:
        await self.open()

    async def open(self) -> None:
        await self.server.start()

    async def close(self) -> None:
        await self.server.stop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def write(self, number: str, text: str, files: tuple[KeptFile, ...] = ()) -> Entry:
        """A customer's SMS (or MMS): kept, then posted to the shop's hook, signed, once."""
        entry = Entry(
            channel=self.channel,
            customer=number,
            outgoing=False,
            text=text,
            files=list(files),
            state="received",
            meta={
                "sid": _sid("MM" if files else "SM"),
                "from": number,
                "to": f"{WHATSAPP}{NUMBER}" if number.startswith(WHATSAPP) else NUMBER,
            },
        )
        self.ledger.record(entry)
        entry.state = await self.post_again(entry)
        return self.ledger.record(entry)

    async def post_again(self, entry: Entry) -> str:
        """Post an incoming message to the hook, as many times as asked; says how it was taken."""
        url = self.hooks.url(self.channel)
        if not url:
            return "no hook"
        status = await self._post(url, shapes.inbound(entry, ACCOUNT_SID, self._media_url))
        return "received" if status // 100 == 2 else f"refused {status}"

    async def report(self, entry: Entry, state: str) -> None:
        """Move a message of the shop to `state` and tell its status callback."""
        entry.state = state
        entry.meta["updated"] = clock.now().isoformat()
        self.ledger.record(entry)
        if entry.meta["callback"]:
            await self._post(entry.meta["callback"], shapes.callback(entry, ACCOUNT_SID))

    async def _create(self, request: web.Request) -> web.StreamResponse:
        if not _is_authorised(request):
            return _error(401, 20003, "Authenticate")
        posted = await request.post()
        form = {name: str(value) for name, value in posted.items()}
        if form.get("ContentSid"):
            form["Body"] = content.filled(form["ContentSid"], form.get("ContentVariables", ""))
        media = [str(value) for value in posted.getall("MediaUrl", [])]
        failure = self.faults.take()
        if failure and not failure.accepted:
            return await _fail(request, failure)
        problem = _problem(form) or self._closed(form)
        if problem:
            return _error(400, *problem)
        entry = self._accept(form, media)
        if failure:
            return await _fail(request, failure)
        return web.json_response(shapes.message(entry, ACCOUNT_SID), status=201)

    def _closed(self, form: Mapping[str, str]) -> tuple[int, str] | None:
        """WhatsApp's window: after a day without a message of theirs only templates go."""
        if not form["To"].startswith(WHATSAPP) or form.get("ContentSid"):
            return None
        begin = (clock.now() - WINDOW).isoformat()
        wrote = [
            entry.at
            for entry in self.ledger.of(self.channel, form["To"])
            if not entry.outgoing and entry.at > begin
        ]
        return None if wrote else (63016, "Outside the allowed window. Use a template.")

    def _accept(self, form: Mapping[str, str], media: list[str]) -> Entry:
        entry = Entry(
            channel=self.channel,
            customer=form["To"],
            outgoing=True,
            text=form.get("Body", ""),
            state="queued",
            meta={
                "sid": _sid("SM"),
                "from": form.get("From") or NUMBER,
                "to": form["To"],
                "callback": form.get("StatusCallback", ""),
                "media": media,
            },
        )
        self.ledger.record(entry)
        task = asyncio.create_task(self._carry(entry))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return entry

    async def _carry(self, entry: Entry) -> None:
        for state in ("sent", "delivered"):
            await asyncio.sleep(self.step_seconds)
            await self.report(entry, state)

    async def _post(self, url: str, form: dict[str, str]) -> int:
        signature = sign(url, form)
        if self.faults.wrong_signature:
            signature = base64.b64encode(secrets.token_bytes(20)).decode()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": signature,
        }
        return await self.hooks.post(url, urlencode(form).encode(), headers)

    async def _show(self, request: web.Request) -> web.StreamResponse:
        if not _is_authorised(request):
            return _error(401, 20003, "Authenticate")
        entry = self._by_sid(request.match_info["message"])
        if not entry:
            return _error(404, 20404, "The requested resource was not found")
        return web.json_response(shapes.message(entry, ACCOUNT_SID))

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """Newest first, filtered by To and From, by pages."""
        if not _is_authorised(request):
            return _error(401, 20003, "Authenticate")
        wanted = {name: request.query[name] for name in ("To", "From") if name in request.query}
        found = [
            shapes.message(entry, ACCOUNT_SID)
            for entry in reversed(self.ledger.of(self.channel))
            if all(entry.meta[name.lower()] == value for name, value in wanted.items())
        ]
        return web.json_response(shapes.page("messages", found, request.rel_url))

    async def _media(self, request: web.Request) -> web.StreamResponse:
        if not _is_authorised(request):
            return _error(401, 20003, "Authenticate")
        found = self.ledger.file(request.match_info["media"])
        if not found:
            return _error(404, 20404, "The requested resource was not found")
        kept, content = found
        return web.Response(body=content, headers={"Content-Type": kept.content_type})

    async def _list_media(self, request: web.Request) -> web.StreamResponse:
        if not _is_authorised(request):
            return _error(401, 20003, "Authenticate")
        entry = self._by_sid(request.match_info["message"])
        found = entry.files if entry else []
        listed = [{"sid": kept.id, "content_type": kept.content_type} for kept in found]
        return web.json_response(shapes.page("media_list", listed, request.rel_url))

    async def _templates(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"contents": content.TEMPLATES, "meta": {"next_page_url": None}})

    async def _show_account(self, request: web.Request) -> web.StreamResponse:
        if not _is_authorised(request):
            return _error(401, 20003, "Authenticate")
        return web.json_response(shapes.account(ACCOUNT_SID))

    async def _list_numbers(self, request: web.Request) -> web.StreamResponse:
        if not _is_authorised(request):
            return _error(401, 20003, "Authenticate")
        found = [shapes.number(NUMBER, ACCOUNT_SID)]
        return web.json_response(shapes.page("incoming_phone_numbers", found, request.rel_url))

    def _media_url(self, entry: Entry, kept: KeptFile) -> str:
        path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{entry.meta['sid']}/Media/{kept.id}"
        return self.server.url + path

    def _by_sid(self, sid: str) -> Entry | None:
        found = [entry for entry in self.ledger.of(self.channel) if entry.meta["sid"] == sid]
        return found[0] if found else None


def sign(url: str, form: Mapping[str, str]) -> str:
    """X-Twilio-Signature: the URL and the sorted fields under the account's token."""
    signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.digest(AUTH_TOKEN.encode(), signed.encode(), "sha1")).decode()


def _problem(form: Mapping[str, str]) -> tuple[int, str] | None:
    """Twilio's code and words for a message it would not take."""
    to, sender, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    checks = (
        (not to, 21604, "A 'To' phone number is required."),
        (not NUMBER_SHAPE.fullmatch(to), 21211, f"Invalid 'To' Phone Number: {to}"),
        (
            not sender and "MessagingServiceSid" not in form,
            21603,
            "A 'From' phone number is required.",
        ),
        (
            sender.removeprefix(WHATSAPP) not in {"", NUMBER, SECOND},
            21606,
            f"The 'From' phone number {sender} is not a valid, SMS-capable phone number",
        ),
        (not body and not form.get("MediaUrl"), 21602, "Message body is required."),
        (
            len(body) > TEXT_LIMIT,
            21617,
            "The concatenated message body exceeds the 1600 character limit.",
        ),
    )
    return next(((code, words) for wrong, code, words in checks if wrong), None)


def _is_authorised(request: web.Request) -> bool:
    expected = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode())
    given = request.headers.get("Authorization", "").encode()
    right_account = request.match_info["account"] == ACCOUNT_SID
    return right_account and secrets.compare_digest(given, b"Basic " + expected)


async def _fail(request: web.Request, failure: Failure) -> web.StreamResponse:
    await asyncio.sleep(failure.delay)
    if not failure.status:
        assert request.transport
        request.transport.close()
        return web.Response()
    return _error(failure.status, failure.code, failure.message, failure.retry_after)


def _error(
    status: int, code: int, message: str, retry_after: int | None = None
) -> web.StreamResponse:
    body: dict[str, Any] = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    return web.json_response(body, status=status, headers=headers)


def _sid(kind: str) -> str:
    return kind + secrets.token_hex(16)
