"""What the events of one transaction need, read once for all of them and not once for each.

A worker opens a bundle on its session; rules, distribution, automatic answers and webhooks look
into it. Where none is open, `around` makes one for a lone event, so that it goes the same way.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox.desk import counters
from inbox.model import (
    AutomationRule,
    Company,
    Contact,
    Conversation,
    Event,
    Inbox,
    Message,
    RuleRun,
    Tag,
    Tagging,
    Team,
    Webhook,
)  # fmt: skip
from inbox.routing.distribution import AgentFacts

_KEY = "bundle"

Place = tuple[str | None, str]  # a team, or nobody's, and an inbox

Row = tuple[Conversation, Contact, Inbox, Company | None]


@dataclass(slots=True)
class Bundle:
    """`subjects` are held until the commit; `tags` only of those that no rule has changed yet.

    Settings are read anew for each transaction, so a change needs to be told to nobody.
    """

    rules: Mapping[str, Sequence[AutomationRule]]
    webhooks: Sequence[Webhook]
    teams: Mapping[str, Team]
    inboxes: Mapping[str, Inbox]
    subjects: dict[str, Row] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)
    asked: set[tuple[str, str]] = field(default_factory=set)
    holidays: dict[str, set[date]] = field(default_factory=dict)
    runs: list[dict[str, object]] = field(default_factory=list)
    agents: dict[Place, dict[str, AgentFacts]] = field(default_factory=dict)
    mails: bool = True  # whether any agent wants to be told by mail

    def changed(self, conversation_id: str) -> None:
        """A rule did something to it, and what was read beside its row may not be true any more."""
        self.tags.pop(conversation_id, None)
        self.agents.clear()

    def gave(self, agent_id: str, moment: datetime) -> None:
        """What was handed out counts for what comes after."""
        for known in self.agents.values():
            if agent_id in known:
                known[agent_id] = known[agent_id].given(1, moment)


def open_for(session: Session, inbox_ids: Collection[str]) -> Bundle:
    """The settings by which events of these inboxes are reacted to."""
    rules: dict[str, list[AutomationRule]] = defaultdict(list)
    for rule in session.exec(
        select(AutomationRule)
        .where(col(AutomationRule.enabled))
        .order_by(col(AutomationRule.position), col(AutomationRule.id))
    ):
        rules[rule.event_kind].append(rule)
    inboxes = session.exec(select(Inbox).where(col(Inbox.id).in_(inbox_ids)))
    found = Bundle(
        rules=rules,
        webhooks=session.exec(select(Webhook).where(col(Webhook.enabled))).all(),
        teams={team.id: team for team in session.exec(select(Team))},
        inboxes={inbox.id: inbox for inbox in inboxes},
    )
    session.info[_KEY] = found
    return found


def of(session: Session) -> Bundle | None:
    bundle: Bundle | None = session.info.get(_KEY)
    return bundle


@contextmanager
def around(session: Session, event: Event) -> Iterator[Bundle]:
    """The bundle that is open, else one of this event alone."""
    found = of(session)
    if found is not None:
        yield found
        return
    bundle = open_for(session, [event.inbox_id] if event.inbox_id else [])
    try:
        read_subjects(session, bundle, [event])
        yield bundle
        write_runs(session, bundle)
    finally:
        session.info.pop(_KEY)
        counters.already_held(session, ())


def read_subjects(session: Session, bundle: Bundle, events: Sequence[Event]) -> None:
    """The rows that these events are about; their conversations are held, in one order.

    For a conversation that was merged meanwhile stands the one in which it goes on.
    """
    wanted = {event.conversation_id for event in events if event.conversation_id}
    message_ids = {event.message_id for event in events if event.message_id}
    while wanted:
        for conversation, contact, inbox, company in _conversations(session, wanted):
            bundle.subjects[conversation.id] = (conversation, contact, inbox, company)
            bundle.tags[conversation.id] = []
        into = {each.merged_into_id for each, *_ in bundle.subjects.values()}
        wanted = {each for each in into if each and each not in bundle.subjects}
    for conversation_id, row in bundle.subjects.items():
        bundle.subjects[conversation_id] = _standing(bundle, row)
    counters.already_held(session, bundle.subjects.keys())
    messages = session.exec(select(Message).where(col(Message.id).in_(message_ids)))
    bundle.messages = {message.id: message for message in messages}
    for conversation_id, name in _tags(session, bundle.subjects.keys()):
        bundle.tags[conversation_id].append(name)
    bundle.asked = _asked(session, bundle, events)


def _standing(bundle: Bundle, row: Row) -> Row:
    while into := row[0].merged_into_id:
        row = bundle.subjects[into]
    return row


def write_runs(session: Session, bundle: Bundle) -> None:
    if bundle.runs:
        session.execute(sa.insert(RuleRun), bundle.runs)
        bundle.runs.clear()


def _conversations(session: Session, wanted: Collection[str]) -> Iterable[Row]:
    return session.execute(
        sa.select(Conversation, Contact, Inbox, Company)
        .join(Contact, col(Contact.id) == col(Conversation.contact_id))
        .join(Inbox, col(Inbox.id) == col(Conversation.inbox_id))
        .outerjoin(Company, col(Company.id) == col(Contact.company_id))
        .where(col(Conversation.id).in_(wanted))
        .order_by(col(Conversation.id))
        .with_for_update(key_share=True, of=Conversation)
        .execution_options(populate_existing=True)
    )


def _tags(session: Session, wanted: Collection[str]) -> Iterable[tuple[str, str]]:
    return session.execute(
        sa.select(col(Tagging.conversation_id), col(Tag.name))
        .join(Tag, col(Tag.id) == col(Tagging.tag_id))
        .where(col(Tagging.conversation_id).in_(wanted))
        .order_by(col(Tag.name))
    )


def _asked(session: Session, bundle: Bundle, events: Sequence[Event]) -> set[tuple[str, str]]:
    """By rule and event, since the index of the why-log begins with the rule."""
    rule_ids = [rule.id for rules in bundle.rules.values() for rule in rules]
    if not rule_ids:
        return set()
    rows = session.execute(
        sa.select(col(RuleRun.rule_id), col(RuleRun.event_id)).where(
            col(RuleRun.rule_id).in_(rule_ids),
            col(RuleRun.event_id).in_([event.id for event in events]),
        )
    )
    return {(rule_id, event_id) for rule_id, event_id in rows}
