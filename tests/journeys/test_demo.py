"""The demo is started again and again."""

from pathlib import Path

from sqlmodel import select

from inbox import seed
from inbox import services as composition
from inbox.channels.email.settings import EmailSettings
from inbox.desk import inboxes
from inbox.desk.inboxes import NewInbox
from inbox.events import SYSTEM
from inbox.model import Inbox
from inbox.settings import Settings

WANTED = [
    ("email", "E-mail", {"email": "help@shop.example"}),
    ("sms", "SMS", {"account_sid": "AC1", "auth_token": "1", "sender": "+12025550100"}),
    ("telegram", "Telegram", {"token": "1"}),
    ("webchat", "Web chat", {}),
    ("form", "Form", {}),
]


async def test_a_mailbox_of_ones_own_is_kept(tmp_path: Path, sqlite_url: str) -> None:
    services = composition.build(
        Settings(data_dir=tmp_path, database_url=sqlite_url, _env_file=None)
    )
    await services.start()
    made = await seed.seed(services, WANTED)
    assert list(made) == [kind for kind, _name, _settings in WANTED]
    assert all(inbox.slug for inbox in made.values())
    own = NewInbox(name="Ours", kind="email", settings=EmailSettings(email="me@firm.example"))
    services.database.run(lambda s: inboxes.create(s, own, vault=services.vault, by=SYSTEM))

    again = await seed.seed(services, WANTED)

    found = services.database.look(lambda s: list(s.exec(select(Inbox).order_by(Inbox.id))))
    assert [inbox.settings["email"] for inbox in found if inbox.kind == "email"] == [
        "help@shop.example",
        "me@firm.example",
    ]
    assert again["email"].id == made["email"].id
    await services.close()
