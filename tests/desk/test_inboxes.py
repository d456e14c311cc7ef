"""Inboxes as verbs: names, addresses, versions and secrets."""

import pytest
from pydantic import SecretStr
from sqlmodel import select

from inbox.channels.base import ChannelSettings
from inbox.desk import inboxes
from inbox.errors import Invalid
from inbox.events import SYSTEM
from inbox.model import Event
from inbox.vault import Vault


class Letterbox(ChannelSettings):
    host: str = "mail.example.org"
    password: SecretStr = SecretStr("")


VAULT = Vault("a key of more than thirty-two letters")
SETTINGS = Letterbox(password=SecretStr("open sesame"))


def connect(name="Продавница Đorđe", **more):
    new = inboxes.NewInbox(name=name, kind="console", settings=SETTINGS, **more)
    return lambda s: inboxes.create(s, new, vault=VAULT, by=SYSTEM)


async def test_a_name_gives_an_address_that_is_free(database):
    slugs = [(await database.write(connect(name))).slug for name in ("Shop!", "shop", "SHOP?", "!")]
    assert slugs == ["shop", "shop-2", "shop-3", "inbox"]
    assert (await database.write(connect())).slug == "prodavnica-djordje"


async def test_secrets_are_encrypted_and_no_event_tells_them(database):
    inbox = await database.write(connect())
    assert inbox.settings == {"host": "mail.example.org"}
    assert b"sesame" not in inbox.secrets
    assert VAULT.decrypt(inbox.secrets) == {"password": "open sesame"}
    changed = Letterbox(host="other", password=SecretStr("new secret"))
    await database.write(
        lambda s: inboxes.set_settings(s, inbox.id, changed, "", vault=VAULT, by=SYSTEM)
    )
    events = await database.read(lambda s: s.exec(select(Event).order_by(Event.id)).all())
    assert events[-1].particulars["fields"] == ["host", "secrets"]
    assert "secret'" not in str([event.particulars for event in events])


async def test_every_change_gives_a_new_version_and_no_change_none(database):
    inbox = await database.write(connect())
    again = await database.write(
        lambda s: inboxes.set_settings(s, inbox.id, SETTINGS, "", vault=VAULT, by=SYSTEM)
    )
    same = await database.write(
        lambda s: inboxes.update(s, inbox.id, {"name": inbox.name}, by=SYSTEM)
    )
    off = await database.write(lambda s: inboxes.update(s, inbox.id, {"enabled": False}, by=SYSTEM))
    assert (again.version, same.version, off.version) == (1, 1, 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""}, {"slug": "Not A Slug"}, {"slug": "../x"}, {"reopen_days": -1},
        {"team_id": "nobody"}, {"secrets": b""}, {"checkpoint": {}}, {"health": "ok"},
        {"name": "Taken"},
    ],
)  # fmt: skip
async def test_what_can_not_be_is_refused_by_its_field(database, changes):
    await database.write(connect("Taken"))
    inbox = await database.write(connect("Shop"))
    with pytest.raises(Invalid) as refused:
        await database.write(lambda s: inboxes.update(s, inbox.id, changes, by=SYSTEM))
    assert list(refused.value.fields) == list(changes)
