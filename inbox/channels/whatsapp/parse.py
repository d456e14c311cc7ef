"""WhatsApp's webhooks into envelopes and delivery reports."""

import mimetypes
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from inbox.channels.base import BadRequest
from inbox.channels.reading import EXTERNAL_ID_LIMIT, NAME_LIMIT, understand
from inbox.channels.whatsapp.codes import STATES, reason
from inbox.channels.whatsapp.updates import Card, Changed, Item, Message, Place, Status
from inbox.envelope import (
    Address,
    AddressKind,
    DeliveryReport,
    FilePart,
    Inbound,
    InboundEnvelope,
    Proof,
    RawItem,
    Reacted,
)

MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}"
ITEM_LIMIT = 1000  # of one call; Meta sends a handful


def divide(body: bytes, phone_number_id: str = "") -> list[RawItem]:
    """Each message and each status of a call as an item of its own, for this number only.

    A call is repeated whole until it is answered, so what it holds has to be known one by one.
    """
    try:
        call = orjson.loads(body)
        values = [change["value"] for entry in call["entry"] for change in entry["changes"]]
        return [
            item
            for value in values
            if not phone_number_id or _number_id(value) == phone_number_id
            for item in _items(value)
        ][:ITEM_LIMIT]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise BadRequest("This is not a call of WhatsApp's webhook.") from error


def understand_item(content: bytes) -> list[Inbound]:
    item = understand(Item, content)
    if item.status:
        return _report(item.status)
    if item.message is None:
        return []
    if item.message.reaction and item.message.reaction.message_id:
        return [_reacted(item, item.message)]
    return [_envelope(item, item.message)]


def _reacted(item: Item, message: Message) -> Reacted:
    assert message.reaction
    emoji = message.reaction.emoji
    return Reacted(
        message_id=message.reaction.message_id,
        sender=_sender(item, message),
        emojis=(emoji,) if emoji else (),
        at=datetime.fromtimestamp(message.timestamp, UTC) if message.timestamp else None,
    )


def _number_id(value: dict[str, Any]) -> str:
    return str((value.get("metadata") or {}).get("phone_number_id", ""))


def _items(value: dict[str, Any]) -> Iterator[RawItem]:
    names = ("metadata", "contacts")
    beside: dict[str, Any] = {name: value[name] for name in names if name in value}
    for message in value.get("messages") or ():
        yield _item(str(message["id"]), {**beside, "message": message})
    for status in value.get("statuses") or ():
        name = f"status:{status['id']}:{status.get('status', '')}"
        yield _item(name, {**beside, "status": status})


def _item(external_id: str, content: dict[str, Any]) -> RawItem:
    return RawItem(external_id=external_id[:EXTERNAL_ID_LIMIT], content=orjson.dumps(content))


def _report(status: Status) -> list[Inbound]:
    if status.status not in STATES:
        return []
    problem = status.errors[0] if status.errors else None
    code = str(problem.code) if problem else ""
    return [
        DeliveryReport(
            provider_id=status.id,
            state=STATES[status.status],
            code=code,
            explanation=reason(code, problem.title) if problem else "",
        )
    ]


def _envelope(item: Item, message: Message) -> InboundEnvelope:
    sender = _sender(item, message)
    changed = message.revoke or message.edit
    return InboundEnvelope(
        external_id=message.id or f"{sender.value}:{message.timestamp}",
        edits=changed.original_message_id if changed else "",
        sender=sender,
        thread=sender.value,
        text=_text(message),
        files=tuple(_files(message)),
        answers=message.context.id if message.context else "",
        choice=_chosen(message),
        sent_at=datetime.fromtimestamp(message.timestamp, UTC) if message.timestamp else None,
        automatic=message.system is not None,
        proof=Proof.PROVEN,
        fields=_place(message.location) if message.location else {},
    )


def _sender(item: Item, message: Message) -> Address:
    """By number, or by the name that Meta gives to somebody who hides the number."""
    by_number = {person.wa_id: person for person in item.contacts if person.wa_id}
    person = by_number.get(message.sender) or next(iter(item.contacts), None)
    value = message.sender or message.from_user_id or (person.user_id if person else "")
    name = person.profile.name if person else ""
    return Address(
        kind=AddressKind.WHATSAPP,
        value=f"+{value}" if value.isdigit() else value or "unknown",
        name=name[:NAME_LIMIT],
    )


def _text(message: Message) -> str:
    if message.text:
        return message.text.body
    media = message.media()
    if media:
        return media.caption
    return _pressed(message) or _described(message)


def _pressed(message: Message) -> str:
    """What stood on the button, as if the customer had written it."""
    if message.button:
        return message.button.text
    if not message.interactive:
        return ""
    chosen = message.interactive.button_reply or message.interactive.list_reply
    if chosen:
        return chosen.title
    return (
        _form(message.interactive.nfm_reply.response_json) if message.interactive.nfm_reply else ""
    )


def _chosen(message: Message) -> str:
    """The value of the button or line that was pressed."""
    if message.button:
        return message.button.payload or message.button.text
    found = message.interactive and (
        message.interactive.button_reply or message.interactive.list_reply
    )
    return (found.id or found.title) if found else ""


def _form(answers: str) -> str:
    try:
        found = orjson.loads(answers)
    except orjson.JSONDecodeError:
        found = {}
    kept = found.items() if isinstance(found, dict) else ()
    return "\n".join(f"{name}: {value}" for name, value in kept if name != "flow_token")


def _described(message: Message) -> str:
    """What isn't text, in words."""
    if message.location:
        place = message.location
        where = (place.name, place.address, MAP.format(place.latitude, place.longitude))
        return "\n".join(line for line in where if line)
    if message.contacts:
        return "\n\n".join(_card(card) for card in message.contacts)
    if message.reaction:  # to nothing that is named
        return message.reaction.emoji or "Took a reaction back."
    if message.order:
        lines = [
            f"{one.quantity} x {one.product_retailer_id}" for one in message.order.product_items
        ]
        return "\n".join(line for line in (message.order.text, *lines) if line)
    if message.system:
        return message.system.body
    changed = message.revoke or message.edit
    return _anew(changed) if changed else _unshown(message)


def _anew(changed: Changed) -> str:
    return _text(changed.message) if changed.message else "Deleted by the customer."


def _unshown(message: Message) -> str:
    kind = (message.unsupported.type if message.unsupported else "") or message.type or "something"
    return f"Sent {kind}, which can only be seen in WhatsApp."


def _card(card: Card) -> str:
    lines = [phone.phone for phone in card.phones] + [mail.email for mail in card.emails]
    return "\n".join(line for line in (f"Contact: {card.name.formatted_name}", *lines) if line)


def _files(message: Message) -> Iterator[FilePart]:
    media = message.media()
    if media:
        content_type = media.mime_type.partition(";")[0].strip() or "application/octet-stream"
        made_up = f"{message.type or 'file'}{mimetypes.guess_extension(content_type) or ''}"
        yield FilePart(
            name=(media.filename or made_up)[:NAME_LIMIT],
            content_type=content_type,
            remote=media.id,
        )


def _place(place: Place) -> dict[str, str]:
    return {"latitude": str(place.latitude), "longitude": str(place.longitude)}
