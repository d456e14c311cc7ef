"""WhatsApp's states and error codes in our words.

Meta: "WhatsApp Business Platform, Cloud API, Error codes".
"""

from inbox.i18n import N_, Phrase

STATES = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}

LOGIN = {"0", "3", "10", "190", "200"}
WAIT = {"2", "4", "80007", "130429", "131000", "131016", "131048", "131056", "133016"}

REASONS = {
    "131026": N_("WhatsApp could not deliver it: the number has no WhatsApp, or an old version."),
    "131047": N_(
        "WhatsApp allows free text for 24 hours after the customer's last message."
        " Ask them to write, or use an approved template."
    ),
    "131049": N_("WhatsApp held it back, so that nobody is sent too much. Try again tomorrow."),
    "131050": N_("This person does not want marketing messages any more."),
    "131051": N_("WhatsApp does not know this kind of message."),
    "131052": N_("WhatsApp could not fetch the customer's file."),
    "131053": N_("WhatsApp does not take this file. Its type or size is not allowed."),
    "130472": N_("WhatsApp does not send this message, because the number takes part in a trial."),
    "131042": N_("WhatsApp can't charge for it. See the payment settings of the business account."),
    "132001": N_("There is no template of this name in this language."),
    "133010": N_("The sending number is not registered. Register it in the WhatsApp manager."),
}


def reason(code: str, words: str = "") -> str:
    """What went wrong in our words, or in Meta's, or just the code."""
    if code in REASONS:
        return REASONS[code]
    if words or not code:
        return words or N_("WhatsApp gave no reason.")
    return Phrase("WhatsApp gave the error %(code)s.", code=code)
