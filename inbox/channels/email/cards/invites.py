"""Invitations (RFC 5545, RFC 5546): what, when, where, who, and whether it is called off."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from inbox.channels.email.charsets import decode

PEOPLE_LIMIT = 30
TEXT_LIMIT = 500
METHODS = {"REQUEST", "CANCEL", "REPLY", "PUBLISH", "COUNTER", "DECLINECOUNTER", "ADD", "REFRESH"}


def invite_card(content: bytes) -> Mapping[str, Any]:
    """Of its first event; `more` counts the others. `start` and `end` are ISO 8601.

    Without an offset they hold wherever one is; of whole days they are dates, `end` the last one.
    """
    from icalendar import Calendar  # noqa: PLC0415 - hardly any mail needs it

    calendar = Calendar.from_ical(decode(content, "utf-8"))
    events = calendar.walk("VEVENT")
    if not events:
        return {}
    event = events[0]
    method = str(calendar.get("METHOD", "")).upper()
    status = str(event.get("STATUS", "")).upper()
    return {
        "kind": "invite",
        "method": method if method in METHODS else "",
        "cancelled": method == "CANCEL" or status == "CANCELLED",
        "summary": _text(event.get("SUMMARY")),
        "where": _text(event.get("LOCATION")),
        "about": _text(event.get("DESCRIPTION")),
        **_span(event),
        "repeats": "RRULE" in event,
        "organizer": _person(event.get("ORGANIZER")),
        "people": [_person(one) for one in _listed(event.get("ATTENDEE"))[:PEOPLE_LIMIT]],
        "more": len({str(one.get("UID")) for one in events} - {str(event.get("UID"))}),
    }


def _span(event: Any) -> dict[str, Any]:
    start: date | None = event.start if "DTSTART" in event else None
    end: date | None = event.end if start is not None else None
    all_day = start is not None and not isinstance(start, datetime)
    if start and end and all_day and end > start:
        end = end.fromordinal(end.toordinal() - 1)  # the standard names the day after
    return {
        "start": start.isoformat() if start else "",
        "end": end.isoformat() if end else "",
        "all_day": all_day,
    }


def _person(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    address = str(value)
    address = address[7:] if address.lower().startswith("mailto:") else address
    return {
        "name": _text(value.params.get("CN")),
        "address": address[:320],
        "answer": str(value.params.get("PARTSTAT", "")).lower()[:20],
    }


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return str(value or "").strip()[:TEXT_LIMIT]
