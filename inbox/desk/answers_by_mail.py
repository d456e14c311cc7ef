"""An agent's own answer to a mail that told them: posted as their reply, or refused by mail."""

import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import clock, mailtokens
from inbox.db import touch
from inbox.desk import access, conversations, notices, replies
from inbox.desk.composing import Composed
from inbox.desk.passed_on import Taken
from inbox.envelope import Bounce, InboundEnvelope, Proof
from inbox.errors import InboxError
from inbox.events import Actor
from inbox.i18n import N_, Phrase
from inbox.i18n import gettext as _
from inbox.model import (
    Agent,
    Attachment,
    Author,
    ChannelThread,
    Conversation,
    Direction,
    Inbox,
    MailNotice,
    Message,
    MessageState,
    NoticeKind,
    Permission,
    Role,
)  # fmt: skip

VIA = N_("e-mail")
LONGEST_AGE = timedelta(days=30)
MOST_REFUSALS = 5  # of one agent in a day, so that no two machines talk for ever
RULE = re.compile(r"^.*##-.*-##.*$", re.MULTILINE)

Item = TypeVar("Item", bound=Taken)


def taken_out(session: Session, key: bytes, items: Sequence[Item]) -> list[Item]:
    """Posts those that answer a notice, and gives back the rest: what nobody would hear of too."""
    rest = []
    for item in items:
        envelope = item.inbound
        notice = _notice(session, key, envelope) if isinstance(envelope, InboundEnvelope) else None
        if notice is None:
            rest.append(item)
            continue
        assert isinstance(envelope, InboundEnvelope)
        if _is_notice(key, envelope):
            continue
        if envelope.bounce:
            _came_back(session, notice, envelope.bounce)
        elif not _is_settled(session, key, notice, item, envelope):
            rest.append(item)
    session.flush()
    return rest


def _is_settled(
    session: Session, key: bytes, notice: MailNotice, item: Any, envelope: InboundEnvelope
) -> bool:
    if _is_only_quoted(session, key, notice, envelope):
        return False
    return envelope.automatic or _answer(session, notice, item, envelope)


def _is_only_quoted(
    session: Session, key: bytes, notice: MailNotice, envelope: InboundEnvelope
) -> bool:
    """A mail of somebody to whom the agent passed the notice on: to us as any other."""
    named = (*envelope.delivered_to, *envelope.markers)
    agent = session.get_one(Agent, notice.agent_id)
    return _author(envelope) != agent.email.lower() and not any(
        mailtokens.read_notice(key, one) for one in named
    )


def _author(envelope: InboundEnvelope) -> str:
    return envelope.written_by or envelope.sender.value


def _notice(session: Session, key: bytes, envelope: InboundEnvelope) -> MailNotice | None:
    bounced = (envelope.bounce.original_message_id,) if envelope.bounce else ()
    came_back = (envelope.mail_message_id, *envelope.reply_to)
    named = (*envelope.delivered_to, *bounced, *envelope.references, *envelope.markers)
    for found in (*named, *came_back):
        notice_id = mailtokens.read_notice(key, found)
        if notice_id:
            return session.get(MailNotice, notice_id)
    return None


def _is_notice(key: bytes, envelope: InboundEnvelope) -> bool:
    """The notice itself, which the agent's mailbox has sent on to us: it must begin nothing."""
    own = (envelope.mail_message_id, *envelope.reply_to)
    return any(mailtokens.read_notice(key, one) for one in own)


def _came_back(session: Session, notice: MailNotice, bounce: Bounce) -> None:
    if not bounce.late:
        notices.settle(session, notice.id, MessageState.FAILED, bounce.explanation)


def _answer(session: Session, notice: MailNotice, item: Any, envelope: InboundEnvelope) -> bool:
    """Whether it was posted, or the agent is told why not."""
    agent = session.get_one(Agent, notice.agent_id)
    conversation = conversations.find(session, notice.conversation_id)
    text = RULE.split(envelope.text, maxsplit=1)[0].strip()
    if conversation is None:
        return False
    reason = _objection(session, notice, agent, conversation, envelope) or _lack(text, envelope)
    cause = "mail:" + hashlib.sha256(envelope.external_id.encode()).hexdigest()[:40]
    if not reason:
        try:
            with session.begin_nested():
                _post(session, notice, agent, conversation, text, item, cause)
        except InboxError as error:
            reason = "; ".join(getattr(error, "fields", {}).values()) or error.message
    return not reason or _refuse(session, notice, conversation, reason, text, cause)


