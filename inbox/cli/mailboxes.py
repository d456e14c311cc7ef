"""Comparing a mailbox with what is stored, from the command line."""

import click
import orjson
from sqlmodel import Session, select

from inbox import services
from inbox.desk import comparing
from inbox.errors import Conflict, NotFound
from inbox.events import SYSTEM
from inbox.i18n import restored
from inbox.model import Inbox
from inbox.settings import Settings
from inbox.workers.comparing import compare as compare_one


async def compare(settings: Settings, named: str, *, as_json: bool) -> bool:
    """Whether nothing was missed; says what was found."""
    built = services.build(settings)
    built.database.create()
    try:
        inbox_id = await built.database.read(lambda s: _find(s, named))
        await built.database.write(lambda s: _claim(s, inbox_id))
        inbox = await built.database.read(lambda s: s.get_one(Inbox, inbox_id))
        found = (await compare_one(built, inbox)).checked
    finally:
        await built.close()
    if found["error"]:
        raise Conflict(restored(found["error"]))
    if as_json:
        click.echo(orjson.dumps({"well": not found["missed"], **found}))
    else:
        click.echo(f"mails looked at: {found['looked']}, missed and fetched: {found['missed']}")
    return not found["missed"]


def _find(session: Session, named: str) -> str:
    query = select(Inbox).where((Inbox.id == named) | (Inbox.name == named))
    inbox = session.exec(query).first()
    if inbox is None:
        raise NotFound(f"There is no inbox {named}. Give its id or its name.")
    return inbox.id


def _claim(session: Session, inbox_id: str) -> None:
    """Before a worker takes what we ask for."""
    comparing.begin(session, comparing.want(session, inbox_id, by=SYSTEM))
