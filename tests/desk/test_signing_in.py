"""Tries, sessions and the first run, on both databases."""

import asyncio

import pytest
from sqlmodel import select

from inbox.desk import agents, first_run, passwords, signing_in, throttle, tokens
from inbox.errors import Conflict, Forbidden, Invalid, RateLimited
from inbox.events import SYSTEM, Actor
from inbox.model import Agent, Workspace
from inbox.testing import fixed_clock

PASSWORD_HASH = passwords.make_hash("correct horse battery")


def newcomer(name="Olga", role="owner"):
    email = f"{name}@Example.org"
    return agents.NewAgent(name=name, email=email, password_hash=PASSWORD_HASH, role=role)


@pytest.fixture
async def owner(database):
    agent, _ = await database.write(lambda s: first_run.begin(s, "Acme", newcomer()))
    return agent


async def test_of_200_parallel_tries_from_many_addresses_few_get_a_hash_to_check(database, owner):
    async def one(number):
        try:
            return await database.write(
                lambda s: signing_in.admit(s, "olga@example.org", f"10.0.0.{number}")
            )
        except RateLimited:
            return None

    found = [known for known in await asyncio.gather(*map(one, range(200))) if known is not None]
    assert len(found) - signing_in.TRIES_PER_ACCOUNT in {0, 1, 2, 3}  # by how long it took


async def attack(database, tries=60):
    """From as many addresses as it takes, until each is refused."""
    refused = 0
    for number in range(tries):
        address = f"10.0.{number}.1"
        try:
            await database.write(lambda s, a=address: signing_in.admit(s, "olga@example.org", a))
        except RateLimited:
            refused += 1
    assert refused > 0


async def test_strangers_do_not_lock_the_owner_out_of_where_she_signed_in_before(database, owner):
    await database.write(lambda s: signing_in.begin(s, owner.email, address="192.0.2.7"))
    await attack(database)

    def admit(address):
        return database.write(lambda s: signing_in.admit(s, owner.email, address))

    assert await admit("192.0.2.7") == PASSWORD_HASH
    with pytest.raises(RateLimited):
        await admit("192.0.2.8")


async def test_ten_wrong_tries_from_one_address_are_that_addresss_own_trouble(database, owner):
    def admit(address):
        return database.write(lambda s: signing_in.admit(s, owner.email, address))

    for _ in range(signing_in.TRIES):
        await admit("10.0.0.1")
    with pytest.raises(RateLimited):
        await admit("10.0.0.1")
    assert await admit("192.0.2.8") == PASSWORD_HASH


async def test_after_many_tries_each_waits_longer_than_the_one_before(database):
    waits = []
    with fixed_clock() as time:
        for number in range(signing_in.TRIES_PER_ACCOUNT + 4):
            address = f"10.0.{number}.1"
            try:
                await database.write(lambda s, a=address: signing_in.admit(s, "a@b.org", a))
            except RateLimited as refused:
                waits.append(refused.retry_after)
                time.advance(seconds=refused.retry_after)
                await database.write(lambda s, a=address: signing_in.admit(s, "a@b.org", a))
    assert waits == [1, 2, 4, 8]


async def test_one_address_can_not_try_many_accounts_for_ever(database):
    for number in range(signing_in.TRIES_PER_ADDRESS):
        await database.write(lambda s, n=number: signing_in.admit(s, f"{n}@x.org", "10.0.0.1"))
    with pytest.raises(RateLimited):
        await database.write(lambda s: signing_in.admit(s, "new@x.org", "10.0.0.1"))


async def test_kinds_of_tries_are_counted_apart(database):
    await database.write(lambda s: throttle.count(s, "one", "who", 1))
    await database.write(lambda s: throttle.count(s, "other", "who", 1))
    with pytest.raises(RateLimited) as refused:
        await database.write(lambda s: throttle.count(s, "one", "who", 1))
    assert 0 < refused.value.retry_after <= 15 * 60


async def test_of_many_first_runs_one_succeeds(database):
    async def one(number):
        try:
            await database.write(lambda s: first_run.begin(s, "Acme", newcomer(f"Owner{number}")))
        except Conflict:
            return False
        return True

    assert sum(await asyncio.gather(*map(one, range(8)))) == 1
    assert len(await database.read(lambda s: s.exec(select(Agent)).all())) == 1
    assert len(await database.read(lambda s: s.exec(select(Workspace)).all())) == 1


async def test_a_session_is_known_by_its_token_alone_and_ends(database, owner):
    token = await database.write(lambda s: signing_in.begin(s, owner.email))
    signed_in, agent, role = await database.read(lambda s: signing_in.recognise(s, token))
    assert (agent.id, role.name) == (owner.id, "owner")
    assert await database.read(lambda s: signing_in.recognise(s, f"{token}x")) is None
    await database.write(lambda s: signing_in.end(s, signed_in.id))
    assert await database.read(lambda s: signing_in.recognise(s, token)) is None


async def test_a_new_role_ends_the_sessions_of_the_old_one(database, owner):
    ana = await database.write(lambda s: agents.create(s, newcomer("Ana", "agent"), by=SYSTEM))
    token = await database.write(lambda s: signing_in.begin(s, ana.email))
    await database.write(lambda s: agents.set_role(s, ana.id, "admin", by=Actor.agent(owner)))
    assert await database.read(lambda s: signing_in.recognise(s, token)) is None


async def test_only_an_owner_makes_owners(database, owner):
    boss = await database.write(lambda s: agents.create(s, newcomer("Boss", "admin"), by=SYSTEM))
    with pytest.raises(Forbidden):
        await database.write(
            lambda s: agents.create(s, newcomer("Friend", "owner"), by=Actor.agent(boss))
        )
    with pytest.raises(Forbidden):
        await database.write(
            lambda s: agents.set_password(s, owner.id, PASSWORD_HASH, by=Actor.agent(boss))
        )


@pytest.mark.parametrize("password", ["", "short7!", "x" * 129, "aaaaaaaa", "Password1"])
def test_a_weak_password_is_refused(password):
    with pytest.raises(Invalid):
        passwords.check_rules(password)


@pytest.mark.parametrize("password", ["eight888", "Љубичасти слон", "x9" * 64])
def test_length_counts_and_kinds_of_characters_do_not(password):
    passwords.check_rules(password)


def test_the_same_characters_typed_otherwise_are_the_same_password():
    assert passwords.is_right(passwords.make_hash("Đorđe caf\u00e9"), "Đorđe cafe\u0301")


def test_nobody_gets_in_with_an_empty_hash():
    assert not passwords.is_right("", "")
    assert not passwords.is_right("nonsense", "nonsense")


@pytest.mark.parametrize(
    ("held", "asked", "allowed"),
    [
        ("read", "read", True), ("read", "write", False), ("write", "read", True),
        ("write", "admin", False), ("admin", "write", True), ("admin", "admin", True),
    ],
)  # fmt: skip
async def test_scopes_include_the_lesser_ones(database, held, asked, allowed):
    token, secret = await database.write(lambda s: tokens.create(s, "x", [held], by=SYSTEM))
    assert (await database.read(lambda s: tokens.recognise(s, secret))).token.id == token.id
    assert tokens.allows(token, asked) is allowed
