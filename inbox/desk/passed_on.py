"""A customer's mail that somebody forwarded to us is the customer's, not the forwarder's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from sqlmodel import Session, col, select

from inbox.desk import own_addresses, rows
from inbox.desk.batch import Batch
from inbox.desk.rows import ConversationRow
from inbox.envelope import Forwarded, Inbound, InboundEnvelope, Proof
from inbox.events import EventKind
from inbox.model import Agent, Author, Direction, Inbox, MessageState


@dataclass(frozen=True, slots=True)
class Comment:
    """What an agent wrote above what he forwarded, which is for the team."""

    agent_id: str
    agent_name: str
    text: str


class Taken(Protocol):
    """As much of an Understood as is looked at here."""

    @property
    def inbox_id(self) -> str: ...
    @property
    def inbound(self) -> Inbound: ...


Item = TypeVar("Item", bound=Taken)


def unwrapped(session: Session, items: Sequence[Item]) -> list[Item]:
    """By each inbox's own setting: of agents, of anyone, of nobody.

    Whatever From said, nothing about the customer is proven by it. Where a server checks who
    writes, an agent is who it vouches for; a Reply-To makes nobody an agent.
    """
    found = [item for item in items if _forwarded(item)]
    if not found:
        return list(items)
    named = {_author(_envelope(item)) for item in found}
    agents = {
        agent.email: agent
        for agent in session.exec(
            select(Agent).where(col(Agent.email).in_(named), col(Agent.active))
        )
    }
    own = own_addresses.every(session)
    inboxes = select(Inbox).where(col(Inbox.id).in_({item.inbox_id for item in found}))
    settings = {i.id: i.settings for i in session.exec(inboxes)}
    unknown = {"forwards": "nobody"}
    return [_unwrap(item, settings.get(item.inbox_id, unknown), agents, own) for item in items]


def note(
    batch: Batch, conversation: ConversationRow, message: Mapping[str, Any], comment: Comment
) -> None:
    """Beside the message in the batch, in the agent's name."""
    row = {
        **message,
        **rows.record(message["created_at"]),
        "thread_id": None,
        "direction": Direction.NOTE,
        "external_id": f"{message['external_id']}:note"[:500],
        "mail_message_id": None,
        "author_kind": Author.AGENT,
        "author_id": comment.agent_id,
        "author_name": comment.agent_name,
        "channel": "note",
        "subject": "",
        "text": comment.text,
        "quoted": "",
        "html": "",
        "recipients": {},
        "reply_to_id": None,
        "extras": {},
        "state": MessageState.NOTED,
        "matched_by": "",
        "proof": "",
        "reading": {},
        "is_side": False,
        "attachment_count": 0,
    }
    batch.messages.append(row)
    event = {
        "actor_kind": "agent", "actor_id": comment.agent_id, "actor_name": comment.agent_name[:200],
    }  # fmt: skip
    batch.events.append(rows.happened(EventKind.NOTE_ADDED, conversation, row) | event)


def _unwrap(
    item: Item, settings: Mapping[str, Any], agents: Mapping[str, Agent], own: set[str]
) -> Item:
    envelope, forwarded = _envelope(item), _forwarded(item)
    is_vouched = envelope.proof == Proof.PROVEN or not settings.get("trusted_host")
    agent = agents.get(_author(envelope)) if is_vouched else None
    rule = settings.get("forwards", "agents")
    is_believed = rule == "anyone" or (rule == "agents" and agent is not None)
    if not forwarded or not is_believed or own_addresses.is_ours(forwarded.sender.value, own):
        return item
    customers = replace(
        envelope,
        sender=forwarded.sender,
        subject=forwarded.subject,
        text=forwarded.text,
        quoted="",
        cc=(),
        proof=Proof.CLAIMED,
        reading={**envelope.reading, "sender": {"why": "passed_on"}},
        automatic=False,
        written_by="",
        forwarded_by=_author(envelope),
    )
    comment = Comment(agent.id, agent.name, forwarded.above) if agent and forwarded.above else None
    return replace(item, inbound=customers, comment=comment)  # type: ignore[type-var]


def _author(envelope: InboundEnvelope) -> str:
    return envelope.written_by or envelope.sender.value


def _envelope(item: Taken) -> InboundEnvelope:
    assert isinstance(item.inbound, InboundEnvelope)
    return item.inbound


def _forwarded(item: Taken) -> Forwarded | None:
    return _envelope(item).forwarded
