"""Telegram: a bot that gets its updates by webhook or by long polling."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

import aiohttp
import orjson
from pydantic import Field, SecretStr

from inbox import clock
from inbox.channels.base import (
    Account,
    BadRequest,
    BadSignature,
    Capabilities,
    ChannelError,
    ChannelSettings,
    Checked,
    HookAnswer,
    HookRequest,
    OutcomeUnknown,
    PermanentFailure,
    Record,
    TemporaryFailure,
    tried,
)
from inbox.channels.reading import header
from inbox.channels.splitting import split
from inbox.channels.telegram.bot_api import BotApi
from inbox.channels.telegram.parse import understand_update
from inbox.channels.telegram.updates import ALLOWED_UPDATES
from inbox.envelope import AddressKind, FilePart, Inbound, OutboundEnvelope, RawItem, Receipt
from inbox.errors import message_of
from inbox.i18n import Phrase

__all__ = ["TelegramChannel", "TelegramSettings"]

TEXT_LIMIT = 4096
FILE_LIMIT = 50 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024
PHOTO_TYPES = {"image/jpeg", "image/png", "image/webp"}
POLL_SECONDS = 50
SPARE_SECONDS = 10
# After a week without updates Telegram goes on with any number, so an old offset means nothing.
OFFSET_AGE = timedelta(days=6)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  a header's name


class TelegramSettings(ChannelSettings):
    token: SecretStr = Field(
        title="Bot token",
        min_length=1,
        description="From @BotFather, like 123456789:AAE…",
    )
    mode: Literal["polling", "webhook"] = Field(
        "polling",
        title="How messages come",
        description="Polling works anywhere; a webhook needs a public https address.",
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""),
        title="Webhook secret",
        description="Proves that a call is Telegram's. Leave it empty to have one made.",
        json_schema_extra={"group": "advanced"},
    )
    api_base: str = Field(
        "https://api.telegram.org",
        title="API address",
        pattern="^https?://",
        description="Only for a bot API server of your own or a simulator.",
        json_schema_extra={"group": "advanced"},
    )


class TelegramChannel:
    name: ClassVar[str] = "telegram"
    label: ClassVar[str] = "Telegram"
    icon: ClassVar[str] = "telegram"
    capabilities: ClassVar[Capabilities] = Capabilities(
        file_limit=FILE_LIMIT, agent_can_start=False, address_kind=AddressKind.TELEGRAM
    )
    settings_model: ClassVar[type[ChannelSettings]] = TelegramSettings

    def __init__(self, account: Account) -> None:
        self.account = account
        self.settings: TelegramSettings = account.settings
        self.api = BotApi(account, self.settings.api_base, self.settings.token.get_secret_value())

    def address(self) -> str:
        """A bot's name is known to Telegram only; `check` tells it."""
        return ""

    def hook(self, request: HookRequest) -> HookAnswer:
        given = header(request, SECRET_HEADER).encode()
        secret = self._secret().encode()
        if not secret or not hmac.compare_digest(given, secret):
            raise BadSignature(
                Phrase(
                    "%(header)s is missing or wrong. Save the inbox once more.",
                    header=SECRET_HEADER,
                )
            )
        try:
            item = _raw_item(orjson.loads(request.body))
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise BadRequest("This is not a Telegram update.") from error
        return HookAnswer(items=[replace(item, content=request.body)])

    def listens(self) -> bool:
        return self.settings.mode == "polling"

    async def listen(self, checkpoint: Mapping[str, Any], record: Record) -> None:
        """The offset is told to Telegram only after `record` kept what stands before it."""
        kept = dict(checkpoint)
        while True:
            updates = await self.api.ask(
                "getUpdates",
                seconds=POLL_SECONDS + SPARE_SECONDS,
                json={
                    "offset": _offset(kept),
                    "timeout": POLL_SECONDS,
                    "allowed_updates": ALLOWED_UPDATES,
                },
            )
            try:
                items = [_raw_item(update) for update in updates]
            except (KeyError, TypeError) as error:
                raise TemporaryFailure("Telegram's answer can't be understood.") from error
            if updates:
                newest = max(update["update_id"] for update in updates)
                kept = {"offset": newest + 1, "at": clock.now().isoformat()}
            await record(items, kept)

    async def enable(self) -> None:
        if self.settings.mode == "polling":
            await self.api.ask("deleteWebhook")
            return
        await self.api.ask(
            "setWebhook",
            json={
                "url": self.account.hook_url,
                "secret_token": self._secret(),
                "allowed_updates": ALLOWED_UPDATES,
            },
        )

    def parse(self, raw: RawItem) -> Sequence[Inbound]:
        return understand_update(raw.content)

    async def fetch(self, part: FilePart) -> FilePart:
        """Bots get files of up to 20 MB; Telegram refuses larger ones in words."""
        found = await self.api.ask("getFile", json={"file_id": part.remote})
        path = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(path, str) or ".." in path:
            raise PermanentFailure("Telegram doesn't give this file.")
        return replace(part, content=await self.api.download(path))

    async def send(self, envelope: OutboundEnvelope) -> Receipt:
        """A long text or files make several messages; a break between them is for a person."""
        chat_id = envelope.thread or envelope.recipient.value
        first = ""
        try:
            async for message_id in self._send_parts(chat_id, envelope):
                first = first or f"{chat_id}:{message_id}"
        except ChannelError as error:
            if not first:
                raise
            raise OutcomeUnknown(
                Phrase(
                    "Only a part of the message was sent. %(why)s", why=Phrase.of(message_of(error))
                )
            ) from error
        if not first:
            raise PermanentFailure("The message is empty.")
        return Receipt(provider_id=first)

    async def check(self) -> Checked:
        return await tried(self._ask_for_name())

    async def close(self) -> None:
        """Nothing is held open."""

    async def _ask_for_name(self) -> str:
        me = await self.api.ask("getMe")
        name = me.get("username", "") if isinstance(me, dict) else ""
        return Phrase("Telegram knows the bot: @%(name)s.", name=name)

    async def _send_parts(self, chat_id: str, envelope: OutboundEnvelope) -> AsyncIterator[int]:
        for text in split(envelope.text, TEXT_LIMIT):
            body = {"chat_id": chat_id, "text": text}
            yield _message_id(await self.api.ask("sendMessage", once=True, json=body))
        for file in envelope.files:
            yield await self._send_file(chat_id, file)

    async def _send_file(self, chat_id: str, file: FilePart) -> int:
        content = file.content or b""
        photo = file.content_type in PHOTO_TYPES and len(content) <= PHOTO_LIMIT
        method, field = ("sendPhoto", "photo") if photo else ("sendDocument", "document")
        form = aiohttp.FormData({"chat_id": chat_id})
        form.add_field(field, content, filename=file.name, content_type=file.content_type)
        return _message_id(await self.api.ask(method, once=True, seconds=60, data=form))

    def _secret(self) -> str:
        """The configured one, or one derived from the inbox's key; empty if there is neither."""
        configured = self.settings.webhook_secret.get_secret_value()
        if configured or not self.account.key:
            return configured
        return hmac.new(self.account.key, b"telegram webhook", hashlib.sha256).hexdigest()


def _raw_item(update: dict[str, Any]) -> RawItem:
    number = update["update_id"]
    if not isinstance(number, int):
        raise TypeError("update_id is not a number")
    return RawItem(external_id=f"update:{number}", content=orjson.dumps(update))


def _offset(checkpoint: Mapping[str, Any]) -> int:
    at = checkpoint.get("at")
    if at and clock.now() - datetime.fromisoformat(at) > OFFSET_AGE:
        return 0
    return int(checkpoint.get("offset", 0))


def _message_id(result: Any) -> int:
    if isinstance(result, dict) and isinstance(result.get("message_id"), int):
        return int(result["message_id"])
    raise OutcomeUnknown("Telegram took the message and gave no id for it.")
