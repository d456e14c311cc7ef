"""WhatsApp by Meta's Cloud API: signed webhooks in, the Graph API out."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

import aiohttp

from inbox.channels.abilities import KnownTemplate
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
from inbox.channels.whatsapp import templates
from inbox.channels.whatsapp.buttons import with_buttons
from inbox.channels.whatsapp.codes import LOGIN, WAIT, reason
from inbox.channels.whatsapp.parse import divide, understand_item
from inbox.channels.whatsapp.settings import WhatsappSettings
from inbox.envelope import AddressKind, FilePart, Inbound, OutboundEnvelope, RawItem, Receipt
from inbox.errors import message_of
from inbox.i18n import Phrase

__all__ = ["WhatsappChannel", "WhatsappSettings"]

TEXT_LIMIT = 4096
FILE_LIMIT = 100 * 1024 * 1024
FILE_LIMITS = {
    "image/": 5 * 1024 * 1024, "video/": 16 * 1024 * 1024, "audio/": 16 * 1024 * 1024,
}  # fmt: skip
REACTIONS = ("👍", "❤️", "😂", "😮", "😢", "🙏")
WINDOW_HOURS = 24
MOST_PAGES = 50  # of templates
SIGNATURE_HEADER = "X-Hub-Signature-256"
MEDIA_HOSTS = (".fbsbx.com", ".facebook.com", ".whatsapp.net")
# type of the file → how it is shown; all else is a document
SHOWN_AS = {
    "image/jpeg": "image", "image/png": "image", "video/mp4": "video", "video/3gpp": "video",
    "audio/aac": "audio", "audio/amr": "audio", "audio/mpeg": "audio", "audio/mp4": "audio",
    "audio/ogg": "audio",
}  # fmt: skip


class WhatsappChannel:
    name: ClassVar[str] = "whatsapp"
    label: ClassVar[str] = "WhatsApp"
    icon: ClassVar[str] = "phone"
    capabilities: ClassVar[Capabilities] = Capabilities(
        file_limit=FILE_LIMIT,
        file_limits=FILE_LIMITS,
        window_hours=WINDOW_HOURS,
        buttons=True,
        answers_one=True,
        reactions=REACTIONS,
        templates=True,
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
        made: list[str] = []
        try:
            async for message_id in self._send_parts(envelope):
                made.append(message_id)  # noqa: PERF401  it stays known if the next one fails
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
        """The first part answers what is answered, the last text has the buttons."""
        to = (envelope.thread or envelope.recipient.value).removeprefix("+")
        answers: dict[str, Any] = (
            {"context": {"message_id": envelope.answers}} if envelope.answers else {}
        )
        if envelope.template:
            yield await self._hand_over(to, "template", templates.content(envelope.template))
            return
        text, buttons = with_buttons(envelope)
        for part in split(text, TEXT_LIMIT):
            yield await self._hand_over(to, "text", {"body": part}, **answers)
            answers = {}
        if buttons:
            yield await self._hand_over(to, "interactive", buttons, **answers)
            answers = {}
        for file in envelope.files:
            kind = SHOWN_AS.get(file.content_type, "document")
            media: dict[str, Any] = {"id": await self._upload(file)}
            if kind == "document":
                media["filename"] = file.name
            yield await self._hand_over(to, kind, media, **answers)
            answers = {}

    async def react(self, thread: str, message_id: str, emoji: str) -> None:
        """An empty `emoji` takes back what was there."""
        content = {"message_id": message_id, "emoji": emoji}
        await self._hand_over(thread.removeprefix("+"), "reaction", content, once=False)

    async def templates(self) -> Sequence[KnownTemplate]:
        account = self.settings.business_account_id
        if not account:
            return []
        fields = "name,language,status,category,components"
        path = f"/{account}/message_templates?fields={fields}&limit=200"
        found: list[KnownTemplate] = []
        for _ in range(MOST_PAGES):
            page = await self._ask("GET", path)
            found += [templates.known(one) for one in page.get("data") or () if one.get("name")]
            cursors = (page.get("paging") or {}).get("cursors") or {}
            if "next" not in (page.get("paging") or {}) or not cursors.get("after"):
                break
            after = quote(str(cursors["after"]))
            path = f"/{account}/message_templates?fields={fields}&limit=200&after={after}"
        return found

    async def _hand_over(
        self, to: str, kind: str, content: dict[str, Any], *, once: bool = True, **beside: Any
    ) -> str:
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": to,
            "type": kind,
            kind: content,
            **beside,
        }
        path = f"/{self.settings.phone_number_id}/messages"
        found = await self._ask("POST", path, once=once, json=body)
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
