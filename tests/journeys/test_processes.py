"""Two web processes and a worker on PostgreSQL and Valkey are one product to everybody."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page
from sqlmodel import Session

from inbox import seed
from inbox import services as composition
from inbox.channels.api import ApiSettings
from inbox.desk import agents, first_run, inboxes, passwords, tokens
from inbox.desk.inboxes import NewInbox
from inbox.events import SYSTEM
from inbox.settings import Settings
from tests.journeys.agent import answer, expect_delivered, open_from_list, sign_in
from tests.journeys.served import serving
from tests.servers.mail import free_ports

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Processes:
    """The addresses of the two web processes, and what a program needs to write."""

    urls: tuple[str, str]
    token: str
    inbox_id: str


@pytest.fixture
async def processes(tmp_path: Path, postgres_url: str, valkey_url: str) -> AsyncIterator[Processes]:
    ports = free_ports(2)
    urls = tuple(f"http://127.0.0.1:{port}" for port in ports)
    settings = {
        "data_dir": str(tmp_path),
        "database_url": postgres_url,
        "redis_url": valkey_url,
        "log_level": "WARNING",
    }
    token, inbox_id = await _prepare(settings)
    async with AsyncExitStack() as stack:
        for number, (port, url) in enumerate(zip(ports, urls, strict=True)):
            command = ["web", "--port", str(port)]
            log = tmp_path / f"web{number}.txt"
            own = {**settings, "public_url": url}
            await stack.enter_async_context(serving(log, url, command, own))
        await stack.enter_async_context(serving(tmp_path / "work.txt", "", ["work"], settings))
        yield Processes((urls[0], urls[1]), token, inbox_id)


async def test_what_one_process_takes_shows_in_the_browser_at_another(
    processes: Processes, page: Page
) -> None:
    here, there = processes.urls
    await sign_in(page, here, "/views/unassigned")
    await hand_in(processes, there, "It never came.")
    await open_from_list(page, "It never came.")
    await expect_delivered(await answer(page, "We send another."))


async def hand_in(processes: Processes, url: str, text: str) -> None:
    """As a customer's message, by a program."""
    headers = {"Authorization": f"Bearer {processes.token}"}
    body = {"external_id": text, "sender": {"value": "emma"}, "thread": "emma", "text": text}
    path = f"{url}/api/v1/inboxes/{processes.inbox_id}/arrivals"
    async with aiohttp.ClientSession() as http, http.post(path, json=body, headers=headers) as done:
        assert done.status == 202, await done.text()


async def _prepare(settings: dict[str, str]) -> tuple[str, str]:
    """A token, and the id of an inbox of the API; the owner is the demo's."""
    built = composition.build(Settings(**settings, _env_file=None))
    owner = agents.NewAgent(
        name="Ana Kovač",
        email=seed.OWNER_EMAIL,
        password_hash=passwords.make_hash(seed.PASSWORD),
        role=agents.OWNER,
    )

    def work(session: Session) -> tuple[str, str]:
        first_run.begin(session, "Acme", owner)
        new = NewInbox(name="Program", kind="api", settings=ApiSettings())
        inbox = inboxes.create(session, new, vault=built.vault, by=SYSTEM)
        _row, token = tokens.create(session, "program", ["read", "write"], by=SYSTEM)
        return token, inbox.id

    try:
        return await built.database.write(work)
    finally:
        await built.database.close()
