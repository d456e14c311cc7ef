"""What messages of chats have beside their text: what they answer, buttons, a template."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlmodel import Session

from inbox.desk import templates
from inbox.envelope import Button
from inbox.errors import Invalid
from inbox.i18n import N_, Phrase
from inbox.model import Conversation, Direction, Message

MOST_BUTTONS = 10
LONGEST_BUTTON = 60


class Chat(Protocol):
    """As much of what was composed as chats add to it."""

    @property
    def buttons(self) -> Sequence[Button]: ...
    @property
    def template_id(self) -> str | None: ...
    @property
    def template_values(self) -> Mapping[str, str]: ...


def content(
    session: Session, inbox_id: str, composed: Chat, written: tuple[str, str]
) -> tuple[str, str, dict[str, Any]]:
    """HTML, text, and what else the message has; a template stands instead of both."""
    html, text = written
    extras: dict[str, Any] = {}
    if composed.template_id:
        extras["template"], text = templates.filled(
            session, inbox_id, composed.template_id, composed.template_values
        )
        html = ""
    if composed.buttons:
        extras["buttons"] = _buttons(composed.buttons)
    return html, text, extras


def answered(session: Session, conversation: Conversation, message_id: str | None) -> str | None:
    """Of this conversation, and no note: a note's words are for nobody outside."""
    if not message_id:
        return None
    found = session.get(Message, message_id)
    is_here = found is not None and found.conversation_id == conversation.id
    if found is None or not is_here or found.direction is Direction.NOTE:
        raise Invalid(fields={"reply_to": N_("Choose a message of this conversation.")})
    return found.id


def _buttons(buttons: Sequence[Button]) -> list[dict[str, str]]:
    texts = [button.text.strip() for button in buttons]
    if len(texts) > MOST_BUTTONS:
        words = Phrase("Give at most %(most)d buttons.", most=MOST_BUTTONS)
        raise Invalid(fields={"buttons": words})
    if not all(texts) or any(len(text) > LONGEST_BUTTON for text in texts):
        words = Phrase("A button has from 1 to %(most)d characters.", most=LONGEST_BUTTON)
        raise Invalid(fields={"buttons": words})
    return [
        {"text": text, "value": (button.value or text)[:200]}
        for text, button in zip(texts, buttons, strict=True)
    ]
