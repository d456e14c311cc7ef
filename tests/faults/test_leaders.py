"""N16, F6: who was frozen while another took over does nothing of what it was about to do."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from inbox import clock
from inbox.model import Health, Inbox, Lease
from tests.faults.shop import Shop, mail, open_shop, until
from tests.journeys.served import Served, serving
from tests.servers.imap import imap_server


@pytest.fixture
async def shop(postgres_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path / "shop", postgres_url) as opened:
        yield opened


async def test_n16_a_frozen_poller_does_nothing_after_another_took_over(
    shop: Shop, postgres_url: str, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(imap_server(port=shop.port()))
        inbox = await shop.mailbox(**server.settings())
        settings = {
            "data_dir": str(shop.services.settings.data_dir),
            "database_url": postgres_url,
            "private_hosts": f"127.0.0.1:{server.port}",
            "log_level": "WARNING",
        }
        first = await stack.enter_async_context(
            serving(tmp_path / "first.txt", "", ["work"], settings)
        )
        await until(lambda: "IDLE" in server.commands, "the first waits for mail", 60)
        await stack.enter_async_context(serving(tmp_path / "second.txt", "", ["work"], settings))

        before = server.logins
        send(first, signal.SIGSTOP)
        await shop.services.database.write(_expire)
        await until(lambda: server.logins > before, "the second took over", 60)
        server.put(mail("meanwhile"))
        await until(lambda: came(shop, "meanwhile"), "the second has the mail")
        send(first, signal.SIGCONT)
        server.put(mail("afterwards"))
        await until(lambda: came(shop, "afterwards"), "the next mail too")
        await until(lambda: server.links == 1, "the first let go of the mailbox", 30)

        shown = await shop.get(Inbox, inbox.id)
        assert await shop.subjects() == {"meanwhile": 1, "afterwards": 1}
        assert (shown.checkpoint["uid"], shown.checkpoint_epoch) == (2, 2)
        assert shown.health is Health.OK


def send(served: Served, what: signal.Signals) -> None:
    assert served._process
    os.kill(served._process.pid, what)


async def came(shop: Shop, subject: str) -> bool:
    return subject in await shop.subjects()


def _expire(session: Session) -> None:
    """As if the frozen one had slept for longer than its lease."""
    for lease in session.exec(select(Lease).where(col(Lease.name).startswith("receive:"))):
        lease.until = clock.now() - timedelta(seconds=1)
        session.add(lease)
