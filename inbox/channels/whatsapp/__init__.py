"""WhatsApp by Meta's Cloud API: signed webhooks in, the Graph API out."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlsplit

import aiohttp
from pydantic import Field, SecretStr

from inbox.channels.base import (
    Account,
    BadSignature,
    Capabilities,
    ChannelError,
    ChannelSettings,
    Checked,
    HookAnswer,
    HookRequest,
    LoginRefused,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
    tried,
)
from inbox.channels.calling import Answer, call
from inbox.channels.reading import header
from inbox.channels.splitting import split
from inbox.channels.whatsapp.codes import LOGIN, WAIT, reason
from inbox.channels.whatsapp.parse import divide, understand_item
from inbox.envelope import AddressKind, FilePart, Inbound, OutboundEnvelope, RawItem, Receipt
from inbox.errors import message_of
from inbox.i18n import Phrase

__all__ = ["WhatsappChannel", "WhatsappSettings"]

TEXT_LIMIT = 4096
FILE_LIMIT = 100 * 1024 * 1024
WINDOW_HOURS = 24
SIGNATURE_HEADER = "X-Hub-Signature-256"
MEDIA_HOSTS = (".fbsbx.com", ".facebook.com", ".whatsapp.net")
# type of the file → how it is shown; all else is a document
SHOWN_AS = {
    "image/jpeg": "image", "image/png": "image", "video/mp4": "video", "video/3gpp": "video",
    "audio/aac": "audio", "audio/amr": "audio", "audio/mpeg": "audio", "audio/mp4": "audio",
    "audio/ogg": "audio",
}  # fmt: skip


class WhatsappSettings(ChannelSettings):
    phone_number_id: str = Field(
        title="Phone number ID",
        pattern=r"^[0-9A-Za-z_-]+$",
        description="Under WhatsApp, API setup, in Meta's app dashboard. It is not the number.",
    )
    access_token: SecretStr = Field(
        title="Access token",
        min_length=1,
        description="Of a system user, so that it doesn't run out.",
    )
    app_secret: SecretStr = Field(
        title="App secret",
        min_length=1,
        description="Under App settings, Basic. It proves that a call is Meta's.",
    )
    verify_token: SecretStr = Field(
        title="Verify token",
        min_length=8,
        description="Any words of yours; type the same into the webhook's settings at Meta.",
    )
    api_base: str = Field(
        "https://graph.facebook.com/v24.0",
        title="API address",
        pattern="^https?://",
        description="With the version; another one only for a simulator.",
        json_schema_extra={"group": "advanced"},
    )


class WhatsappChannel:
    name: ClassVar[str] = "whatsapp"
    label: ClassVar[str] = "WhatsApp"
    icon: ClassVar[str] = "phone"
    capabilities: ClassVar[Capabilities] = Capabilities(
        file_limit=FILE_LIMIT,
        window_hours=WINDOW_HOURS,
        agent_can_start=False,
        address_kind=AddressKind.WHATSAPP,
    )
    settings_model: ClassVar[type[ChannelSettings]] = WhatsappSettings

    def __init__(self, account: Account) -> None:
        self.account = account
        self.settings: WhatsappSettings = account.settings

    def address(self) -> str:
        """Meta knows the number by an id; `check` tells it."""
        return ""

    def hook(self, request: HookRequest) -> HookAnswer:
        """A GET is Meta's question whether we are the ones: answered with its challenge."""
        if request.method == "GET":
            return HookAnswer(body=self._challenge(request))
        self._verify(request)
        return HookAnswer(items=divide(request.body, self.settings.phone_number_id))

    def parse(self, raw: RawItem) -> Sequence[Inbound]:
        return understand_item(raw.content)

    async def fetch(self, part: FilePart) -> FilePart:
        """By its id to an address of a few minutes, which wants the token too."""
        found = await self._ask("GET", f"/{part.remote}")
        url = str(found.get("url") or "")
        if not self._is_metas(url):
            raise PermanentFailure("This file is not at Meta, so it was not fetched.")
        answer = await call(self.account, "GET", url, headers=self._login())
        if not answer.ok:
            raise _failure(answer)
        return replace(part, content=answer.content)

    async def send(self, envelope: OutboundEnvelope) -> Receipt:
        """A long text or files make several messages; a break between them is for a person."""
        first = ""
        try:
            async for message_id in self._send_parts(envelope):
                first = first or message_id
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
        return await tried(self._ask_for_number())

    async def close(self) -> None:
        """Nothing is held open."""

    async def _ask_for_number(self) -> str:
        found = await self._ask("GET", f"/{self.settings.phone_number_id}")
        number = found.get("display_phone_number") or self.settings.phone_number_id
        return Phrase("WhatsApp knows the number: %(number)s.", number=number)

    def _challenge(self, request: HookRequest) -> str:
        given = request.query.get("hub.verify_token", "").encode()
        if not hmac.compare_digest(given, self.settings.verify_token.get_secret_value().encode()):
            raise BadSignature("The verify token at Meta is another than in the inbox's settings.")
        return request.query.get("hub.challenge", "")

    def _verify(self, request: HookRequest) -> None:
        key = self.settings.app_secret.get_secret_value().encode()
        expected = f"sha256={hmac.new(key, request.body, hashlib.sha256).hexdigest()}"
        if not hmac.compare_digest(header(request, SIGNATURE_HEADER).encode(), expected.encode()):
            raise BadSignature(
                Phrase(
                    "%(header)s is missing or wrong. Check the app secret.", header=SIGNATURE_HEADER
                )
            )

    async def _send_parts(self, envelope: OutboundEnvelope) -> AsyncIterator[str]:
        to = (envelope.thread or envelope.recipient.value).removeprefix("+")
        for text in split(envelope.text, TEXT_LIMIT):
            yield await self._hand_over(to, "text", {"body": text})
        for file in envelope.files:
            kind = SHOWN_AS.get(file.content_type, "document")
            media: dict[str, Any] = {"id": await self._upload(file)}
            if kind == "document":
                media["filename"] = file.name
            yield await self._hand_over(to, kind, media)

    async def _hand_over(self, to: str, kind: str, content: dict[str, Any]) -> str:
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": to,
            "type": kind,
            kind: content,
        }
        path = f"/{self.settings.phone_number_id}/messages"
        found = await self._ask("POST", path, once=True, json=body)
        try:
            return str(found["messages"][0]["id"])
        except (KeyError, IndexError, TypeError) as error:
            raise OutcomeUnknown("WhatsApp took the message and gave no id for it.") from error

    async def _upload(self, file: FilePart) -> str:
        """Uploading shows nothing to anybody, so it may be repeated."""
        form = aiohttp.FormData({"messaging_product": "whatsapp", "type": file.content_type})
        form.add_field(
            "file", file.content or b"", filename=file.name, content_type=file.content_type
        )
        path = f"/{self.settings.phone_number_id}/media"
        found = await self._ask("POST", path, seconds=60, data=form)
        if not found.get("id"):
            raise TemporaryFailure("WhatsApp took the file and gave no id for it.")
        return str(found["id"])

    async def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        url = f"{self.settings.api_base.rstrip('/')}{path}"
        answer = await call(self.account, method, url, headers=self._login(), **options)
        if not answer.ok:
            raise _failure(answer)
        return answer.json()

    def _login(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.settings.access_token.get_secret_value()}"}

    def _is_metas(self, url: str) -> bool:
        asked, base = urlsplit(url), urlsplit(self.settings.api_base)
        if (asked.scheme, asked.netloc) == (base.scheme, base.netloc):
            return True
        return asked.scheme == "https" and f".{asked.hostname or ''}".endswith(MEDIA_HOSTS)


def _failure(answer: Answer) -> LoginRefused | TemporaryFailure | PermanentFailure:
    error = answer.json().get("error")
    error = error if isinstance(error, dict) else {}
    details = error.get("error_data")
    words = str((details or {}).get("details") or error.get("message") or "")
    code = str(error.get("code", answer.status))
    if answer.status == 401 or code in LOGIN:
        return LoginRefused(
            Phrase("WhatsApp refuses the access token. Meta says: %(words)s", words=words)
        )
    if answer.status == 429 or code in WAIT:
        return TemporaryFailure(
            "WhatsApp asks to wait.", code=code, retry_after=answer.retry_after()
        )
    return PermanentFailure(reason(code, words), code=code)
