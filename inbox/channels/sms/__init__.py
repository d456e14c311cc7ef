"""SMS and WhatsApp through Twilio: signed webhooks in, one REST call out."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

import orjson
from twilio.request_validator import RequestValidator

from inbox.channels.abilities import KnownTemplate
from inbox.channels.base import (
    Account,
    BadRequest,
    BadSignature,
    Capabilities,
    ChannelSettings,
    Checked,
    HookAnswer,
    HookRequest,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
    Unparsable,
    tried,
)
from inbox.channels.calling import call
from inbox.channels.reading import header, phone_number
from inbox.channels.sms import content, parse, records
from inbox.channels.sms.codes import link, reason
from inbox.channels.sms.counting import Segments, segments
from inbox.channels.sms.rest import Rest, failure
from inbox.channels.sms.settings import SERVICE, SmsSettings
from inbox.envelope import AddressKind, FilePart, Inbound, OutboundEnvelope, RawItem, Receipt
from inbox.errors import message_of
from inbox.i18n import Phrase

__all__ = ["Segments", "SmsChannel", "SmsSettings", "segments"]

TEXT_LIMIT = 1600
FILE_LIMIT = 5 * 1024 * 1024
MOST_FILES = 10
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


class SmsChannel:
    name: ClassVar[str] = "sms"
    label: ClassVar[str] = "SMS"
    icon: ClassVar[str] = "phone"
    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=TEXT_LIMIT,
        file_limit=FILE_LIMIT,
        file_count=MOST_FILES,
        files_by_link=True,
        templates=True,
        address_kind=AddressKind.PHONE,
    )
    settings_model: ClassVar[type[ChannelSettings]] = SmsSettings

    def __init__(self, account: Account) -> None:
        self.account = account
        self.settings: SmsSettings = account.settings
        self.rest = Rest(account, account.settings)

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
        if part.remote.startswith(parse.LISTED):
            part = await self._listed(part)
        if not self.rest.is_ours(part.remote):
            raise PermanentFailure("This file is not at Twilio, so it was not fetched.")
        answer = await call(self.account, "GET", part.remote, headers=self.rest.login())
        if answer.ok:
            return replace(part, content=answer.content)
        if answer.status in (404, 429):  # a moment after the message it may not be there yet
            raise TemporaryFailure("Twilio doesn't have the file now.", code=str(answer.status))
        raise PermanentFailure(
            Phrase("Twilio doesn't give this file: it answered %(status)s.", status=answer.status)
        )

    async def send(self, envelope: OutboundEnvelope) -> Receipt:
        if len(envelope.text) > TEXT_LIMIT:
            raise PermanentFailure(reason("21617"), code="21617", link=link("21617"))
        form = [*self._form(envelope).items()]
        form += [("MediaUrl", file.link) for file in envelope.files]
        answer = await self.rest.post(f"{self.rest.base}/Messages.json", form)
        if not answer.ok:
            raise failure(answer)
        sid = answer.json().get("sid")
        if not sid:
            raise OutcomeUnknown("Twilio took the message and gave no id for it.")
        return Receipt(provider_id=str(sid))

    async def said_since(self, since: datetime) -> Sequence[RawItem]:
        """Customers' messages and the states of ours, by Twilio's own list."""
        senders = {self.settings.sender, *self.settings.more_senders}
        records_since = self._list(**{"DateSent>": since.date().isoformat()})
        found = [records.raw_item(one, senders) async for one in records_since]
        return [item for item in reversed(found) if item]

    async def sent_since(self, envelope: OutboundEnvelope, since: datetime) -> Sequence[Receipt]:
        sent = self._list(To=self._form(envelope)["To"])
        sender = envelope.sender or self.settings.sender
        found = [one async for one in sent if records.is_of(one, envelope, sender, since)]
        return [Receipt(provider_id=str(one.get("sid"))) for one in reversed(found)]

    async def templates(self) -> Sequence[KnownTemplate]:
        url = f"{self.settings.content_base.rstrip('/')}/v1/ContentAndApprovals"
        found = self.rest.every(url, "contents")
        return [content.known(one) async for one in found if one.get("sid")]

    def _list(self, **query: str) -> AsyncIterator[dict[str, Any]]:
        """Messages, newest first."""
        return self.rest.every(f"{self.rest.base}/Messages.json", "messages", **query)

    async def _listed(self, part: FilePart) -> FilePart:
        """A file of which the list of messages told no more than that it is there."""
        sid, _, place = part.remote.removeprefix(parse.LISTED).partition(":")
        found = await self.rest.ask(f"{self.rest.base}/Messages/{sid}/Media.json")
        media = found.get("media_list") or []
        if int(place) >= len(media):
            raise PermanentFailure("Twilio doesn't have this file any more.")
        one = media[int(place)]
        content_type = str(one.get("content_type") or part.content_type)
        return replace(
            part,
            remote=f"{self.rest.base}/Messages/{sid}/Media/{one.get('sid')}",
            content_type=content_type,
            name=parse.media_name(int(place), content_type),
        )

    async def check(self) -> Checked:
        return await tried(self._ask_for_account())

    async def close(self) -> None:
        """Nothing is held open."""

    async def _ask_for_account(self) -> str:
        found = await self.rest.ask(f"{self.rest.base}.json")
        name = found.get("friendly_name") or self.settings.account_sid
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
        form = {"To": f"{prefix}{phone_number(envelope.recipient.value)}"}
        sender = envelope.sender or self.settings.sender
        if sender.startswith(SERVICE):
            form["MessagingServiceSid"] = sender
        else:
            form["From"] = f"{prefix}{sender}"
        if envelope.template:
            form["ContentSid"] = envelope.template.provider_id
            form["ContentVariables"] = orjson.dumps(dict(envelope.template.values)).decode()
        elif envelope.text:
            form["Body"] = envelope.text
        if self.account.hook_url:
            form["StatusCallback"] = self.account.hook_url
        return form
