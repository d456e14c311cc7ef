"""What the commands do that come back at once."""

from collections.abc import Sequence
from typing import Any

import click
import orjson
import sqlalchemy as sa
from sqlmodel import Session, col, select

from inbox import services
from inbox.channels import registry
from inbox.db import Database
from inbox.desk import accounts, agents, first_run, inboxes, passwords, tokens, watch
from inbox.errors import Invalid, NotFound
from inbox.events import SYSTEM, Actor
from inbox.model import Agent, Arrival, ArrivalState, Delivery, Health, Inbox, MessageState
from inbox.settings import Settings


def migrate(settings: Settings) -> None:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    Database(settings.sqlalchemy_url).create()
    click.echo("The database is up to date.")


def can_be_added(settings: Settings, email: str, name: str, role: str) -> None:
    """Invalid for what `add_agent` would refuse, before anybody thinks of a password."""
    new = agents.NewAgent(name=name, email=email, password_hash="", role=role)
    _database(settings).look(lambda session: agents.create(session, new, by=SYSTEM))


def add_agent(settings: Settings, email: str, name: str, role: str, password: str) -> str:
    """The new agent's id."""
    passwords.check_rules(password, email=email)
    database = _database(settings)
    password_hash = passwords.make_hash(password)

    def work(session: Session) -> str:
        if not first_run.is_done(session):
            new = agents.NewAgent(
                name=name, email=email, password_hash=password_hash, role=agents.OWNER
            )
            owner, _workspace = first_run.begin(session, "Inbox", new)
            return owner.id
        new = agents.NewAgent(name=name, email=email, password_hash=password_hash, role=role)
        return agents.create(session, new, by=SYSTEM).id

    return database.run(work)


def set_password(settings: Settings, email: str, password: str) -> None:
    password_hash = passwords.make_hash(password)

    def work(session: Session) -> None:
        agent = _agent(session, email)
        passwords.check_rules(password, email=email)
        agents.set_password(session, agent.id, password_hash, by=Actor.agent(agent))

    _database(settings).run(work)


def create_token(
    settings: Settings, name: str, scopes: Sequence[str], email: str, inbox_ids: Sequence[str]
) -> str:
    """The secret, which nobody can read again; for the agent of this address, if one is given."""

    def work(session: Session) -> str:
        agent_id = _agent(session, email).id if email else None
        _token, secret = tokens.create(
            session, name, list(scopes), by=SYSTEM, agent_id=agent_id, inbox_ids=inbox_ids
        )
        return secret

    return _database(settings).run(work)


async def add_inbox(settings: Settings, kind: str, name: str, given: Sequence[str]) -> str:
    """The new inbox's id; the settings are validated as the form's are."""
    values: dict[str, Any] = {}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not equals:
            raise Invalid(f"--set takes key=value, not {pair!r}.")
        values[key] = value
    validated = accounts.validate(registry.kind(kind).settings_model, values)
    built = services.build(settings)
    try:
        built.database.create()
        account = built.channels.describe("", name, validated)
        address = registry.open_channel(kind, account).address()
        new = inboxes.NewInbox(kind=kind, name=name, settings=validated, address=address)
        made = built.database.run(
            lambda session: inboxes.create(session, new, vault=built.vault, by=SYSTEM)
        )
    finally:
        await built.close()
    return made.id


def check(settings: Settings, *, as_json: bool) -> bool:
    """Whether database, channels and queues are well; says what is not."""
    _refuse_without_data(settings)
    found = _database(settings).look(_state)
    well = not any(found[name] for name in ("quarantined", "failed", "unhealthy", "late"))
    if as_json:
        click.echo(orjson.dumps({"well": well, **found}))
        return well
    click.echo(f"arrivals to understand: {found['new']}, in quarantine: {found['quarantined']}")
    click.echo(f"deliveries waiting: {found['queued']}, failed: {found['failed']}")
    for name, reason in found["unhealthy"].items():
        click.echo(f"inbox {name}: {reason}")
    for name, seconds in found["late"].items():
        click.echo(f"inbox {name}: the oldest has waited for {seconds / 60:.0f} minutes")
    click.echo("All is well." if well else "Something needs a look.")
    return well


def _state(session: Session) -> dict[str, Any]:
    def count(table: type[Arrival | Delivery], state: str) -> int:
        query = sa.select(sa.func.count()).select_from(table).where(col(table.state) == state)
        return int(session.execute(query).scalar_one())

    sick = session.exec(
        select(Inbox).where(col(Inbox.health).in_([Health.TROUBLE, Health.NEEDS_LOGIN]))
    )
    return {
        "new": count(Arrival, ArrivalState.NEW),
        "quarantined": count(Arrival, ArrivalState.QUARANTINED),
        "queued": count(Delivery, MessageState.QUEUED),
        "failed": count(Delivery, MessageState.FAILED),
        "late": {
            one.inbox.name: max(one.arrivals.seconds, one.deliveries.seconds)
            for one in watch.look(session).inboxes
            if one.arrivals.is_late or one.deliveries.is_late
        },
        "unhealthy": {inbox.name: inbox.health_reason for inbox in sick},
    }


def _refuse_without_data(settings: Settings) -> None:
    """Where there is nothing all would be well."""
    if not settings.database_url and not (settings.data_dir / "inbox.sqlite3").exists():
        raise NotFound(
            f"There is no Inbox in the folder {settings.data_dir}. Give its folder with --data,"
            " or its database with INBOX_DATABASE_URL."
        )


def _agent(session: Session, email: str) -> Agent:
    agent = agents.by_email(session, email)
    if agent is None:
        raise NotFound(f"There is no agent {email}. `inbox agent add` makes one.")
    return agent


def _database(settings: Settings) -> Database:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.sqlalchemy_url)
    database.create()
    return database
