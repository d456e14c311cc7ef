"""The people and things that tests of the desk and of routing play with."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from inbox import clock, ids
from inbox.db import next_numbers
from inbox.desk import counters
from inbox.envelope import AddressKind
from inbox.events import SYSTEM, EventKind, record
from inbox.model import (
    Agent,
    Author,
    ChannelThread,
    Contact,
    Conversation,
    Direction,
    Event,
    Identity,
    Inbox,
    Message,
    MessageState,
    Permission,
    Role,
    Status,
    Team,
    TeamMembership,
)


@dataclass
class Cast:
    """Ana, Boris and Vera of Support answer the mail of Marko; all are online."""

    session: Session
    role: Role = field(default_factory=lambda: Role(name="Agent", permissions=[Permission.ANSWER]))
    team: Team = field(default_factory=lambda: Team(name="Support"))
    contact: Contact = field(default_factory=lambda: Contact(name="Marko Marić"))
    inbox: Inbox = field(init=False)
    identity: Identity = field(init=False)
    agents: dict[str, Agent] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.session.add_all([self.role, self.team, self.contact])
        self.session.flush()
        self.inbox = Inbox(
            name="Mail", kind="email", address="help@ours.example", slug="mail",
            team_id=self.team.id,
        )  # fmt: skip
        self.identity = Identity(
            contact_id=self.contact.id, kind=AddressKind.EMAIL, value="marko@their.example"
        )
        self.session.add_all([self.inbox, self.identity])
        self.session.flush()
        for name in ("Ana", "Boris", "Vera"):
            self.agents[name] = self.agent(name)

    def agent(self, name: str, **values: Any) -> Agent:
        agent = Agent(
            name=name,
            email=f"{name.lower()}@ours.example",
            role_id=self.role.id,
            last_seen_at=clock.now(),
            **values,
        )
        self.session.add(agent)
        self.session.flush()
        self.session.add(TeamMembership(team_id=self.team.id, agent_id=agent.id))
        self.session.flush()
        return agent

    def conversation(self, **values: Any) -> Conversation:
        conversation = Conversation(
            number=next_numbers(self.session, 1)[0],
            contact_id=self.contact.id,
            inbox_id=self.inbox.id,
            channel="email",
            last_at=clock.now(),
            **{"status": Status.OPEN, "subject": "Boiler", **values},
        )
        self.session.add(conversation)
        self.session.flush()
        counters.move(self.session, dict.fromkeys(counters.keys(conversation), 1))
        self.session.add(
            ChannelThread(
                id=conversation.id,
                conversation_id=conversation.id,
                inbox_id=self.inbox.id,
                identity_id=self.identity.id,
                last_incoming_at=clock.now(),
            )
        )
        self.session.flush()
        return conversation

    def incoming(
        self, conversation: Conversation, text: str = "It leaks", **values: Any
    ) -> Message:
        message = Message(
            conversation_id=conversation.id,
            inbox_id=self.inbox.id,
            direction=Direction.INCOMING,
            external_id=ids.new(),
            author_kind=Author.CONTACT,
            author_id=self.contact.id,
            channel="email",
            text=text,
            state=MessageState.RECEIVED,
            **{
                "thread_id": conversation.id,
                "sent_at": clock.now(),
                "recipients": {"from": self.identity.value},
                **values,
            },
        )
        self.session.add(message)
        self.session.flush()
        return message

    def received(self, message: Message, *, first: bool = True) -> Event:
        conversation = self.session.get_one(Conversation, message.conversation_id)
        event = record(
            self.session,
            EventKind.MESSAGE_RECEIVED,
            by=SYSTEM,
            conversation=conversation,
            message_id=message.id,
            first=first,
        )
        self.session.flush()
        return event

    def goes_home(self, name: str) -> None:
        self.agents[name].last_seen_at = clock.now() - timedelta(hours=1)
        self.session.add(self.agents[name])
        self.session.flush()
