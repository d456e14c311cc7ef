"""An account on real servers, and a store that remembers as the database would."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from inbox.channels.base import Account
from inbox.channels.email import EmailChannel
from inbox.channels.email.settings import EmailSettings
from inbox.envelope import RawItem
from tests.servers.mail import MailServers, running_mail_servers


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[MailServers]:
    with running_mail_servers() as servers:
        yield servers


class Store:
    """Keeps each external id once, and the checkpoint with it."""

    def __init__(self) -> None:
        self.items: dict[str, RawItem] = {}
        self.checkpoint: Mapping[str, Any] = {}
        self.batches: list[int] = []

    async def record(self, items: Sequence[RawItem], checkpoint: Mapping[str, Any]) -> None:
        for item in items:
            self.items.setdefault(item.external_id, item)
        if items:
            self.batches.append(len(items))
        self.checkpoint = dict(checkpoint)


@pytest.fixture
def store() -> Store:
    return Store()


def channel_for(servers: MailServers, address: str, **more: Any) -> EmailChannel:
    return EmailChannel(account_for(servers, address, **more))


def account_for(servers: MailServers, address: str, **more: Any) -> Account:
    settings = EmailSettings(**servers.settings(address, **more))
    return Account(
        inbox_id="i", name="Mail", settings=settings, private_hosts=servers.private_hosts
    )
