"""Tokens of an account: sealed, the same for every process, renewed by one at a time."""

import asyncio

import pytest
from sqlmodel import Session, select

from inbox.db import Database
from inbox.grants import Grants, Tokens
from inbox.model import Inbox
from inbox.vault import Vault

VAULT = Vault("a key that is long enough for tests, at least")


@pytest.fixture
def inbox(database: Database) -> Inbox:
    made = Inbox(name="Mail", kind="email", slug="mail")
    database.run(lambda s: s.add(made))
    return database.look(lambda s: s.exec(select(Inbox)).one())


async def test_what_is_renewed_is_kept_sealed_without_a_new_version(
    database: Database, inbox: Inbox
) -> None:
    async def make(kept: Tokens) -> Tokens:
        return {**kept, "refresh_token": "very-secret"}

    assert await Grants(database, VAULT, inbox.id).read() == {}
    await Grants(database, VAULT, inbox.id).renew(make)

    assert await Grants(database, VAULT, inbox.id).read() == {"refresh_token": "very-secret"}
    stored = database.look(lambda s: s.exec(select(Inbox)).one())
    assert b"very-secret" not in stored.tokens
    assert stored.version == inbox.version


async def test_each_renewal_sees_what_the_one_before_has_kept(
    database: Database, inbox: Inbox
) -> None:
    inside = 0

    async def make(kept: Tokens) -> Tokens:
        nonlocal inside
        inside += 1
        assert inside == 1
        await asyncio.sleep(0.01)
        inside -= 1
        return {"count": str(int(kept.get("count", 0)) + 1)}

    several = (Grants(database, VAULT, inbox.id) for _ in range(4))
    await asyncio.gather(*(one.renew(make) for one in several))

    assert await Grants(database, VAULT, inbox.id).read() == {"count": "4"}


async def test_a_sign_in_during_a_renewal_stays(database: Database, inbox: Inbox) -> None:
    def sign_in(session: Session) -> None:
        session.get_one(Inbox, inbox.id).tokens = VAULT.encrypt({"refresh_token": "of Ana"})

    async def make(kept: Tokens) -> Tokens:
        await database.write(sign_in)
        return {**kept, "refresh_token": "of nobody any more"}

    await Grants(database, VAULT, inbox.id).renew(make)

    assert await Grants(database, VAULT, inbox.id).read() == {"refresh_token": "of Ana"}


async def test_a_renewal_that_fails_changes_nothing_and_lets_the_next_one_in(
    database: Database, inbox: Inbox
) -> None:
    async def fail(kept: Tokens) -> Tokens:
        raise ConnectionError

    async def make(kept: Tokens) -> Tokens:
        return {"access_token": "new"}

    grants = Grants(database, VAULT, inbox.id)
    with pytest.raises(ConnectionError):
        await grants.renew(fail)
    assert await grants.read() == {}
    async with asyncio.timeout(2):
        await grants.renew(make)

    assert await grants.read() == {"access_token": "new"}
