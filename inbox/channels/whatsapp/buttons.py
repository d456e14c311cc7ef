"""Buttons below a text, as far as WhatsApp shows them."""

from typing import Any

from inbox.channels.base import Capabilities
from inbox.channels.degrading import fitted
from inbox.envelope import OutboundEnvelope

MOST_BUTTONS, LONGEST_BUTTON, LONGEST_WITH_BUTTONS = 3, 20, 1024


def with_buttons(envelope: OutboundEnvelope) -> tuple[str, dict[str, Any]]:
    """The text to go before, and the message with buttons; what WhatsApp's can't hold is numbered.

    https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-reply-buttons-messages
    """
    buttons = envelope.buttons
    fits = len(buttons) <= MOST_BUTTONS and all(len(b.text) <= LONGEST_BUTTON for b in buttons)
    if not buttons:
        return envelope.text, {}
    if not fits or not envelope.text.strip() or len(envelope.text) > LONGEST_WITH_BUTTONS:
        return fitted(envelope, Capabilities()).text, {}
    replies = [
        {"type": "reply", "reply": {"id": one.value or one.text, "title": one.text}}
        for one in buttons
    ]
    content = {"type": "button", "body": {"text": envelope.text}, "action": {"buttons": replies}}
    return "", content
