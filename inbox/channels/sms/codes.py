"""Twilio's states and error codes in our words."""

from inbox.i18n import N_, Phrase

STATES = {
    "accepted": "sent",
    "scheduled": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "partially_delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}

REASONS = {
    "21211": N_("This is not a phone number that can get an SMS. Correct the number."),
    "21408": N_(
        "Twilio is not allowed to send to this country. Allow it in the Twilio console"
        " under Messaging, Settings, Geo permissions."
    ),
    "21606": N_(
        "The sending number doesn't belong to this account or can't send SMS."
        " Check it in the inbox's settings."
    ),
    "21608": N_("A trial account sends only to numbers that were verified in the Twilio console."),
    "21610": N_("This person answered STOP, so no SMS may be sent until they answer START."),
    "21614": N_("This is not a mobile number."),
    "21617": N_("The text is longer than 1600 characters. Shorten it."),
    "30001": N_("Too many messages are waiting at Twilio. Send again later."),
    "30002": N_("The Twilio account is suspended. See the Twilio console."),
    "30003": N_("The phone is switched off or out of reach. Send again later."),
    "30004": N_("The phone or its network blocks messages from this number."),
    "30005": N_("This number is not in use any more."),
    "30006": N_("This is a landline, or its network takes no SMS."),
    "30007": N_("The network took the message for spam and stopped it."),
    "30008": N_("The network did not say why it failed. Send again later."),
    "30034": N_(
        "US networks ask for a registered sender (A2P 10DLC). Register in the Twilio console."
    ),
    "63016": N_(
        "WhatsApp allows free text for 24 hours after the customer's last message."
        " Ask them to write, or use an approved template."
    ),
}


def reason(code: str, words: str = "") -> str:
    """What went wrong in our words, or in Twilio's, or just the code."""
    if code in REASONS:
        return REASONS[code]
    if words or not code:
        return words or N_("Twilio gave no reason.")
    return Phrase("Twilio gave the error %(code)s.", code=code)


def link(code: str) -> str:
    """Twilio's own page about a code; empty for what is none of its codes."""
    is_theirs = code.isascii() and code.isdigit() and len(code) >= 5
    return f"https://www.twilio.com/docs/api/errors/{code}" if is_theirs else ""
