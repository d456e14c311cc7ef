"""The text of a mail to an agent: what the other side wrote and where to read on; never a note."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from inbox import i18n, mailtokens
from inbox.envelope import Address, AddressKind, OutboundEnvelope
from inbox.i18n import gettext as _
from inbox.model import (
    Agent,
    Attachment,
    Conversation,
    Direction,
    Inbox,
    MailNotice,
    Message,
    NoticeKind,
)  # fmt: skip

LONGEST = 20_000  # of what was written; the rest is a click away


def build(
    session: Session, notice: MailNotice, key: bytes, public_url: str
) -> tuple[Inbox, OutboundEnvelope]:
    """In the agent's language. Its Reply-To and its id are signed, for the answer to it."""
    agent = session.get_one(Agent, notice.agent_id)
    conversation = session.get_one(Conversation, notice.conversation_id)
    inbox = session.get_one(Inbox, notice.inbox_id)
    before = i18n.locale()
    i18n.set_locale(agent.locale or i18n.SOURCE)
    try:
        subject = _subject(notice, conversation)
        text = "\n".join(_lines(session, notice, conversation, public_url))
    finally:
        i18n.set_locale(before)
    domain = inbox.address.rpartition("@")[2]
    return inbox, OutboundEnvelope(
        delivery_id=notice.id,
        message_id=mailtokens.notice_id(key, notice.id, domain),
        recipient=Address(kind=AddressKind.EMAIL, value=agent.email, name=agent.name),
        text=text,
        subject=subject,
        reply_to=mailtokens.notice_address(key, notice.id, inbox.address),
        sender_name=conversation.contact_name,
        automatic=True,
        attempt=notice.attempts,
    )


def _subject(notice: MailNotice, conversation: Conversation) -> str:
    about = conversation.subject or conversation.preview[:80] or conversation.contact_name
    words = {
        NoticeKind.ASSIGNED: _("Assigned to you: %(subject)s"),
        NoticeKind.ANSWERED: _("New in your conversation: %(subject)s"),
        NoticeKind.UNASSIGNED: _("New and nobody's: %(subject)s"),
        NoticeKind.REFUSED: _("Your answer was not sent: %(subject)s"),
    }
    return words[notice.kind] % {"subject": about}


def _lines(
    session: Session, notice: MailNotice, conversation: Conversation, public_url: str
) -> Iterator[str]:
    link = f"{public_url.rstrip('/')}/conversations/{conversation.number}"
    if notice.kind is NoticeKind.REFUSED:
        yield _(notice.reason)
        yield from ("", _("This is what it said:"), "", notice.returned[:LONGEST], "", link)
        return
    message = _told(session, notice)
    other = message.author_name if message else conversation.contact_name
    words = _("Write above this line to answer %(name)s by mail") % {"name": other}
    yield from (f"##- {words} -##", "")
    if message:
        yield from (_("%(name)s wrote:") % {"name": other}, "", message.text[:LONGEST], "")
        files = select(Attachment.name).where(Attachment.message_id == message.id)
        names = session.exec(files.order_by(col(Attachment.id))).all()
        if names:
            yield from (_("Files: %(names)s") % {"names": ", ".join(names)}, "")
    yield link
    yield ""
    profile = f"{public_url.rstrip('/')}/profile"
    yield _("Which mails you get, you choose in your profile: %(link)s") % {"link": profile}


def _told(session: Session, notice: MailNotice) -> Message | None:
    """What the other side wrote, the newest that there was: neither a note nor our own words."""
    query = select(Message).where(
        Message.conversation_id == notice.conversation_id,
        Message.direction == Direction.INCOMING,
        col(Message.id) <= (notice.message_id or ""),
    )
    exact = session.get(Message, notice.message_id) if notice.message_id else None
    if exact and exact.direction is Direction.INCOMING:
        return exact
    to_us = query.where(col(Message.is_side).is_(False))
    return session.exec(to_us.order_by(col(Message.id).desc()).limit(1)).first()
