"""The people, teams, hours, inboxes and rules of the demo, made by the verbs a person uses."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from inbox.channels import registry
from inbox.desk import accounts, agents, first_run, inboxes, passwords
from inbox.events import SYSTEM, Actor
from inbox.model import Agent, AutomationRule, BusinessHours, Inbox, Strategy, Team, TeamMembership
from inbox.routing import canned
from inbox.routing.canned import CannedValues
from inbox.seed.conversations import UNASSIGNED_TEAM, Desk, tell
from inbox.services import Services

OWNER_EMAIL = "ana@acme.example"
PASSWORD = "inbox-demo"  # noqa: S105  printed on the terminal, for the demo only

CAST = (
    ("Ana Kovač", OWNER_EMAIL, "owner"),
    ("Petr Svoboda", "petr@acme.example", "admin"),
    ("Milica Jović", "milica@acme.example", "agent"),
    ("Tom Fischer", "tom@acme.example", "agent"),
)
TEAMS = {
    "Support": ("ana", "petr", "milica"),
    "Sales": ("ana", "tom"),
    UNASSIGNED_TEAM: ("ana", "petr", "milica"),
}

Wanted = Sequence[tuple[str, str, Mapping[str, Any]]]


async def seed(services: Services, wanted: Wanted) -> dict[str, Inbox]:
    """The inboxes by kind; made at the first start, with new settings at a later one.

    `wanted` are (kind, name, settings) of the inboxes.
    """
    validated = [
        (kind, name, accounts.validate(registry.kind(kind).settings_model, values))
        for kind, name, values in wanted
    ]
    addresses = {kind: _address(services, kind, name, values) for kind, name, values in validated}
    password_hash = passwords.make_hash(PASSWORD)

    def work(session: Session) -> dict[str, Inbox]:
        newest_first = select(Inbox).order_by(col(Inbox.id).desc())  # ours were the first
        known = {inbox.kind: inbox for inbox in session.exec(newest_first)}
        if first_run.is_done(session):
            for kind, _name, values in validated:
                inboxes.set_settings(
                    session, known[kind].id, _answered(kind, values, known), addresses[kind],
                    vault=services.vault, by=SYSTEM,
                )  # fmt: skip
            return known
        return _make(session, services, validated, addresses, password_hash)

    found = await services.database.write(work)
    services.workspace = await services.database.read(
        lambda session: session.exec(select(type(services.workspace))).one()
    )
    return found


def _make(
    session: Session,
    services: Services,
    wanted: Sequence[tuple[str, str, Any]],
    addresses: Mapping[str, str],
    password_hash: str,
) -> dict[str, Inbox]:
    people = _people(session, password_hash)
    teams = _teams(session, people)
    hours = BusinessHours(
        name="Weekdays", time_zone="Europe/Belgrade",
        week={str(day): [["08:00", "20:00"]] for day in range(7)},
    )  # fmt: skip
    session.add(hours)
    session.flush()
    by = Actor.agent(people["ana"])
    made: dict[str, Inbox] = {}
    for kind, name, values in wanted:
        team = teams["Sales"] if kind == "form" else teams["Support"]
        new = inboxes.NewInbox(
            kind=kind, name=name, settings=_answered(kind, values, made), address=addresses[kind],
            slug="contact" if kind == "form" else "", team_id=team.id, business_hours_id=hours.id,
        )  # fmt: skip
        made[kind] = inboxes.create(session, new, vault=services.vault, by=by)
    _rules(session)
    for title, text in CANNED.items():
        canned.add(session, CannedValues(name=title, text=text), by=by)
    tell(session, services.vault.key("mail"), Desk(people, made, teams))
    # read again: what came in was written past the session, which has forgotten its rows
    return {inbox.kind: inbox for inbox in session.exec(select(Inbox))}


def _answered(kind: str, values: Any, made: Mapping[str, Inbox]) -> Any:
    """Whoever fills in the form gets the answer by e-mail."""
    if kind != "form" or "email" not in made:
        return values
    return values.model_copy(update={"reply_inbox": made["email"].id})


def _people(session: Session, password_hash: str) -> dict[str, Agent]:
    found: dict[str, Agent] = {}
    for name, email, role in CAST:
        new = agents.NewAgent(name=name, email=email, password_hash=password_hash, role=role)
        if role == "owner":
            agent, _workspace = first_run.begin(session, "Acme Support", new, is_demo=True)
        else:
            agent = agents.create(session, new, by=Actor.agent(found["ana"]))
        found[email.partition("@")[0]] = agent
    return found


def _teams(session: Session, people: Mapping[str, Agent]) -> dict[str, Team]:
    found = {}
    for name, members in TEAMS.items():
        # here people take what they like, so that something is left to take
        strategy = Strategy.MANUAL if name == UNASSIGNED_TEAM else Strategy.ROUND_ROBIN
        team = found[name] = Team(name=name, strategy=strategy)
        session.add(team)
        session.flush()
        session.add_all(
            TeamMembership(team_id=team.id, agent_id=people[member].id) for member in members
        )
    return found


CANNED = {
    "Greeting": "Hello {{contact.first_name}},\n\n{{agent.first_name}} here.",
    "Return": "You can send it back within 30 days. The label is in your account under Orders.",
    "Refund": "The money is on its way and reaches your account within five working days.",
    "Повраћај новца": "Новац враћамо за пет радних дана.",
}


def _rules(session: Session) -> None:
    session.add(
        AutomationRule(
            name="Parcels are tagged",
            event_kind="message_received",
            conditions={
                "any": [
                    {"field": "message.text", "operator": "contains", "value": "parcel"},
                    {"field": "message.text", "operator": "contains", "value": "paket"},
                    {"field": "message.text", "operator": "contains", "value": "zásilk"},
                ]
            },
            actions=[{"action": "add_tags", "parameters": {"tags": ["delivery"]}}],
        )
    )


def _address(services: Services, kind: str, name: str, values: Any) -> str:
    account = services.channels.describe("", name, values)
    return registry.open_channel(kind, account).address()
