"""Twilio's states and error codes in our words."""

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
    "21211": "This is not a phone number that can get an SMS. Correct the number.",
    "21408": "Twilio is not allowed to send to this country. Allow it in the Twilio console"
    " under Messaging, Settings, Geo permissions.",
    "21606": "The sending number doesn't belong to this account or can't send SMS."
    " Check it in the inbox's settings.",
    "21608": "A trial account sends only to numbers that were verified in the Twilio console.",
    "21610": "This person answered STOP, so no SMS may be sent until they answer START.",
    "21614": "This is not a mobile number.",
    "21617": "The text is longer than 1600 characters. Shorten it.",
    "30001": "Too many messages are waiting at Twilio. Send again later.",
    "30002": "The Twilio account is suspended. See the Twilio console.",
    "30003": "The phone is switched off or out of reach. Send again later.",
    "30004": "The phone or its network blocks messages from this number.",
    "30005": "This number is not in use any more.",
    "30006": "This is a landline, or its network takes no SMS.",
    "30007": "The network took the message for spam and stopped it.",
    "30008": "The network did not say why it failed. Send again later.",
    "30034": "US networks ask for a registered sender (A2P 10DLC). Register in the Twilio console.",
    "63016": "WhatsApp allows free text for 24 hours after the customer's last message."
    " Ask them to write, or use an approved template.",
}


def reason(code: str, words: str = "") -> str:
    """What went wrong in our words, or in Twilio's, or just the code."""
    if code in REASONS:
        return REASONS[code]
    return words or (f"Twilio gave the error {code}." if code else "Twilio gave no reason.")
