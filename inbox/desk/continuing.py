"""A chat goes on by e-mail: answers that the visitor has not read are mailed after a quiet time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col, select

from inbox import i18n
from inbox.desk import attachments, visiting
from inbox.desk.replies import Composed, reply
from inbox.errors import InboxError
from inbox.events import Actor
from inbox.i18n import gettext as _
from inbox.model import (
    ChannelThread,
    Contact,
    Continuation,
    Conversation,
    Direction,
    Identity,
    Inbox,
    Message,
    MessageState,
)  # fmt: skip

log = structlog.get_logger()

CHANNEL = "webchat"
BATCH = 20
MINUTES = 10  # where the inbox's settings say nothing
UNREAD = (MessageState.SENT, MessageState.DELIVERED)


def note(session: Session, inbox: Inbox, message_id: str, now: datetime) -> None:
    """An answer has gone out; where it is a chat's, its quiet time begins anew."""
    if inbox.kind != CHANNEL or not inbox.settings.get("mail_inbox"):
        return
    message = session.get_one(Message, message_id)
    if message.automatic or message.thread_id is None:
        return
    wanted = select(Continuation).where(Continuation.conversation_id == message.conversation_id)
    row = session.exec(wanted).first() or Continuation(
        conversation_id=message.conversation_id, thread_id=message.thread_id
    )
    row.thread_id = message.thread_id
    minutes = inbox.settings.get("mail_after_minutes", MINUTES)
    row.due_at = now + timedelta(minutes=minutes)
    session.add(row)


def send_due(session: Session, now: datetime) -> int:
    """How many chats were looked at whose quiet time is over."""
    due = (
        select(Continuation)
        .where(col(Continuation.due_at) <= now)
        .order_by(col(Continuation.due_at))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    found = session.exec(due).all()
    for row in found:
        row.due_at = None
        session.add(row)
        try:
            with session.begin_nested():
                _go_on(session, row)
        except InboxError as error:  # one that can't be mailed leaves nothing, and stops no other
            log.info("chat_not_mailed", conversation=row.conversation_id, error=error.message)
    return len(found)


def mail_thread(
    session: Session, conversation: Conversation, mail_inbox: Inbox, identity: Identity
) -> ChannelThread:
    """The conversation's thread with this address, made if there is none."""
    wanted = select(ChannelThread).where(
        ChannelThread.conversation_id == conversation.id,
        ChannelThread.inbox_id == mail_inbox.id,
        ChannelThread.identity_id == identity.id,
    )
    thread = session.exec(wanted.limit(1)).first() or ChannelThread(
        conversation_id=conversation.id,
        inbox_id=mail_inbox.id,
        identity_id=identity.id,
        remote_id=identity.value,
    )
    session.add(thread)
    session.flush()  # the reply's message refers to it
    return thread


def mail_inbox_of(session: Session, inbox: Inbox) -> Inbox | None:
    """The one that a chat goes on by, if it can send."""
    found = session.get(Inbox, inbox.settings.get("mail_inbox") or "")
    return found if found and found.enabled and found.kind == "email" else None


def _go_on(session: Session, row: Continuation) -> None:
    """Nothing is sent to who has read it, has written since, is blocked or has no address."""
    thread = session.get_one(ChannelThread, row.thread_id)
    conversation = session.get_one(Conversation, thread.conversation_id)  # goes on in a merged one
    inbox = session.get_one(Inbox, thread.inbox_id)
    mail_inbox = mail_inbox_of(session, inbox)
    answers = _unread(session, thread, row.upto)
    if conversation is None or mail_inbox is None or not answers:
        return
    contact = session.get_one(Contact, conversation.contact_id)
    identity = visiting.email_of(session, contact.id)
    if contact.blocked or identity is None:
        return
    composed = Composed(
        text=_text(contact, answers),
        subject=_subject(contact, inbox),
        thread_id=mail_thread(session, conversation, mail_inbox, identity).id,
        attachment_ids=attachments.copied(session, [answer.id for answer in answers]),
        automatic=True,
    )
    last = answers[-1]
    by = Actor("agent", last.author_id, last.author_name)
    reply(session, conversation, composed, by=by, request_id=f"continued:{last.id}")
    row.upto = last.id


def _unread(session: Session, thread: ChannelThread, upto: str) -> Sequence[Message]:
    """What the visitor wrote after it has seen it."""
    last_written = session.exec(
        select(sa.func.max(col(Message.id))).where(
            Message.thread_id == thread.id,
            Message.direction == Direction.INCOMING,
        )
    ).one()
    wanted = select(Message).where(
        Message.thread_id == thread.id,
        Message.direction == Direction.OUTGOING,
        col(Message.state).in_(UNREAD),
        col(Message.automatic).is_(False),
        col(Message.id) > max(upto, last_written or ""),
    )
    return session.exec(wanted.order_by(col(Message.id))).all()


def _text(contact: Contact, answers: Sequence[Message]) -> str:
    with i18n.speaking(contact.language):
        end = _("You wrote to us in the chat. Answer to this mail, and it reaches us there.")
    return "\n\n".join([*(answer.text for answer in answers if answer.text), f"— {end}"])


def _subject(contact: Contact, inbox: Inbox) -> str:
    with i18n.speaking(contact.language):
        return _("Our chat: %(title)s") % {"title": inbox.settings.get("title") or inbox.name}
