"""SMS and WhatsApp through Twilio: signed webhooks in, one REST call out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

import aiohttp
from pydantic import AfterValidator, Field, SecretStr
from twilio.request_validator import RequestValidator

from inbox.channels.base import (
    Account,
    BadRequest,
    BadSignature,
    Capabilities,
    ChannelSettings,
    Checked,
    HookAnswer,
    HookRequest,
    LoginRefused,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
    Unparsable,
    tried,
)
from inbox.channels.calling import Answer, call
from inbox.channels.reading import header, phone_number
from inbox.channels.sms import parse
from inbox.channels.sms.codes import reason
from inbox.channels.sms.counting import Segments, segments
from inbox.envelope import AddressKind, FilePart, Inbound, OutboundEnvelope, RawItem, Receipt
from inbox.errors import message_of
from inbox.i18n import Phrase

__all__ = ["Segments", "SmsChannel", "SmsSettings", "segments"]

TEXT_LIMIT = 1600
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
SERVICE = "MG"  # messaging service SIDs begin with it


def _sender(value: str) -> str:
    number = phone_number(value)
    if value.startswith(SERVICE) or number.removeprefix("+").isalnum():
        return number
    raise ValueError("Give the number with its country code, like +15551234567, or an MG… SID.")


class SmsSettings(ChannelSettings):
    account_sid: str = Field(
        title="Account SID",
        pattern="^AC[0-9A-Za-z]+$",
        description="On the first page of the Twilio console; begins with AC.",
    )
    auth_token: SecretStr = Field(
        title="Auth token",
        min_length=1,
        description="Next to the account SID. It also proves that a call is Twilio's.",
    )
    sender: Annotated[str, AfterValidator(_sender)] = Field(
        title="Phone number or messaging service",
        description="+15551234567, or the SID of a messaging service, which begins with MG.",
    )
    api_base: str = Field(
        "https://api.twilio.com",
        title="API address",
        pattern="^https?://",
        description="Only for a region of Twilio or a simulator.",
        json_schema_extra={"group": "advanced"},
    )


class SmsChannel:
    name: ClassVar[str] = "sms"
    label: ClassVar[str] = "SMS"
    icon: ClassVar[str] = "phone"
    capabilities: ClassVar[Capabilities] = Capabilities(
        files=False, text_limit=TEXT_LIMIT, address_kind=AddressKind.PHONE
    )
    settings_model: ClassVar[type[ChannelSettings]] = SmsSettings

    def __init__(self, account: Account) -> None:
        self.account = account
        self.settings: SmsSettings = account.settings

    def address(self) -> str:
        return self.settings.sender

    def hook(self, request: HookRequest) -> HookAnswer:
        content_type = header(request, "Content-Type")
        try:
            fields = parse.read_fields(request.body, content_type)
            self._verify(request, "json" in content_type, fields)
            external_id = parse.external_id(fields)
        except Unparsable as error:
            raise BadRequest(message_of(error)) from error
        meta = {"content_type": content_type}
        item = RawItem(external_id=external_id, content=request.body, meta=meta)
        return HookAnswer(items=[item], body=EMPTY_TWIML, content_type="text/xml")

    def parse(self, raw: RawItem) -> Sequence[Inbound]:
        content_type = str(raw.meta.get("content_type", ""))
        return parse.understand_fields(parse.read_fields(raw.content, content_type))

    async def fetch(self, part: FilePart) -> FilePart:
        """Only from Twilio, since the request carries the account's password."""
        if not self._is_ours(part.remote):
            raise PermanentFailure("This file is not at Twilio, so it was not fetched.")
        answer = await call(self.account, "GET", part.remote, headers=self._login())
        if answer.ok:
            return replace(part, content=answer.content)
        if answer.status in (404, 429):  # a moment after the message it may not be there yet
            raise TemporaryFailure("Twilio doesn't have the file now.", code=str(answer.status))
        raise PermanentFailure(
            Phrase("Twilio doesn't give this file: it answered %(status)s.", status=answer.status)
        )

    async def send(self, envelope: OutboundEnvelope) -> Receipt:
        if envelope.files:
            raise PermanentFailure("An SMS can't carry files. Send a link, or answer by e-mail.")
        if len(envelope.text) > TEXT_LIMIT:
            raise PermanentFailure(reason("21617"), code="21617")
        path = f"/Accounts/{self.settings.account_sid}/Messages.json"
        answer = await self._call("POST", path, once=True, data=self._form(envelope))
        if not answer.ok:
            raise self._failure(answer)
        sid = answer.json().get("sid")
        if not sid:
            raise OutcomeUnknown("Twilio took the message and gave no id for it.")
        return Receipt(provider_id=str(sid))

    async def check(self) -> Checked:
        return await tried(self._ask_for_account())

    async def close(self) -> None:
        """Nothing is held open."""

    async def _ask_for_account(self) -> str:
        answer = await self._call("GET", f"/Accounts/{self.settings.account_sid}.json")
        if not answer.ok:
            raise self._failure(answer)
        name = answer.json().get("friendly_name") or self.settings.account_sid
        return Phrase("Twilio knows the account: %(name)s.", name=name)

    def _verify(self, request: HookRequest, is_json: bool, fields: object) -> None:
        """Over the public URL as configured: what a proxy made of the request doesn't count."""
        query = urlsplit(request.url).query
        if is_json and "bodySHA256=" not in query:
            raise BadSignature("A JSON request must carry bodySHA256 in its address.")
        url = urlsplit(self.account.hook_url)._replace(query=query).geturl()
        signed = request.body.decode("utf-8", errors="replace") if is_json else fields
        validator = RequestValidator(self.settings.auth_token.get_secret_value())
        if not validator.validate(url, signed, header(request, "X-Twilio-Signature")):
            raise BadSignature(
                Phrase(
                    "X-Twilio-Signature is wrong. Check the auth token, and that Twilio calls"
                    " exactly %(url)s.",
                    url=self.account.hook_url,
                )
            )

    def _form(self, envelope: OutboundEnvelope) -> dict[str, str]:
        prefix = parse.WHATSAPP if envelope.recipient.kind == AddressKind.WHATSAPP else ""
        form = {
            "To": f"{prefix}{phone_number(envelope.recipient.value)}",
            "Body": envelope.text,
        }
        if self.settings.sender.startswith(SERVICE):
            form["MessagingServiceSid"] = self.settings.sender
        else:
            form["From"] = f"{prefix}{self.settings.sender}"
        if self.account.hook_url:
            form["StatusCallback"] = self.account.hook_url
        return form

    async def _call(
        self, method: str, path: str, *, once: bool = False, data: dict[str, str] | None = None
    ) -> Answer:
        url = f"{self.settings.api_base.rstrip('/')}/2010-04-01{path}"
        return await call(self.account, method, url, once=once, data=data, headers=self._login())

    def _login(self) -> dict[str, str]:
        """A redirect to another host goes without it: aiohttp sees to that."""
        token = self.settings.auth_token.get_secret_value()
        return {"Authorization": aiohttp.encode_basic_auth(self.settings.account_sid, token)}

    def _is_ours(self, url: str) -> bool:
        asked, base = urlsplit(url), urlsplit(self.settings.api_base)
        if (asked.scheme, asked.netloc) == (base.scheme, base.netloc):
            return True
        host = asked.hostname or ""
        return asked.scheme == "https" and (host == "twilio.com" or host.endswith(".twilio.com"))

    def _failure(self, answer: Answer) -> LoginRefused | TemporaryFailure | PermanentFailure:
        body = answer.json()
        code = str(body.get("code") or answer.status)
        if answer.status == 401:
            return LoginRefused("Twilio refuses the account SID or the auth token.")
        if answer.status == 429:
            return TemporaryFailure(
                "Twilio asks to wait.", code=code, retry_after=answer.retry_after()
            )
        return PermanentFailure(reason(code, str(body.get("message") or "")), code=code)
