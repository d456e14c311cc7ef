"""What Twilio's list of messages says, in the shape in which its webhook would have said it.

https://www.twilio.com/docs/messaging/api/message-resource
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from inbox.channels.base import Unparsable
from inbox.channels.reading import phone_number
from inbox.channels.sms import parse
from inbox.envelope import OutboundEnvelope, RawItem

FORM = "application/x-www-form-urlencoded"
INBOUND = "inbound"


def raw_item(record: Mapping[str, Any], senders: Collection[str]) -> RawItem | None:
    """A customer's message, or what became of ours; None for what another inbox has to do with."""
    is_in = record.get("direction") == INBOUND
    if not _is_ours(record, "to" if is_in else "from", senders):
        return None
    fields = {
        "MessageSid": str(record.get("sid") or ""),
        "From": str(record.get("from") or ""),
        "To": str(record.get("to") or ""),
    }
    if is_in:
        fields |= {"Body": str(record.get("body") or ""), "NumMedia": str(record.get("num_media"))}
    else:
        fields |= {"MessageStatus": str(record.get("status") or "")}
        fields |= {"ErrorCode": str(record["error_code"])} if record.get("error_code") else {}
    try:
        external_id = parse.external_id(fields)
    except Unparsable:
        return None
    return RawItem(
        external_id=external_id, content=urlencode(fields).encode(), meta={"content_type": FORM}
    )


def is_of(
    record: Mapping[str, Any], envelope: OutboundEnvelope, sender: str, since: datetime
) -> bool:
    """Whether this is what the envelope says, handed over since then from this number.

    Another inbox of the account may have said the same.
    """
    created = when(record)
    return (
        record.get("direction") != INBOUND
        and _is_ours(record, "from", {sender})
        and _says(str(record.get("body") or ""), envelope)
        and int(record.get("num_media") or 0) == len(envelope.files)
        and (created is None or created >= since)
    )


def when(record: Mapping[str, Any]) -> datetime | None:
    """When it was made, by Twilio's clock, which counts seconds."""
    try:
        found = parsedate_to_datetime(str(record.get("date_created")))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _is_ours(record: Mapping[str, Any], end: str, senders: Collection[str]) -> bool:
    """By the number at our end of it, or by the messaging service that chose one."""
    by_service = str(record.get("messaging_service_sid")) in senders
    return by_service or _bare(record.get(end)) in senders


def _bare(address: object) -> str:
    return phone_number(str(address or "").removeprefix(parse.WHATSAPP))


def _says(body: str, envelope: OutboundEnvelope) -> bool:
    """By letters and digits: Twilio may exchange quotes and dashes, and shows a template's body."""
    theirs, ours = _letters(body), _letters(envelope.text)
    return theirs == ours or bool(envelope.template and theirs and theirs in ours)


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
