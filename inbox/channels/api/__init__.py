"""The API channel: a program of somebody else's brings messages and takes the answers."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import orjson
from pydantic import Field, SecretStr

from inbox.channels.api.arrival import ApiArrival, read_arrival
from inbox.channels.api.signing import HEADER, signature, verify
from inbox.channels.base import (
    Account,
    BadRequest,
    Capabilities,
    ChannelSettings,
    Checked,
    HookAnswer,
    HookRequest,
    PermanentFailure,
    TemporaryFailure,
    Unparsable,
)
from inbox.channels.calling import Answer, call
from inbox.channels.reading import header
from inbox.envelope import AddressKind, FilePart, Inbound, OutboundEnvelope, RawItem, Receipt
from inbox.errors import Invalid, message_of
from inbox.i18n import Phrase

__all__ = ["ApiArrival", "ApiChannel", "ApiSettings", "read_arrival"]


class ApiSettings(ChannelSettings):
    secret: SecretStr = Field(
        SecretStr(""),
        title="Signing secret",
        description="Signs the calls in both directions. Without it the hook takes nothing.",
    )
    callback_url: str = Field(
        "",
        title="Callback address",
        pattern="^(https?://.*)?$",
        description="Answers are posted here. Empty: your program fetches them by the API.",
    )


class ApiChannel:
    name: ClassVar[str] = "api"
    label: ClassVar[str] = "API"
    icon: ClassVar[str] = "code"
    capabilities: ClassVar[Capabilities] = Capabilities(
        html=True, subject=True, repeatable=True, address_kind=AddressKind.EXTERNAL
    )
    settings_model: ClassVar[type[ChannelSettings]] = ApiSettings

    def __init__(self, account: Account) -> None:
        self.account = account
        self.settings: ApiSettings = account.settings

    def address(self) -> str:
        return self.settings.callback_url

    def hook(self, request: HookRequest) -> HookAnswer:
        verify(self.settings.secret.get_secret_value(), request.body, header(request, HEADER))
        try:
            arrival = read_arrival(request.body)
        except Invalid as error:
            raise BadRequest(message_of(error)) from error
        item = RawItem(external_id=arrival.external_id, content=request.body)
        return HookAnswer(items=[item], status=202)

    def parse(self, raw: RawItem) -> Sequence[Inbound]:
        try:
            return [read_arrival(raw.content).envelope()]
        except Invalid as error:
            raise Unparsable(message_of(error)) from error

    async def fetch(self, part: FilePart) -> FilePart:
        answer = await call(self.account, "GET", part.remote)
        if answer.ok:
            return replace(part, content=answer.content)
        raise _failure(answer, "The file could not be fetched.")

    async def send(self, envelope: OutboundEnvelope) -> Receipt:
        """Without a callback the answer waits here until it is fetched by the API."""
        if not self.settings.callback_url:
            return Receipt(provider_id=envelope.delivery_id)
        body = orjson.dumps(_as_json(envelope))
        answer = await call(
            self.account,
            "POST",
            self.settings.callback_url,
            once=True,
            data=body,
            headers={
                "Content-Type": "application/json",
                "Idempotency-Key": envelope.delivery_id,
                HEADER: signature(self.settings.secret.get_secret_value(), body),
            },
        )
        if not answer.ok:
            raise _failure(answer, "The callback did not take the message.")
        return Receipt(provider_id=str(answer.json().get("id") or envelope.delivery_id))

    async def check(self) -> Checked:
        """The callback isn't called: nothing may be changed by a test."""
        if not self.settings.secret.get_secret_value():
            return Checked(ok=False, explanation="Set a signing secret, or the hook takes nothing.")
        return Checked(ok=True, explanation="The inbox is ready to take messages.")

    async def close(self) -> None:
        """Nothing is held open."""


def _as_json(envelope: OutboundEnvelope) -> dict[str, Any]:
    return {
        "delivery_id": envelope.delivery_id,
        "message_id": envelope.message_id,
        "recipient": {
            "kind": envelope.recipient.kind,
            "value": envelope.recipient.value,
            "name": envelope.recipient.name,
        },
        "thread": envelope.thread,
        "subject": envelope.subject,
        "text": envelope.text,
        "html": envelope.html,
        "automatic": envelope.automatic,
        "attachments": [
            {
                "name": file.name,
                "content_type": file.content_type,
                "content_base64": base64.b64encode(file.content or b"").decode(),
            }
            for file in envelope.files
        ],
    }


def _failure(answer: Answer, what: str) -> TemporaryFailure | PermanentFailure:
    code = str(answer.status)
    if answer.status in (408, 425, 429):
        return TemporaryFailure(
            Phrase("%(what)s It asks to wait.", what=Phrase.of(what)),
            code=code,
            retry_after=answer.retry_after(),
        )
    words = str(answer.json().get("error") or "")[:200]
    return PermanentFailure(
        Phrase(
            "%(what)s It answered %(code)s. %(words)s",
            what=Phrase.of(what),
            code=code,
            words=words,
        ),
        code=code,
    )
