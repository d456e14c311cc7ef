"""Who of the team is told by mail of what happened, as each chose; the mails wait in a table."""

from collections.abc import Collection, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from inbox import clock, ids
from inbox.db import claim, touch
from inbox.desk import access, copies, own_addresses
from inbox.events import EventKind
from inbox.model import (
    Agent,
    Conversation,
    Event,
    Inbox,
    MailNotice,
    Message,
    MessageState,
    NoticeKind,
    Role,
    Status,
)  # fmt: skip

TOPIC = "mail_notices"
MAIL = "email"
LEASE = timedelta(seconds=600)
TRIES = 8
FIRST_WAIT = timedelta(seconds=30)  # doubled at each try
TOLD_OF = (
    EventKind.CONVERSATION_ASSIGNED, EventKind.MESSAGE_RECEIVED, EventKind.SIDE_MESSAGE_RECEIVED,
)  # fmt: skip
_WISHES = sa.or_(
    col(Agent.mail_when_assigned), col(Agent.mail_when_answered), col(Agent.mail_when_unassigned)
)


def anybody_asks(session: Session) -> bool:
    query = select(Agent.id).where(col(Agent.active), _WISHES).limit(1)
    return session.exec(query).first() is not None


def queue(session: Session, event: Event) -> None:
    """For everyone who wants to know of this event; a second time changes nothing."""
    if event.kind not in TOLD_OF or not event.conversation_id:
        return
    conversation = session.get(Conversation, event.conversation_id)
    if conversation is None or conversation.status is Status.SPAM:
        return
    kind, people = _wanted(session, event, conversation)
    told = _who_are_others(session, people, conversation) if people else []
    inbox_id = sender(session, conversation) if told else None
    if inbox_id:
        _add(session, event, conversation, kind, told, inbox_id)


def sender(session: Session, conversation: Conversation) -> str | None:
    """The inbox by which it goes: the conversation's own if that can send mail."""
    query = select(Inbox).where(Inbox.kind == MAIL, col(Inbox.enabled))
    found = [
        one
        for one in session.exec(query.order_by(col(Inbox.id)))
        if one.settings.get("smtp_host") and "@" in one.address
    ]
    own = next((one.id for one in found if one.id == conversation.inbox_id), None)
    return own or next((one.id for one in found), None)


def claim_due(session: Session, limit: int, busy: Collection[str] = ()) -> list[MailNotice]:
    """The attempt is counted before the try, so that one which kills us comes to an end.

    The inboxes in `busy` are passed over.
    """
    awake = sa.select(col(Inbox.id)).where(col(Inbox.enabled), col(Inbox.id).not_in(busy))
    due = sa.and_(
        col(MailNotice.state) == MessageState.QUEUED,
        col(MailNotice.not_before) <= clock.now(),
        col(MailNotice.inbox_id).in_(awake),
    )
    found = claim(session, MailNotice, due, limit, LEASE)
    rows = session.exec(select(MailNotice).where(col(MailNotice.id).in_(found))).all()
    for notice in rows:
        notice.attempts += 1
        session.add(notice)
    return list(rows)


def settle(session: Session, notice_id: str, state: MessageState, error: str = "") -> None:
    notice = session.get_one(MailNotice, notice_id)
    notice.state, notice.error, notice.lease_until = state, error, None
    session.add(notice)


def put_off(session: Session, notice_id: str, error: str) -> None:
    """Later again, and not for ever: news that is old is none."""
    notice = session.get_one(MailNotice, notice_id)
    if notice.attempts >= TRIES:
        settle(session, notice_id, MessageState.FAILED, error)
        return
    notice.not_before = clock.now() + FIRST_WAIT * 2 ** (notice.attempts - 1)
    notice.error, notice.lease_until = error, None
    session.add(notice)


def _wanted(
    session: Session, event: Event, conversation: Conversation
) -> tuple[NoticeKind, Sequence[Agent]]:
    what = event.particulars
    if event.kind == EventKind.CONVERSATION_ASSIGNED:
        agent_id = what.get("to_agent_id")
        by_themselves = event.actor_id == agent_id
        return NoticeKind.ASSIGNED, [] if by_themselves else _one(
            session, conversation, agent_id, "mail_when_assigned"
        )
    if what.get("automatic") or (what.get("first") and conversation.assignee_id):
        return NoticeKind.ANSWERED, []  # that it was assigned is told already
    if conversation.assignee_id:
        return NoticeKind.ANSWERED, _one(
            session, conversation, conversation.assignee_id, "mail_when_answered"
        )
    if not what.get("first"):
        return NoticeKind.UNASSIGNED, []
    query = select(Agent).where(col(Agent.active), col(Agent.mail_when_unassigned))
    return NoticeKind.UNASSIGNED, _who_see(session, session.exec(query).all(), conversation)


def _one(
    session: Session, conversation: Conversation, agent_id: str | None, wish: str
) -> Sequence[Agent]:
    agent = session.get(Agent, agent_id) if agent_id else None
    if agent is None or not agent.active or not getattr(agent, wish):
        return []
    return _who_see(session, [agent], conversation)


def _who_see(
    session: Session, agents: Sequence[Agent], conversation: Conversation
) -> Sequence[Agent]:
    wanted = {one.role_id for one in agents}
    roles = {r.id: r for r in session.exec(select(Role).where(col(Role.id).in_(wanted)))}
    seen = access.visible_to(session, {one.id: roles[one.role_id] for one in agents})
    return [one for one in agents if conversation.inbox_id in seen[one.id]]


def _who_are_others(
    session: Session, agents: Sequence[Agent], conversation: Conversation
) -> Sequence[Agent]:
    """A mail that leads back to us, or was written by its own taker, would be told of for ever."""
    own, theirs = own_addresses.every(session), copies.theirs(session, conversation)
    if any(own_addresses.is_ours(one, own) for one in theirs):
        return []
    return [
        one
        for one in agents
        if not own_addresses.is_ours(one.email, own) and one.email.lower() not in theirs
    ]


def _add(
    session: Session,
    event: Event,
    conversation: Conversation,
    kind: NoticeKind,
    told: Sequence[Agent],
    inbox_id: str,
) -> None:
    now = clock.now()
    rows = [
        {"id": ids.new(), "created_at": now, "updated_at": now, "agent_id": agent.id,
         "conversation_id": conversation.id, "inbox_id": inbox_id, "kind": kind,
         "message_id": event.message_id or _newest(session, conversation), "cause": event.id,
         "reason": "", "returned": "", "state": MessageState.QUEUED, "not_before": now,
         "attempts": 0, "error": ""}
        for agent in told
    ]  # fmt: skip
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(MailNotice).on_conflict_do_nothing(), rows)
    touch(session, TOPIC)


def _newest(session: Session, conversation: Conversation) -> str | None:
    query = select(Message.id).where(
        Message.conversation_id == conversation.id, col(Message.is_side).is_(False)
    )
    return session.exec(query.order_by(col(Message.id).desc()).limit(1)).first()
