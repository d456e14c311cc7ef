"""The comparison of a mailbox with what is stored, as an administrator asks for it and sees it."""

import pytest
from sqlmodel import Session

from inbox.desk import comparing
from inbox.model import Inbox


@pytest.fixture
def mailbox(services, owner) -> Inbox:
    inbox = Inbox(
        name="Mail", kind="email", slug="mail", address="help@ours.example",
        settings={"email": "help@ours.example"}, checkpoint={"uid": 3, "uidvalidity": 1},
        secrets=services.vault.encrypt({}),
    )  # fmt: skip
    services.database.run(lambda s: s.add(inbox))
    return inbox


@pytest.fixture
async def admin(signed_in, owner):
    return await signed_in(owner)


async def page(admin, mailbox) -> str:
    return await (await admin.get(f"/settings/inboxes/{mailbox.id}")).text()


async def test_check_now_is_taken_up_by_a_worker_and_its_result_stands_on_the_page(
    services, admin, mailbox
) -> None:
    await admin.post(f"/settings/inboxes/{mailbox.id}/mailbox-check")
    assert "Being compared now" in await page(admin, mailbox)

    def work(session: Session) -> None:
        comparing.finish(session, mailbox.id, 12, ["<3@x>"])
        inbox = session.get_one(Inbox, mailbox.id)
        inbox.check_wanted = False

    services.database.run(work)
    text = await page(admin, mailbox)
    assert "1 mail had been missed and was fetched." in text

    services.database.run(lambda s: comparing.finish(s, mailbox.id, 12, []))
    assert "12 mails were looked at." in await page(admin, mailbox)


async def test_where_nothing_was_fetched_yet_there_is_nothing_to_press(
    services, admin, mailbox
) -> None:
    def work(session: Session) -> None:
        session.get_one(Inbox, mailbox.id).checkpoint = {}

    services.database.run(work)

    assert "Check now" not in await page(admin, mailbox)
    answer = await admin.post(f"/settings/inboxes/{mailbox.id}/mailbox-check")
    assert answer.status == 409
