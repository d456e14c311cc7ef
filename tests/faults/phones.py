"""The product with its hooks, on simulated providers of messages that misbehave on order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlmodel import Session, select

from inbox import services as composition
from inbox.channels import registry
from inbox.desk import inboxes
from inbox.desk.inboxes import NewInbox
from inbox.events import SYSTEM
from inbox.model import Conversation, Delivery, Inbox
from inbox.services import Services
from inbox.settings import Settings
from inbox.simulators.providers import Simulators
from inbox.web.server import make_app
from inbox.workers.reconciling import Reconciling
from tests.faults.shop import Shop
from tests.servers.mail import free_ports

KINDS = ("sms", "telegram")


class Phones(Shop):
    """`inboxes` are by kind; `customers` write and show what they got."""

    def __init__(self, services: Services, simulators: Simulators) -> None:
        super().__init__(services, [])
        self.simulators = simulators
        self.customers = simulators.customers
        self.reconciling = Reconciling(services)
        self.inboxes: dict[str, Inbox] = {}

    async def connect(self) -> None:
        for kind, name, given in self.simulators.inboxes():
            if kind in KINDS:
                self.inboxes[kind] = await self._connected(kind, name, given)
                self.simulators.connect(kind, self.inboxes[kind].id)

    async def _connected(self, kind: str, name: str, given: dict[str, Any]) -> Inbox:
        settings = registry.kind(kind).settings_model(**given)
        new = NewInbox(name=name, kind=kind, settings=settings)
        return await self.services.database.write(
            lambda s: inboxes.create(s, new, vault=self.services.vault, by=SYSTEM)
        )

    async def only(self) -> Conversation:
        (found,) = await self.all(Conversation)
        return found

    async def wait_over(self, message_id: str) -> None:
        """As if the time until the next try of this one had passed."""

        def work(session: Session) -> None:
            found = session.exec(select(Delivery).where(Delivery.message_id == message_id)).one()
            found.not_before -= timedelta(minutes=5)
            session.add(found)

        await self.services.database.write(work)


@asynccontextmanager
async def open_phones(folder: Path, database_url: str) -> AsyncIterator[Phones]:
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    simulators = await Simulators.start(folder, url)
    simulators.twilio.step_seconds = 0.05
    settings = Settings(
        data_dir=folder,
        database_url=database_url,
        public_url=url,
        private_hosts=simulators.private_hosts,
        _env_file=None,
    )
    services = composition.build(settings)
    await services.start()
    phones = Phones(services, simulators)
    await phones.connect()
    runner = web.AppRunner(make_app(services), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield phones
    finally:
        await phones.receiving.close()
        await phones.ingesting.close()
        await runner.cleanup()
        await services.close()
        await simulators.stop()
