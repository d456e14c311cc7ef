"""What the WhatsApp channel makes of Meta's requests, as plain values for checkers."""

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import SecretStr

from inbox.channels.base import Account, BadRequest, BadSignature, HookRequest
from inbox.channels.reading import understand
from inbox.channels.whatsapp import WhatsappChannel, WhatsappSettings
from inbox.channels.whatsapp.parse import divide, understand_item
from inbox.channels.whatsapp.updates import Context, Item, Message, Status
from inbox.envelope import InboundEnvelope, Reacted

FORBIDDEN = 403


def parse_whatsapp(request: Mapping[str, Any]) -> dict[str, Any]:
    """`events` of a call; `signature_valid` with a secret, `status` of a verification."""
    if "verify_token" in request:
        return {"status": _status(request)}
    if "secret" in request:
        return {"signature_valid": _status(request) != FORBIDDEN}
    items = divide(_body(request))
    return {"events": [_event(understand(Item, item.content), item.content) for item in items]}


def _status(request: Mapping[str, Any]) -> int:
    settings = WhatsappSettings(
        phone_number_id="0",
        access_token=SecretStr("-"),
        app_secret=SecretStr(request.get("secret") or "-"),
        verify_token=SecretStr(request.get("verify_token") or "-" * 8),
    )
    channel = WhatsappChannel(Account(inbox_id="checked", name="Checked", settings=settings))
    try:
        answer = channel.hook(
            HookRequest(
                method=request.get("method", "POST"),
                url=request.get("url", ""),
                headers=request.get("headers", {}),
                query=request.get("query", {}),
                body=_body(request),
            )
        )
    except BadSignature:
        return FORBIDDEN
    except BadRequest:  # signed, but not about a message
        return 400
    return answer.status


def _body(request: Mapping[str, Any]) -> bytes:
    if "json" in request:
        return orjson.dumps(request["json"])
    return str(request.get("body", "")).encode()


def _event(item: Item, content: bytes) -> dict[str, Any]:
    if item.status:
        return _status_event(item.status)
    assert item.message is not None
    (found,) = understand_item(content)
    message = found if isinstance(found, InboundEnvelope) else None
    assert isinstance(found, InboundEnvelope | Reacted)
    context = item.message.context or Context()
    values = {
        "event": "message",
        "from": item.message.sender,
        "message_id": item.message.id or (message.external_id if message else ""),
        "timestamp": item.message.timestamp,
        "type": item.message.type,
        "phone_number_id": item.metadata.phone_number_id,
        "name": found.sender.name,
        "text": message.text if message else "",
        "reply_to": message.answers if message else "",
        "forwarded": context.forwarded or context.frequently_forwarded,
    }
    return values | _content(item.message)


def _status_event(status: Status) -> dict[str, Any]:
    return {
        "event": "status",
        "message_id": status.id,
        "status": status.status,
        "recipient": status.recipient_id,
        "timestamp": status.timestamp,
        "error_code": status.errors[0].code if status.errors else None,
    }


def _content(message: Message) -> dict[str, Any]:
    found: dict[str, Any] = {}
    media = message.media()
    if media:
        found["attachment"] = media.model_dump()
    if message.location:
        found["location"] = message.location.model_dump()
    if message.reaction:
        found["reaction"] = message.reaction.model_dump()
    chosen = message.interactive and (
        message.interactive.button_reply or message.interactive.list_reply
    )
    if chosen or message.button:
        found["payload"] = chosen.id if chosen else message.button and message.button.payload
    return found
