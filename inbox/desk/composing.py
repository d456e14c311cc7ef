"""What somebody wants to send, and the message that is made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from inbox import clock, ids, richtext
from inbox.desk import templates
from inbox.desk.reply_channels import ReplyChannel, channels_for
from inbox.envelope import Button
from inbox.errors import Invalid
from inbox.events import Actor
from inbox.i18n import N_, Phrase
from inbox.model import Author, Conversation, Direction, Message, MessageState

MOST_BUTTONS = 10
LONGEST_BUTTON = 60
AUTHORS = {
    "agent": Author.AGENT, "contact": Author.CONTACT, "system": Author.SYSTEM, "api": Author.API,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What an agent or a rule wants to send. `seen_message_id` is the newest message they saw.

    `reply_to_id` is the one message that is answered among many. A template of the provider
    stands instead of the text, with `template_values` for its gaps. `sender` is the one of the
    inbox's own addresses it goes out from, if there are several.
    """

    text: str
    html: str = ""
    subject: str = ""
    thread_id: str | None = None
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    attachment_ids: Sequence[str] = ()
    automatic: bool = False
    not_before: datetime | None = None
    seen_message_id: str | None = None
    reply_to_id: str | None = None
    buttons: Sequence[Button] = ()
    template_id: str | None = None
    template_values: Mapping[str, str] = field(default_factory=dict)
    sender: str = ""

    @property
    def is_empty(self) -> bool:
        written = self.text.strip() or self.html or self.attachment_ids or self.template_id
        return not written


def chosen(session: Session, conversation: Conversation, composed: Composed) -> ReplyChannel:
    """The channel to send on; Invalid with what stands against it."""
    wanted, found = composed.thread_id, channels_for(session, conversation)
    channel = next((c for c in found if (c.thread_id == wanted if wanted else c.is_proposed)), None)
    if channel is None:
        raise Invalid(fields={"channel": N_("This customer can't be reached on that channel.")})
    by_template = composed.template_id and channel.templates_only
    if not channel.available and not by_template:
        raise Invalid(fields={"channel": channel.why_not})
    if composed.sender and composed.sender not in channel.senders:
        raise Invalid(
            fields={"sender": Phrase("Choose one of: %(ones)s.", ones=list(channel.senders))}
        )
    return channel


def written(composed: Composed) -> tuple[str, str]:
    """HTML and text as they are kept."""
    html = richtext.sanitize(composed.html) if composed.html else ""
    return html, composed.text.strip() or richtext.to_text(html)


def message(
    session: Session,
    conversation: Conversation,
    composed: Composed,
    channel: ReplyChannel,
    by: Actor,
) -> Message:
    message_id = ids.new()
    html, text, extras = _content(session, composed, channel)
    return Message(
        id=message_id,
        conversation_id=conversation.id,
        thread_id=channel.thread_id,
        inbox_id=channel.inbox_id,
        direction=Direction.OUTGOING,
        external_id=message_id,
        **_author(by),
        channel=channel.channel,
        subject=composed.subject,
        text=text,
        html=html,
        recipients=_recipients(composed, channel),
        sent_at=max(composed.not_before or clock.now(), clock.now()),
        state=MessageState.QUEUED,
        automatic=composed.automatic,
        attachment_count=len(composed.attachment_ids),
        reply_to_id=_answered(session, conversation, composed.reply_to_id),
        extras=extras,
    )


def _author(by: Actor) -> dict[str, Any]:
    kind = AUTHORS.get(by.kind, Author.BOT)
    return {"author_kind": kind, "author_id": by.id, "author_name": by.name, "via": by.via}


def _recipients(composed: Composed, channel: ReplyChannel) -> dict[str, Any]:
    sender = composed.sender or channel.sender
    found = {"to": [channel.address], "cc": list(composed.cc), "bcc": list(composed.bcc)}
    return {**found, "from": sender} if sender else dict(found)


def _content(
    session: Session, composed: Composed, channel: ReplyChannel
) -> tuple[str, str, dict[str, Any]]:
    """HTML, text, and what else the message has; a template stands instead of both."""
    html, text = written(composed)
    extras: dict[str, Any] = {}
    if composed.template_id:
        extras["template"], text = templates.filled(
            session, channel.inbox_id, composed.template_id, composed.template_values
        )
        html = ""
    if composed.buttons:
        extras["buttons"] = _buttons(composed.buttons)
    return html, text, extras


def _answered(session: Session, conversation: Conversation, message_id: str | None) -> str | None:
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
