"""What somebody wants to send, made into a message: by which channel, from where, to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox import clock, ids, richtext
from inbox.desk import chat_parts
from inbox.desk.reply_channels import ReplyChannel, channels_for
from inbox.envelope import AddressKind, Button
from inbox.errors import Invalid
from inbox.events import Actor
from inbox.i18n import N_, Phrase
from inbox.model import (
    Agent,
    Attachment,
    Author,
    Conversation,
    Direction,
    Message,
    MessageState,
)  # fmt: skip
from inbox.richtext.cleaning import QUOTE_CLASS

LATEST = timedelta(days=366)
LONGEST = 100_000  # characters
AUTHORS = {
    "agent": Author.AGENT, "contact": Author.CONTACT, "system": Author.SYSTEM, "api": Author.API,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What an agent or a rule wants to send. `seen_message_id` is the newest message they saw.

    `to` and `sender`, of an e-mail, are left empty for the customer and for the address they wrote
    to. `quoted` and `quoted_html` go below the text, as they are. `reply_to_id` is the one message
    that is answered among many. A template of the provider stands instead of the text, with
    `template_values` for its gaps.
    """

    text: str
    html: str = ""
    subject: str = ""
    thread_id: str | None = None
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    sender: str = ""
    quoted: str = ""
    quoted_html: str = ""
    attachment_ids: Sequence[str] = ()
    automatic: bool = False
    not_before: datetime | None = None
    seen_message_id: str | None = None
    reply_to_id: str | None = None
    buttons: Sequence[Button] = ()
    template_id: str | None = None
    template_values: Mapping[str, str] = field(default_factory=dict)


def check(composed: Composed) -> None:
    """Raises Invalid for what is nothing, too long, or too far away."""
    written = composed.text.strip() or composed.html or composed.quoted
    if not (written or composed.attachment_ids or composed.template_id):
        raise Invalid(fields={"text": "Write something or attach a file."})
    if not composed.automatic and max(len(composed.text), len(composed.html)) > LONGEST:
        raise Invalid(fields={"text": Phrase("Use at most %(most)d characters.", most=LONGEST)})
    if composed.not_before and composed.not_before > clock.now() + LATEST:
        raise Invalid(fields={"not_before": N_("Choose a time within a year.")})


def chosen(session: Session, conversation: Conversation, composed: Composed) -> ReplyChannel:
    """The thread named, or the proposed one; Invalid where nothing can be sent by it."""
    thread_id, found = composed.thread_id, channels_for(session, conversation)
    one = next(
        (c for c in found if (c.thread_id == thread_id if thread_id else c.is_proposed)), None
    )
    if one is None:
        raise Invalid(fields={"channel": "This customer can't be reached on that channel."})
    if not one.available and not (composed.template_id and one.templates_only):
        raise Invalid(fields={"channel": one.why_not})
    return one


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
    html, text, extras = chat_parts.content(session, channel.inbox_id, composed, written(composed))
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
        quoted=_below(session, composed, channel, by),
        html=_with_quote(html, text, composed.quoted_html),
        recipients=_recipients(composed, channel),
        sent_at=max(composed.not_before or clock.now(), clock.now()),
        state=MessageState.QUEUED,
        automatic=composed.automatic,
        is_side=channel.is_side,
        attachment_count=len(composed.attachment_ids),
        reply_to_id=chat_parts.answered(session, conversation, composed.reply_to_id),
        extras=extras,
    )


def _author(by: Actor) -> dict[str, Any]:
    kind = AUTHORS.get(by.kind, Author.BOT)
    return {"author_kind": kind, "author_id": by.id, "author_name": by.name, "via": by.via}


def _recipients(composed: Composed, channel: ReplyChannel) -> dict[str, Any]:
    """As they stay from now on, whatever becomes of the inbox; ours only where we have several."""
    found: dict[str, Any] = {
        "to": list(composed.to) or [channel.address],
        "cc": list(composed.cc),
        "bcc": list(composed.bcc),
    }
    wanted = composed.sender.strip().lower() or channel.our_address.lower()
    sender = next((one for one in channel.our_addresses if one.lower() == wanted), wanted)
    if len(channel.our_addresses) > 1:
        if sender not in channel.our_addresses:
            raise Invalid(fields={"from": N_("Choose one of this inbox's own addresses.")})
        found["from"] = sender
    if composed.to and list(composed.to) != [channel.address]:
        found["chosen"] = True
    return found


def _below(session: Session, composed: Composed, channel: ReplyChannel, by: Actor) -> str:
    """By mail an agent's signature (RFC 3676, 4.3), and what is quoted.

    A program's own HTML is left as it came; so is its text, which says the same.
    """
    signature = ""
    is_plain = not (composed.html or composed.quoted_html or composed.automatic)
    if by.kind == "agent" and channel.identity_kind == AddressKind.EMAIL and is_plain:
        author = session.get(Agent, by.id)
        signature = author.signature.strip() if author else ""
    signed = f"-- \n{signature}" if signature else ""
    return "\n\n".join(part for part in (signed, composed.quoted) if part)


def _with_quote(html: str, text: str, quoted_html: str) -> str:
    if not quoted_html:
        return html
    return f'{html or richtext.to_html(text)}<div class="{QUOTE_CLASS}">{quoted_html}</div>'


def attach(session: Session, message: Message, attachment_ids: Sequence[str]) -> None:
    if not attachment_ids:
        return
    changed = session.execute(
        sa.update(Attachment)
        .where(col(Attachment.id).in_(attachment_ids), col(Attachment.message_id).is_(None))
        .values(message_id=message.id)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != len(set(attachment_ids)):  # type: ignore[attr-defined]
        raise Invalid(fields={"attachments": "A file is not there any more. Attach it again."})