def _objection(
    session: Session,
    notice: MailNotice,
    agent: Agent,
    conversation: Conversation,
    envelope: InboundEnvelope,
) -> str:
    """Why it is not sent; the token alone proves nobody, since mails are passed on."""
    author = _author(envelope)
    inbox = session.get_one(Inbox, notice.inbox_id)
    if author != agent.email.lower():
        words = N_("An answer to this came from %(address)s, which is not your address.")
        return Phrase(words, address=author)
    if inbox.settings.get("trusted_host") and envelope.proof != Proof.PROVEN:
        return N_("The mail server does not vouch for it that the answer is from you.")
    role = session.get_one(Role, agent.role_id)
    may_answer = agent.active and Permission.ANSWER in role.permissions
    if not may_answer or not access.may_see(session, agent, role, conversation.inbox_id):
        return N_("You have no access to this conversation any more.")
    if clock.now() - notice.created_at > LONGEST_AGE:
        return N_("The mail that you answered is too old. Answer in Inbox.")
    other = _who_was_faster(session, notice, agent, conversation)
    return Phrase("%(name)s has answered meanwhile.", name=other) if other else ""


def _who_was_faster(
    session: Session, notice: MailNotice, agent: Agent, conversation: Conversation
) -> str:
    query = select(Message.author_name).where(
        Message.conversation_id == conversation.id,
        col(Message.id) > (notice.message_id or ""),
        Message.direction == Direction.OUTGOING,
        Message.author_kind != Author.BOT,
        col(Message.automatic).is_(False),
        col(Message.is_side).is_(False),
        col(Message.state) != MessageState.CANCELLED,
        sa.or_(col(Message.author_id).is_(None), col(Message.author_id) != agent.id),
    )
    found = session.exec(query.order_by(col(Message.id)).limit(1)).first()
    return "" if found is None else found or _("Somebody")


def _lack(text: str, envelope: InboundEnvelope) -> str:
    if text or envelope.files:
        return ""
    return N_("There is nothing above the line at which an answer ends.")


def _post(  # noqa: PLR0913, PLR0917  what an answer is made of
    session: Session,
    notice: MailNotice,
    agent: Agent,
    conversation: Conversation,
    text: str,
    item: Any,
    cause: str,
) -> None:
    """Where the agent was written to: beside the conversation too. Text alone, without quotes."""
    message = session.get(Message, notice.message_id) if notice.message_id else None
    thread = (
        session.get(ChannelThread, message.thread_id) if message and message.thread_id else None
    )
    composed = Composed(
        text=text,
        thread_id=thread.id if thread and thread.is_side else None,
        attachment_ids=_files(session, item),
    )
    by = Actor("agent", agent.id, agent.name, via=VIA)
    replies.reply(session, conversation, composed, by=by, request_id=cause)


def _files(session: Session, item: Any) -> list[str]:
    made = [
        Attachment(
            name=part.name[:255],
            content_type=part.content_type[:128],
            size=part.size,
            digest=item.digests[position],
        )
        for position, part in enumerate(item.inbound.files)
        if position in item.digests and not part.inline
    ]
    session.add_all(made)
    session.flush()
    return [one.id for one in made]


def _refuse(
    session: Session,
    notice: MailNotice,
    conversation: Conversation,
    reason: str,
    text: str,
    cause: str,
) -> bool:
    """To the agent's own address, whoever wrote; whether they are told of it."""
    since = clock.now() - timedelta(days=1)
    lately = select(MailNotice.cause).where(
        MailNotice.agent_id == notice.agent_id,
        MailNotice.kind == NoticeKind.REFUSED,
        col(MailNotice.created_at) > since,
    )
    told = session.exec(lately).all()
    if cause in told or len(told) >= MOST_REFUSALS:
        return cause in told
    session.add(
        MailNotice(
            agent_id=notice.agent_id,
            conversation_id=conversation.id,
            message_id=notice.message_id,
            inbox_id=notice.inbox_id,
            kind=NoticeKind.REFUSED,
            cause=cause,
            reason=reason,
            returned=text,
            not_before=clock.now(),
        )
    )
    touch(session, notices.TOPIC)
    return True
