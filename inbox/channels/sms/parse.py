"""Twilio's form fields into envelopes and delivery reports."""

import mimetypes
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote

import orjson
from multidict import MultiDict

from inbox.channels.base import Unparsable
from inbox.channels.reading import (
    ADDRESS_LIMIT,
    EXTERNAL_ID_LIMIT,
    NAME_LIMIT,
    phone_number,
    without_nul,
)
from inbox.channels.sms.codes import STATES, link, reason
from inbox.envelope import (
    Address,
    AddressKind,
    DeliveryReport,
    FilePart,
    Inbound,
    InboundEnvelope,
    Proof,
)
from inbox.i18n import Phrase

WHATSAPP = "whatsapp:"
WHATSAPP_HOURS = 24  # after the customer's last message, by the rules of WhatsApp
MAX_FIELDS = 500
MAX_FILES = 10  # Twilio's own limit
# The words that carriers and Twilio act upon, when they are the whole message
STOP_WORDS = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}
START_WORDS = {"start", "yes", "unstop"}
HELP_WORDS = {"help", "info"}
CONSENTS = {"stopped": STOP_WORDS, "started": START_WORDS, "help": HELP_WORDS}
LISTED = "listed:"  # before the message's SID, where the media's own address is not told
MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}"


def read_fields(content: bytes, content_type: str) -> MultiDict[str]:
    """The fields of a form or of a flat JSON object; raises Unparsable."""
    try:
        if "json" in content_type:
            return MultiDict(_strings(orjson.loads(content)))
        text = content.decode("utf-8", errors="replace")
        return MultiDict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError as error:
        raise Unparsable(
            Phrase("Neither a form nor a JSON object: %(problem)s", problem=str(error))
        ) from error


def message_sid(fields: Mapping[str, str]) -> str:
    names = ("MessageSid", "SmsMessageSid", "SmsSid")
    sid = without_nul(next((fields[name] for name in names if fields.get(name)), ""))
    if not sid or len(sid) > ADDRESS_LIMIT:
        raise Unparsable("MessageSid is missing or too long.")
    return sid


def external_id(fields: Mapping[str, str]) -> str:
    """A message has its SID; each state of a message we sent is an item of its own."""
    status = reported_status(fields)
    found = f"status:{message_sid(fields)}:{status}" if status else message_sid(fields)
    return without_nul(found)[:EXTERNAL_ID_LIMIT]


def reported_status(fields: Mapping[str, str]) -> str:
    """The state of a message of ours; empty when the fields are a customer's message."""
    status = fields.get("MessageStatus", "")
    return "" if status == "received" else status


def understand_fields(fields: Mapping[str, str]) -> list[Inbound]:
    status = reported_status(fields)
    if not status:
        return [_message(fields)]
    if status not in STATES:
        return []
    code = without_nul(fields.get("ErrorCode", ""))
    return [
        DeliveryReport(
            provider_id=message_sid(fields),
            state=STATES[status],
            code=code,
            explanation=_explained(STATES[status], code, fields),
            link=link(code) if STATES[status] == "failed" else "",
        )
    ]


def _message(fields: Mapping[str, str]) -> InboundEnvelope:
    sender = _address(fields.get("From", ""), fields.get("ProfileName", ""))
    text = without_nul(fields.get("Body", "")) or _place(fields)
    consent = _consent(fields.get("OptOutType") or text)
    return InboundEnvelope(
        external_id=external_id(fields),
        sender=sender,
        to=(_address(fields["To"]),) if fields.get("To") else (),
        thread=f"{WHATSAPP if sender.kind == AddressKind.WHATSAPP else ''}{sender.value}",
        text=text,
        files=tuple(_files(fields)),
        fields=_contact_fields(consent, fields),
        consent=consent if consent != "help" or not fields.get("OptOutType") else "",
        automatic=consent in ("stopped", "started"),
        choice=without_nul(fields.get("ButtonPayload") or fields.get("ListId") or "")[:200],
        answers=without_nul(fields.get("OriginalRepliedMessageSid", ""))[:EXTERNAL_ID_LIMIT],
        proof=Proof.PROVEN,
        window_hours=WHATSAPP_HOURS if sender.kind == AddressKind.WHATSAPP else 0,
    )


def _address(value: str, name: str = "") -> Address:
    value = without_nul(value).strip()
    kind = AddressKind.WHATSAPP if value.startswith(WHATSAPP) else AddressKind.PHONE
    value = phone_number(value.removeprefix(WHATSAPP))
    if not value or len(value) > ADDRESS_LIMIT - len(WHATSAPP):
        raise Unparsable("From or To is missing or too long.")
    return Address(kind=kind, value=value, name=without_nul(name)[:NAME_LIMIT])


def _files(fields: Mapping[str, str]) -> list[FilePart]:
    files = []
    for index in range(MAX_FILES):
        url = without_nul(fields.get(f"MediaUrl{index}", ""))
        if url:
            content_type = without_nul(fields.get(f"MediaContentType{index}", ""))
            content_type = content_type or "application/octet-stream"
            name = media_name(index, content_type)
            files.append(FilePart(name=name, content_type=content_type, remote=url))
    return files or _listed(fields)


def media_name(index: int, content_type: str) -> str:
    return f"media-{index + 1}{mimetypes.guess_extension(content_type) or ''}"


def _listed(fields: Mapping[str, str]) -> list[FilePart]:
    """Those of a message that was found in Twilio's list, which only counts them."""
    count = fields.get("NumMedia", "")
    count = count if count.isascii() and count.isdigit() else "0"
    return [
        FilePart(
            name=media_name(index, ""),
            content_type="application/octet-stream",
            remote=f"{LISTED}{message_sid(fields)}:{index}",
        )
        for index in range(min(int(count[:3]), MAX_FILES))
    ]


def _place(fields: Mapping[str, str]) -> str:
    """Where they are, as WhatsApp tells it."""
    latitude, longitude = fields.get("Latitude", ""), fields.get("Longitude", "")
    if not (latitude and longitude):
        return ""
    link = MAP.format(quote(latitude), quote(longitude))
    return "\n".join(
        without_nul(line) for line in (fields.get("Label"), fields.get("Address"), link) if line
    )


def _contact_fields(consent: str, fields: Mapping[str, str]) -> dict[str, str]:
    found = {
        "sms_consent": "" if consent == "help" else consent,
        "city": without_nul(fields.get("FromCity", "")),
        "country": without_nul(fields.get("FromCountry", "")),
    }
    return {name: value for name, value in found.items() if value}


def _consent(text: str) -> str:
    word = text.strip(" .!\n").lower()
    return next((said for said, words in CONSENTS.items() if word in words), "")


def _explained(state: str, code: str, fields: Mapping[str, str]) -> str:
    return reason(code, without_nul(fields.get("ErrorMessage", ""))) if state == "failed" else ""


def _strings(found: Any) -> dict[str, str]:
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004  the caller sorts by ValueError
    return {key: str(value) for key, value in found.items() if isinstance(value, str | int)}
