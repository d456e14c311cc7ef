"""What a channel can't carry is said by what it can: buttons become numbered choices."""

from dataclasses import replace

from inbox.channels.base import Capabilities
from inbox.envelope import OutboundEnvelope


def fitted(envelope: OutboundEnvelope, can: Capabilities) -> OutboundEnvelope:
    """The same, or with a line for each button below the text."""
    if can.buttons or not envelope.buttons:
        return envelope
    lines = [f"{number}. {one.text}" for number, one in enumerate(envelope.buttons, start=1)]
    text = "\n\n".join(part for part in (envelope.text, "\n".join(lines)) if part)
    return replace(envelope, text=text, html="", buttons=())
