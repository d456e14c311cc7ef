"""What somebody wants to send, made into a message: by which channel, from where, to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from inbox import clock, ids, richtext
from inbox.desk.reply_channels import ReplyChannel, channels_for
from inbox.errors import Invalid
from inbox.events import Actor
from inbox.i18n import N_
from inbox.model import Attachment, Author, Conversation, Direction, Message, MessageState
from inbox.richtext.cleaning import QUOTE_CLASS

LATEST = timedelta(days=366)
AUTHORS = {
    "agent": Author.AGENT, "contact": Author.CONTACT, "system": Author.SYSTEM, "api": Author.API,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What an agent or a rule wants to send. `seen_message_id` is the newest message they saw.

    `to` and `sender`, of an e-mail, are left empty for the customer and for the address they wrote
    to. `quoted` and `quoted_html` go below the text, as they are.
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


def check(composed: Composed) -> None:
    """Raises Invalid for what is nothing, or too far away."""
    if not (composed.text.strip() or composed.html or composed.quoted or composed.attachment_ids):
        raise Invalid(fields={"text": "Write something or attach a file."})
    if composed.not_before and composed.not_before > clock.now() + LATEST:
        raise Invalid(fields={"not_before": N_("Choose a time within a year.")})


def chosen(session: Session, conversation: Conversation, thread_id: str | None) -> ReplyChannel:
    """The thread named, or the proposed one; Invalid where nothing can be sent by it."""
    found = channels_for(session, conversation)
    one = next(
        (c for c in found if (c.thread_id == thread_id if thread_id else c.is_proposed)), None
    )
    if one is None:
        raise Invalid(fields={"channel": "This customer can't be reached on that channel."})
    if not one.available:
        raise Invalid(fields={"channel": one.why_not})
    return one


def written(composed: Composed) -> tuple[str, str]:
    """HTML and text as they are kept."""
    html = richtext.sanitize(composed.html) if composed.html else ""
    return html, composed.text.strip() or richtext.to_text(html)


def message(
    conversation: Conversation, composed: Composed, channel: ReplyChannel, by: Actor
) -> Message:
    message_id = ids.new()
    html, text = written(composed)
    return Message(
        id=message_id,
        conversation_id=conversation.id,
        thread_id=channel.thread_id,
        inbox_id=channel.inbox_id,
        direction=Direction.OUTGOING,
        external_id=message_id,
        author_kind=AUTHORS.get(by.kind, Author.BOT),
        author_id=by.id,
        author_name=by.name,
        via=by.via,
        channel=channel.channel,
        subject=composed.subject,
        text=text,
        quoted=composed.quoted,
        html=_with_quote(html, text, composed.quoted_html),
        recipients=_recipients(composed, channel),
        sent_at=max(composed.not_before or clock.now(), clock.now()),
        state=MessageState.QUEUED,
        automatic=composed.automatic,
        is_side=channel.is_side,
        attachment_count=len(composed.attachment_ids),
    )


def _recipients(composed: Composed, channel: ReplyChannel) -> dict[str, Any]:
    """As they stay from now on, whatever becomes of the inbox; ours only where we have several."""
    found: dict[str, Any] = {
        "to": list(composed.to) or [channel.address],
        "cc": list(composed.cc),
        "bcc": list(composed.bcc),
    }
    sender = composed.sender.strip().lower() or channel.our_address
    if len(channel.our_addresses) > 1:
        if sender not in channel.our_addresses:
            raise Invalid(fields={"from": N_("Choose one of this inbox's own addresses.")})
        found["from"] = sender
    if composed.to and list(composed.to) != [channel.address]:
        found["chosen"] = True
    return found


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
