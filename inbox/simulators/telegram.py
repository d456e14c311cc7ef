"""Telegram's Bot API on loopback: one bot, polled or with a webhook, and the chats it knows."""

import asyncio
import html
import re
from collections.abc import Sequence
from typing import Any

import orjson
from aiohttp import web

from inbox import clock
from inbox.envelope import FilePart
from inbox.simulators import telegram_shapes as shapes
from inbox.simulators.cast import by_address
from inbox.simulators.faults import Failure, Faults
from inbox.simulators.hooks import Hooks
from inbox.simulators.ledger import Entry, Ledger
from inbox.simulators.loopback import HttpServer
from inbox.simulators.memory import Memory
from inbox.simulators.telegram_calls import Call, Refused, read_call
from inbox.simulators.telegram_updates import Updates

TOKEN = "7100000000:AAHsimulatedsimulatedsimulatedsimul"  # noqa: S105  of nobody's bot
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
TAG = re.compile(r"<[^>]+>")
FILE_METHODS = ("photo", "document", "voice", "video", "audio", "animation", "sticker")


class Telegram:
    """Customers' messages become updates; the bot's messages become entries of the ledger."""

    channel = "telegram"

    def __init__(self, ledger: Ledger, memory: Memory, hooks: Hooks, port: int = 0) -> None:
        self.ledger = ledger
        self.memory = memory
        self.faults = Faults()
        self.answered: list[str] = []  # ids of the presses that the bot took note of
        self.updates = Updates(memory, hooks, self.faults)
        self._methods = {
            "getMe": self._get_me,
            "getUpdates": self.updates.poll,
            "setWebhook": self.updates.set_webhook,
            "deleteWebhook": self.updates.delete_webhook,
            "getWebhookInfo": self.updates.webhook_info,
            "sendMessage": self._send_message,
            "editMessageText": self._edit_message,
            "deleteMessage": self._delete_message,
            "sendChatAction": self._agree,
            "answerCallbackQuery": self._answer_press,
            "setMessageReaction": self._react_as_bot,
            "sendMediaGroup": self._send_album,
            "setMyCommands": self._agree,
            "getFile": self._get_file,
            "getChat": self._get_chat,
        }
        self.server = HttpServer(
            [
                web.route("*", "/bot{token}/{method}", self._call),
                web.get("/file/bot{token}/{path:.+}", self._download),
            ],
            port,
        )

    async def start(self) -> None:
        await self.open()
        self.updates.start()

    async def open(self) -> None:
        await self.server.start()
        self.updates.wake()

    async def close(self) -> None:
        await self.server.stop()

    async def stop(self) -> None:
        await self.updates.stop()
        await self.close()

    def write(self, chat: str, text: str, files: Sequence[FilePart] = ()) -> Entry:
        """A customer's message to the bot; the text of one with a file is its caption."""
        entry = self.ledger.record(self._written(chat, text, files))
        self.updates.add("message", shapes.message(entry))
        return entry

    def _written(self, chat: str, text: str, files: Sequence[FilePart]) -> Entry:
        return Entry(
            channel=self.channel,
            customer=chat,
            outgoing=False,
            text=text,
            state="sent",
            files=[
                self.ledger.keep_file(file.name, file.content_type, file.content or b"")
                for file in files
            ],
            meta={"message_id": self.memory.count("telegram_message")},
        )

    def album(self, chat: str, text: str, files: Sequence[FilePart]) -> list[Entry]:
        """Each picture is a message of its own; the first has the caption."""
        group = str(self.memory.count("telegram_album"))
        entries = []
        for place, file in enumerate(files):
            entry = self._written(chat, "" if place else text, [file])
            entry.meta["album"] = group
            entries.append(self.ledger.record(entry))
            self.updates.add("message", shapes.message(entry))
        return entries

    def react(self, entry: Entry, emoji: str) -> None:
        """The customer reacts to a message; the same again takes it back."""
        had = entry.meta.get("theirs", [])
        entry.meta["theirs"] = [] if emoji in had else [emoji]
        self.ledger.record(entry)
        self.updates.add("message_reaction", shapes.reaction(entry, had))

    def edit(self, entry: Entry, text: str) -> None:
        """The customer changes what they wrote."""
        entry.text = text
        entry.meta["edited"] = int(clock.now().timestamp())
        self.ledger.record(entry)
        self.updates.add("edited_message", shapes.message(entry))

    def press(self, entry: Entry, data: str) -> None:
        """The customer presses a button under a message of the bot."""
        self.updates.add("callback_query", shapes.callback_query(entry, data))

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != TOKEN:
            return _answer_error(401, "Unauthorized")
        method = request.match_info["method"]
        call = await read_call(request)
        failure = self.faults.take() if method.startswith("send") else None
        if failure and not failure.accepted:
            return await _fail(request, failure)
        try:
            result = await self._run(method, call)
        except Refused as refused:
            return _answer_error(refused.status, str(refused), **refused.parameters)
        if failure:
            return await _fail(request, failure)
        return web.json_response({"ok": True, "result": result})

    async def _run(self, method: str, call: Call) -> Any:
        kind = method.removeprefix("send").lower()
        if method.startswith("send") and kind in FILE_METHODS:
            return self._send_file(kind, call)
        if method not in self._methods:
            raise Refused(404, "Not Found")
        return await self._methods[method](call)

    async def _get_me(self, _call: Call) -> dict[str, Any]:
        return shapes.bot()

    async def _send_message(self, call: Call) -> dict[str, Any]:
        text = call.text("text")
        if not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        if len(text) > TEXT_LIMIT:
            raise Refused(400, "Bad Request: message is too long")
        return shapes.message(self._record(call, text))

    def _send_file(self, kind: str, call: Call) -> dict[str, Any]:
        file = call.file(kind)
        if not file:
            raise Refused(400, f"Bad Request: there is no {kind} in the request")
        if len(call.text("caption")) > CAPTION_LIMIT:
            raise Refused(400, "Bad Request: message caption is too long")
        return shapes.message(self._record(call, call.text("caption"), [file]))

    def _record(self, call: Call, text: str, files: Sequence[FilePart] = ()) -> Entry:
        chat = self._known_chat(call)
        plain = html.unescape(TAG.sub("", text)) if call.text("parse_mode") == "HTML" else text
        entry = Entry(
            channel=self.channel,
            customer=chat,
            outgoing=True,
            text=plain,
            state="delivered",
            files=[
                self.ledger.keep_file(file.name, file.content_type, file.content or b"")
                for file in files
            ],
            meta={
                "message_id": self.memory.count("telegram_message"),
                "buttons": call.buttons(),
            },
        )
        return self.ledger.record(entry)

    async def _edit_message(self, call: Call) -> dict[str, Any]:
        entry = self._message(call)
        if entry.text == call.text("text"):
            raise Refused(400, "Bad Request: message is not modified")
        entry.text = call.text("text")
        entry.meta["edited"] = int(clock.now().timestamp())
        entry.meta["buttons"] = call.buttons()
        return shapes.message(self.ledger.record(entry))

    async def _delete_message(self, call: Call) -> bool:
        entry = self._message(call)
        entry.state = "deleted"
        self.ledger.record(entry)
        return True

    async def _agree(self, _call: Call) -> bool:
        return True

    async def _answer_press(self, call: Call) -> bool:
        self.answered.append(call.text("callback_query_id"))
        return True

    async def _react_as_bot(self, call: Call) -> bool:
        wanted = (call.text("chat_id"), call.text("message_id"))
        for entry in self.ledger.of(self.channel, wanted[0]):
            if str(entry.meta["message_id"]) == wanted[1]:
                given = call.structure("reaction") or []
                entry.meta["ours"] = [one.get("emoji", "") for one in given]
                self.ledger.record(entry)
                return True
        raise Refused(400, "Bad Request: message to react not found")

    async def _send_album(self, call: Call) -> list[dict[str, Any]]:
        sent = []
        for one in call.structure("media") or []:
            file = call.files.get(str(one.get("media", "")).removeprefix("attach://"))
            if not file:
                raise Refused(400, "Bad Request: there is no file in the request")
            sent.append(shapes.message(self._record(call, str(one.get("caption", "")), [file])))
        return sent

    async def _get_chat(self, call: Call) -> dict[str, Any]:
        return shapes.chat_in_full(self._known_chat(call))

    async def _get_file(self, call: Call) -> dict[str, Any]:
        found = self.ledger.file(call.text("file_id"))
        if not found:
            raise Refused(400, "Bad Request: invalid file_id")
        return shapes.file(found[0]) | {"file_path": f"documents/{found[0].id}"}

    async def _download(self, request: web.Request) -> web.StreamResponse:
        found = self.ledger.file(request.match_info["path"].removeprefix("documents/"))
        if request.match_info["token"] != TOKEN or not found:
            return _answer_error(404, "Not Found")
        return web.Response(body=found[1], content_type="application/octet-stream")

    def _known_chat(self, call: Call) -> str:
        """A bot can't be the first to write: the chat must be of the cast or have written."""
        chat = call.text("chat_id")
        if not by_address(chat) and not self.ledger.of(self.channel, chat):
            raise Refused(400, "Bad Request: chat not found")
        return chat

    def _message(self, call: Call) -> Entry:
        wanted = call.text("message_id")
        for entry in self.ledger.received(self.channel, call.text("chat_id")):
            if str(entry.meta["message_id"]) == wanted:
                return entry
        raise Refused(400, "Bad Request: message to edit not found")


async def _fail(request: web.Request, failure: Failure) -> web.StreamResponse:
    await asyncio.sleep(failure.delay)
    if not failure.status:
        assert request.transport
        request.transport.close()
        return web.Response()
    parameters = {"retry_after": failure.retry_after} if failure.retry_after is not None else {}
    return _answer_error(failure.status, failure.message, **parameters)


def _answer_error(status: int, description: str, **parameters: int) -> web.StreamResponse:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")
