"""What a channel makes of a provider's request, as plain values for checkers."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from pydantic import SecretStr

from inbox.channels.base import Account, BadRequest, BadSignature, HookRequest
from inbox.channels.sms import SmsChannel, SmsSettings
from inbox.channels.sms.parse import read_fields, reported_status
from inbox.channels.telegram import TelegramChannel, TelegramSettings
from inbox.envelope import AddressKind, DeliveryReport, Inbound, InboundEnvelope, RawItem, Reacted
from inbox.errors import Invalid
from inbox.testing.whatsapp import parse_whatsapp

FORM = "application/x-www-form-urlencoded"


def parse_hook(kind: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """`kind` is a provider or a channel; `request` has json, params or body, and may be signed.

    With a secret the answer begins with `signature_valid`.
    """
    if kind in ("twilio", "sms"):
        return _twilio(request)
    if kind == "telegram":
        return _telegram(request)
    if kind == "whatsapp":
        return parse_whatsapp(request)
    raise Invalid(fields={"kind": f"{kind!r} is not known; twilio, telegram and whatsapp are"})


def _twilio(request: Mapping[str, Any]) -> dict[str, Any]:
    settings = SmsSettings(
        account_sid="AC0",
        auth_token=SecretStr(request.get("auth_token") or "-"),
        sender="+15005550006",
    )
    hook_url = request.get("url", "")
    channel = SmsChannel(
        Account(inbox_id="checked", name="Checked", settings=settings, hook_url=hook_url)
    )
    content_type = request.get("content_type", "application/json" if "json" in request else FORM)
    if "auth_token" in request:
        return {"signature_valid": _is_taken(channel, request, content_type)}
    item = RawItem(
        external_id="checked", content=_body(request), meta={"content_type": content_type}
    )
    values = _as_values(channel.parse(item))
    if "status" in values:
        values["provider_status"] = reported_status(read_fields(item.content, content_type))
    return values


def _telegram(request: Mapping[str, Any]) -> dict[str, Any]:
    secret = SecretStr(request.get("secret", ""))
    settings = TelegramSettings(token=SecretStr("0:-"), webhook_secret=secret)
    channel = TelegramChannel(Account(inbox_id="checked", name="Checked", settings=settings))
    found = channel.parse(RawItem(external_id="checked", content=_body(request)))
    values = _as_values(found)
    message = orjson.loads(_body(request)).get("message") or {}
    if "chat" in message:  # the desk knows groups by their id, which is not the sender's
        values["chat_type"] = message["chat"].get("type", "private")
    if "secret" in request:
        values["signature_valid"] = _is_taken(channel, request, "application/json")
    return values


def _is_taken(
    channel: SmsChannel | TelegramChannel, request: Mapping[str, Any], content_type: str
) -> bool:
    try:
        channel.hook(
            HookRequest(
                method=request.get("method", "POST"),
                url=request.get("url", ""),
                headers={"Content-Type": content_type, **request.get("headers", {})},
                query={},
                body=_body(request),
            )
        )
    except BadSignature:
        return False
    except BadRequest:  # signed, but not about a message
        return True
    return True


def _body(request: Mapping[str, Any]) -> bytes:
    if "json" in request:
        return orjson.dumps(request["json"])
    if "params" in request:
        params = request["params"]  # an object, or pairs where a name comes twice
        pairs = params.items() if isinstance(params, Mapping) else map(tuple, params)
        return urlencode(list(pairs)).encode()
    return str(request.get("body", "")).encode()


def _as_values(found: Sequence[Inbound]) -> dict[str, Any]:
    if not found:
        return {"ignored": True}
    inbound = found[0]
    if isinstance(inbound, Reacted):
        return {"from": inbound.sender.value, "reaction": list(inbound.emojis)}
    return _report(inbound) if isinstance(inbound, DeliveryReport) else _message(inbound)


def _report(report: DeliveryReport) -> dict[str, Any]:
    return {
        "message_id": report.provider_id,
        "status": report.state,
        "error_code": report.code,
        "explanation": report.explanation,
    }


def _message(envelope: InboundEnvelope) -> dict[str, Any]:
    values = {
        "from": envelope.sender.value,
        "name": envelope.written_in or envelope.sender.name,
        "via": envelope.sender.kind,
        "to": envelope.to[0].value if envelope.to else "",
        "text": envelope.text,
        "message_id": envelope.external_id,
        "edited": bool(envelope.edits),
        "attachments": [
            {"content_type": file.content_type, "filename": file.name, "url": file.remote}
            for file in envelope.files
        ],
    }
    return values | _telegram_values(envelope)


def _telegram_values(envelope: InboundEnvelope) -> dict[str, Any]:
    if envelope.sender.kind != AddressKind.TELEGRAM:
        return {}
    fields = envelope.fields
    chat_id, _, message_id = (envelope.edits or envelope.external_id).partition(":")
    values: dict[str, Any] = {
        "user_id": int(fields.get("telegram_user") or envelope.sender.value),
        "chat_id": int(envelope.thread or 0),
        "username": fields.get("telegram_username", ""),
        "attachments": [
            {
                "type": _major(file.content_type),
                "content_type": file.content_type,
                "filename": file.name,
                "file_id": file.remote,
            }
            for file in envelope.files
        ],
    }
    if chat_id != "callback":
        values["message_id"] = int(message_id)
    if envelope.sent_at:
        values["date"] = int(envelope.sent_at.timestamp())
    if "latitude" in fields:
        values["location"] = {
            "latitude": float(fields["latitude"]),
            "longitude": float(fields["longitude"]),
        }
    if "shared_phone" in fields:
        values["contact"] = {"phone_number": fields["shared_phone"]}
    return values


def _major(content_type: str) -> str:
    major = content_type.partition("/")[0]
    return major if major in ("audio", "image", "video") else "file"
