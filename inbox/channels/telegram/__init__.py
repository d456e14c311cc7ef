"""Telegram: a bot that gets its updates by webhook or by long polling."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

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
from inbox.channels.telegram.bot_api import BotApi
from inbox.channels.telegram.parse import understand_update
from inbox.channels.telegram.sending import send_parts
from inbox.channels.telegram.updates import ALLOWED_UPDATES
from inbox.envelope import AddressKind, FilePart, Inbound, OutboundEnvelope, RawItem, Receipt
from inbox.errors import message_of
from inbox.i18n import Phrase

__all__ = ["TelegramChannel", "TelegramSettings"]

FILE_LIMIT = 50 * 1024 * 1024
POLL_SECONDS = 50
SPARE_SECONDS = 10
# What Telegram allows bots to react with, of which these are offered
# https://core.telegram.org/bots/api#reactiontypeemoji
REACTIONS = ("👍", "👎", "❤", "🔥", "🎉", "😁", "😢", "🙏", "👌", "💯")
# Telegram keeps what nobody fetches for a day
KEPT = timedelta(hours=24)
ALIVE_EVERY = timedelta(minutes=10)
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
    groups: Literal["conversation", "ignore"] = Field(
        "conversation",
        title="Groups that the bot is in",
        description="One conversation for each group, with the writers named; or nothing of them.",
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
        buttons=True,
        file_limit=FILE_LIMIT,
        agent_can_start=False,
        answers_one=True,
        reactions=REACTIONS,
        address_kind=AddressKind.TELEGRAM,
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
                kept |= {"offset": newest + 1, "at": clock.now().isoformat()}
            await record(items, kept := _alive(kept))

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
        return understand_update(raw.content, groups=self.settings.groups == "conversation")

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
        made: list[str] = []
        try:
            async for message_ids in send_parts(self.api, chat_id, envelope):
                made += [f"{chat_id}:{message_id}" for message_id in message_ids]
        except ChannelError as error:
            if not made:
                raise
            raise OutcomeUnknown(
                Phrase(
                    "Only a part of the message was sent. %(why)s", why=Phrase.of(message_of(error))
                )
            ) from error
        if not made:
            raise PermanentFailure("The message is empty.")
        return Receipt(provider_id=made[0], others=tuple(made[1:]))

    async def react(self, thread: str, message_id: str, emoji: str) -> None:
        """An empty `emoji` takes back what was there."""
        reaction = [{"type": "emoji", "emoji": emoji}] if emoji else []
        number = int(message_id.rpartition(":")[2])
        body = {"chat_id": thread, "message_id": number, "reaction": reaction}
        await self.api.ask("setMessageReaction", json=body)

    async def acknowledge(self, query_id: str) -> None:
        """The button that was pressed stops to turn."""
        await self.api.ask("answerCallbackQuery", json={"callback_query_id": query_id})

    def gap(self, checkpoint: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
        """What came in this time is gone: nobody fetched it for a day."""
        alive = checkpoint.get("alive")
        since = datetime.fromisoformat(alive) if alive else None
        until = clock.now() - KEPT
        return (since, until) if since and since < until else None

    async def check(self) -> Checked:
        return await tried(self._ask_for_name())

    async def close(self) -> None:
        """Nothing is held open."""

    async def _ask_for_name(self) -> str:
        me = await self.api.ask("getMe")
        name = me.get("username", "") if isinstance(me, dict) else ""
        return Phrase("Telegram knows the bot: @%(name)s.", name=name)

    def _secret(self) -> str:
        """The configured one, or one derived from the inbox's key; empty if there is neither."""
        configured = self.settings.webhook_secret.get_secret_value()
        if configured or not self.account.key:
            return configured
        return hmac.new(self.account.key, b"telegram webhook", hashlib.sha256).hexdigest()


def _raw_item(update: dict[str, Any]) -> RawItem:
    """Under its number and what it says: after a quiet week Telegram numbers anew."""
    number = update["update_id"]
    if not isinstance(number, int):
        raise TypeError("update_id is not a number")
    said = orjson.dumps(update, option=orjson.OPT_SORT_KEYS)
    mark = hashlib.sha256(said).hexdigest()[:16]
    return RawItem(external_id=f"update:{number}:{mark}", content=orjson.dumps(update))


def _alive(checkpoint: dict[str, Any]) -> dict[str, Any]:
    """With when Telegram answered last, written down now and then."""
    told, now = checkpoint.get("alive"), clock.now()
    if told and now - datetime.fromisoformat(told) < ALIVE_EVERY:
        return checkpoint
    return {**checkpoint, "alive": now.isoformat()}


def _offset(checkpoint: Mapping[str, Any]) -> int:
    at = checkpoint.get("at")
    if at and clock.now() - datetime.fromisoformat(at) > OFFSET_AGE:
        return 0
    return int(checkpoint.get("offset", 0))
