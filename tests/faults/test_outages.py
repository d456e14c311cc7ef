"""F10, F16: a database that goes away and a disk that is full, in earnest.

Nothing that was taken is lost, providers are told to call again, no mail is fetched that could not
be kept, and all goes on by itself.
"""

import asyncio
import os
import resource
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import structlog
from sqlmodel import select
from structlog.testing import LogCapture

from inbox import logs
from inbox.db import outage
from inbox.desk import arrivals
from inbox.model import Message
from inbox.workers import loop, receive
from inbox.workers.crew import Crew
from tests.faults.shop import Shop, mail, open_shop, until
from tests.faults.site import Site, open_site
from tests.servers import postgres
from tests.servers.imap import ImapServer, imap_server

DISK_BYTES = 24 * 1024 * 1024
LEFT_BYTES = 600 * 1024
BANNER = "Nothing can be saved at the moment."


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """As in earnest: an outage is said once, and not with each thing that meets it."""
    structlog.configure(processors=[logs.without_trouble, LogCapture()])
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "QUIET_SECONDS", 1)
    monkeypatch.setattr(loop, "OUTAGE_BACKOFF", 0.3)
    monkeypatch.setattr(receive, "LONGEST_WAIT", 0.3)
    monkeypatch.setattr(receive, "OUTAGE_SECONDS", 0.1)


async def working(shop: Shop, steps: Callable[[Site, ImapServer], Awaitable[None]]) -> None:
    """With all workers, a site, and a mailbox from which mail is fetched."""
    async with imap_server(port=shop.port()) as server:
        await shop.mailbox(**server.settings())
        crew = Crew(shop.services)
        crew.start()
        try:
            async with open_site(shop.services) as site:
                await until(lambda: "IDLE" in server.commands, "mail is waited for")
                await steps(site, server)
        finally:
            await crew.stop()


async def is_ready(site: Site) -> bool:
    return (await site.page("/readyz"))[0] == 200


async def shows(shop: Shop, *texts: str) -> bool:
    """Whether each is a message, and none is one twice."""
    found = await shop.services.database.read(lambda s: s.exec(select(Message.text)).all())
    kept = [text.strip() for text in found]
    assert len(kept) == len(set(kept)), kept
    return set(texts) <= set(kept)


class FullDisk:
    """A folder in which there is no more room, until there is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None: ...

    def free(self) -> None: ...


class SmallDisk(FullDisk):
    """A file system of its own, and a file that takes nearly all of it."""

    def fill(self) -> None:
        room = os.statvfs(self.folder)
        size = room.f_bavail * room.f_frsize - LEFT_BYTES
        (self.folder / "ballast").write_bytes(b"x" * size)

    def free(self) -> None:
        (self.folder / "ballast").unlink()


class Limit(FullDisk):
    """No file of this process may grow beyond what the database has now and a little."""

    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        largest = max(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest + LEFT_BYTES, self.before[1]))

    def free(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)


@contextmanager
def small_disk(folder: Path) -> Iterator[FullDisk]:
    place = folder / "small"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(place)]
    mounted = subprocess.run(["mount", *options], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("only root may mount a file system; the limit on file sizes is tried instead")
    try:
        yield SmallDisk(place)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@contextmanager
def limit(folder: Path) -> Iterator[FullDisk]:
    found = Limit(folder)
    try:
        yield found
    finally:
        found.free()


@pytest.mark.parametrize("kind", [small_disk, limit])
async def test_f16_a_full_disk_loses_nothing_and_all_goes_on_when_there_is_room(
    tmp_path: Path, kind: Any
) -> None:
    with kind(tmp_path) as disk:
        async with open_shop(disk.folder, f"sqlite:///{disk.folder}/inbox.sqlite3") as shop:
            await working(shop, lambda site, server: _full(shop, site, server, disk))


async def _full(shop: Shop, site: Site, server: ImapServer, disk: FullDisk) -> None:
    assert (await site.hand_in("before")).status == 202
    await until(lambda: shows(shop, "before"), "it became a message")
    disk.fill()
    taken, answer = await _hand_in_until_refused(site)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    refused = await site.call("y" * 20_000)
    assert (refused.status, refused.headers["Retry-After"]) == (503, "30")
    await until(lambda: _is_known(site), "it is known")
    await asyncio.sleep(0.5)

    server.put(mail("while it was full", text="by mail"))
    await asyncio.sleep(1)
    asked = len(server.commands)
    await asyncio.sleep(1)
    assert len(server.commands) == asked, "mail is fetched that can't be kept"
    for path in ("/views/unassigned", "/conversations/1", "/settings/health"):
        status, page = await site.page(path)
        assert (path, status, BANNER in page) == (path, 200, True)
    assert (await site.page("/readyz"))[0] == 503
    assert (await site.page("/healthz"))[0] == 200

    disk.free()
    await until(lambda: is_ready(site), "ready again")
    await until(lambda: shows(shop, "before", "by mail", *taken), "all of it is there", 30)
    assert BANNER not in (await site.page("/views/unassigned"))[1]


async def _hand_in_until_refused(site: Site) -> tuple[list[str], Any]:
    taken: list[str] = []
    for number in range(2000):
        text = f"{number} " + "x" * 20_000
        answer = await site.hand_in(text)
        if answer.status != 202:
            return taken, answer
        taken.append(text)
    raise AssertionError("The disk is never full.")


async def _is_known(site: Site) -> bool:
    await site.watching.look()
    return site.watching.standing == "outage"


@pytest.mark.parametrize(
    "how", ["immediate", *(["fast"] if os.environ.get("INBOX_LEDGER") else [])]
)
async def test_f10_a_database_that_goes_away_loses_nothing_and_all_goes_on_when_it_is_back(
    tmp_path: Path, how: str
) -> None:
    # not pytest's folder: the server runs as a user of its own, who may not always enter it
    with TemporaryDirectory(prefix="inbox-postgres-", ignore_cleanup_errors=True) as folder:
        server = postgres.Own(Path(folder))
        url = postgres.sqlalchemy_url(server.address)
        async with open_shop(tmp_path, url) as shop:
            await working(shop, lambda site, mails: _gone(shop, site, mails, server, how))
        server.stop("fast")


async def _gone(shop: Shop, site: Site, mails: ImapServer, server: postgres.Own, how: str) -> None:
    taken = [f"before {number}" for number in range(20)]
    for text in taken:
        assert (await site.hand_in(text)).status == 202
    await asyncio.to_thread(server.stop, how)
    for answer in (await site.hand_in("lost?"), await site.call("lost?")):
        assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    status, page = await site.page("/views/unassigned")
    assert (status, "try again soon" in page) == (503, True)
    assert (await site.page("/readyz"))[0] == 503
    assert (await site.page("/healthz"))[0] == 200
    mails.put(mail("while it was away", text="by mail"))
    await asyncio.sleep(1)

    await asyncio.to_thread(server.start)
    assert (await site.hand_in("afterwards")).status == 202, "the first write after it is back"
    # what the database forgot of their reading comes back when the claim on them has run out
    patience = arrivals.LEASE.total_seconds() + 30
    await until(
        lambda: shows(shop, "afterwards", "by mail", *taken), "all of it is there", patience
    )
    await until(lambda: is_ready(site), "ready again")
    assert BANNER not in (await site.page("/views/unassigned"))[1]
