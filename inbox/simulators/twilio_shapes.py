"""The JSON and forms that Twilio makes of a message."""

from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from yarl import URL

from inbox.simulators.cast import by_address
from inbox.simulators.ledger import Entry, KeptFile

VERSION = "2010-04-01"
SEGMENT_CHARACTERS = 160
PAGE_SIZE = 50


def message(entry: Entry, account_sid: str) -> dict[str, Any]:
    """A message resource, as the REST API answers it."""
    sid = entry.meta["sid"]
    uri = f"/{VERSION}/Accounts/{account_sid}/Messages/{sid}"
    is_sent = entry.state not in {"queued", "failed"}
    return {
        "account_sid": account_sid,
        "api_version": VERSION,
        "body": entry.text,
        "date_created": _date(entry.at),
        "date_sent": _date(entry.at) if is_sent else None,
        "date_updated": _date(entry.meta.get("updated", entry.at)),
        "direction": "outbound-api" if entry.outgoing else "inbound",
        "error_code": entry.meta.get("error_code"),
        "error_message": entry.meta.get("error_message"),
        "from": entry.meta["from"],
        "messaging_service_sid": None,
        "num_media": str(len(entry.files) + len(entry.meta.get("media") or ())),
        "num_segments": str(_segments(entry.text)),
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": entry.state if entry.outgoing else "received",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": entry.meta["to"],
        "uri": f"{uri}.json",
    }


def inbound(
    entry: Entry, account_sid: str, media_url: Callable[[Entry, KeptFile], str]
) -> dict[str, str]:
    """The form posted to the hook of a number."""
    form = {
        "AccountSid": account_sid,
        "ApiVersion": VERSION,
        "Body": entry.text,
        "From": entry.meta["from"],
        "MessageSid": entry.meta["sid"],
        "NumMedia": str(len(entry.files)),
        "NumSegments": str(_segments(entry.text)),
        "SmsMessageSid": entry.meta["sid"],
        "SmsSid": entry.meta["sid"],
        "SmsStatus": "received",
        "To": entry.meta["to"],
    }
    if entry.customer.startswith("whatsapp:"):
        who = by_address(entry.customer.removeprefix("whatsapp:"))
        form |= {"ProfileName": who.name} if who else {}
    for index, kept in enumerate(entry.files):
        form[f"MediaContentType{index}"] = kept.content_type
        form[f"MediaUrl{index}"] = media_url(entry, kept)
    return form


def callback(entry: Entry, account_sid: str) -> dict[str, str]:
    """The form posted to a message's status callback."""
    form = {
        "AccountSid": account_sid,
        "ApiVersion": VERSION,
        "From": entry.meta["from"],
        "MessageSid": entry.meta["sid"],
        "MessageStatus": entry.state,
        "SmsSid": entry.meta["sid"],
        "SmsStatus": entry.state,
        "To": entry.meta["to"],
    }
    if "error_code" in entry.meta:
        form["ErrorCode"] = str(entry.meta["error_code"])
    return form


def account(account_sid: str) -> dict[str, Any]:
    return {
        "friendly_name": "Simulated account",
        "sid": account_sid,
        "status": "active",
        "type": "Full",
        "uri": f"/{VERSION}/Accounts/{account_sid}.json",
    }


def number(value: str, account_sid: str) -> dict[str, Any]:
    return {
        "account_sid": account_sid,
        "capabilities": {"fax": False, "mms": True, "sms": True, "voice": False},
        "friendly_name": value,
        "phone_number": value,
        "sid": "PN" + "51" * 16,
    }


def page(name: str, rows: list[dict[str, Any]], url: URL) -> dict[str, Any]:
    """The page that the query asks for, with the way to the next one."""
    size = int(url.query.get("PageSize", PAGE_SIZE))
    current = int(url.query.get("Page", 0))
    first = current * size
    more = len(rows) > first + size
    return {
        name: rows[first : first + size],
        "first_page_uri": str(url.update_query(Page="0")),
        "next_page_uri": str(url.update_query(Page=str(current + 1))) if more else None,
        "page": current,
        "page_size": size,
        "uri": str(url),
    }


def _segments(text: str) -> int:
    return max(1, -(-len(text) // SEGMENT_CHARACTERS))


def _date(moment: str) -> str:
    return format_datetime(datetime.fromisoformat(moment))
