"""What the page shows of each channel: both sides of one customer's conversation."""

from dataclasses import dataclass, field
from datetime import datetime

from inbox.i18n import gettext as _
from inbox.simulators import mailbox, telegram_shapes, twilio
from inbox.simulators.cast import Customer
from inbox.simulators.ledger import Entry, KeptFile
from inbox.simulators.providers import Simulators

PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}  # safe to show in a page
SHOWN_MESSAGES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One message; `note` says where it stands, `trouble` when that is bad."""

    id: str
    outgoing: bool
    text: str
    subject: str
    at: datetime
    note: str
    trouble: bool
    files: list[KeptFile]
    pictures: list[KeptFile]
    buttons: list[dict[str, str]] = field(default_factory=list)
    reactions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A channel as this customer's device shows it."""

    channel: str
    label: str
    icon: str
    mine: str
    shop: str
    bubbles: list[Bubble]
    outage: bool
    wrong_signature: bool
    standing: str = ""
    has_subject: bool = False
    has_files: bool = True
    no_sending: bool = False


def panels_of(simulators: Simulators, customer: Customer) -> list[Panel]:
    return [
        _panel(
            simulators,
            ("email", _("E-mail"), "mail"),
            customer.email,
            mailbox.ADDRESS,
            has_subject=True,
        ),
        _panel(simulators, ("sms", _("SMS"), "phone"), customer.phone, twilio.NUMBER),
        _panel(
            simulators,
            ("whatsapp", "WhatsApp", "message-circle"),
            f"{twilio.WHATSAPP}{customer.phone}",
            twilio.NUMBER,
        ),
        _panel(
            simulators,
            ("telegram", _("Telegram"), "send"),
            str(customer.telegram),
            f"@{telegram_shapes.BOT_USERNAME}",
        ),
    ]


def _panel(
    simulators: Simulators,
    kind: tuple[str, str, str],
    mine: str,
    shop: str,
    *,
    has_subject: bool = False,
) -> Panel:
    channel, label, icon = kind
    faults = simulators.faults(channel)
    kept_as = "sms" if channel == "whatsapp" else channel  # both are Twilio's
    entries = simulators.ledger.of(kept_as, mine)[-SHOWN_MESSAGES:]
    return Panel(
        channel=channel,
        label=label,
        icon=icon,
        mine=mine.removeprefix(twilio.WHATSAPP),
        shop=shop,
        bubbles=[_bubble(entry) for entry in entries],
        outage=faults.outage,
        wrong_signature=faults.wrong_signature,
        standing=faults.standing,
        has_subject=has_subject,
        no_sending=channel == "email" and not simulators.mailbox.sends,
    )


def _bubble(entry: Entry) -> Bubble:
    note, trouble = _standing(entry)
    return Bubble(
        id=entry.id,
        outgoing=entry.outgoing,
        text=entry.text,
        subject=entry.subject,
        at=datetime.fromisoformat(entry.at),
        note=note,
        trouble=trouble,
        files=[file for file in entry.files if file.content_type not in PICTURES],
        pictures=[file for file in entry.files if file.content_type in PICTURES],
        buttons=entry.meta.get("buttons", []),
        reactions=" ".join(
            emoji for side in ("theirs", "ours") for emoji in entry.meta.get(side, ())
        ),
    )


def _standing(entry: Entry) -> tuple[str, bool]:
    """In words, and whether it is trouble."""
    if entry.meta.get("forged"):
        return _("Sent with a wrong signature"), True
    if entry.state.startswith("refused"):
        status = entry.state.removeprefix("refused ")
        return _("The shop refused it (%(status)s)") % {"status": status}, True
    words = {
        "queued": _("On its way"),
        "sent": _("Sent"),
        "delivered": _("Delivered"),
        "received": _("Taken by the shop"),
        "deleted": _("Deleted"),
    }
    if entry.state == "no hook":
        return _("No inbox is connected to this channel"), True
    return words.get(entry.state, entry.state), entry.state not in words
