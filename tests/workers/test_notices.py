"""Mails that tell agents: one mail server that hangs keeps no other from telling."""

import asyncio

import pytest
from sqlmodel import Session, select

from inbox import clock
from inbox.model import Inbox, MailNotice, MessageState, NoticeKind
from inbox.workers import notices as worker
from inbox.workers.notices import Noticing
from tests.cast import Cast
from tests.workers.conftest import Desk


def tell_by(session: Session, inbox_ids: list[str]) -> None:
    """A notice for each of these inboxes, in their order."""
    cast = Cast(session)
    conversation = cast.conversation()
    for number, inbox_id in enumerate(inbox_ids):
        session.add(
            MailNotice(
                agent_id=cast.agents["Ana"].id, conversation_id=conversation.id, inbox_id=inbox_id,
                kind=NoticeKind.ASSIGNED, cause=f"event {number}", not_before=clock.now(),
            )
        )  # fmt: skip
        session.flush()


@pytest.fixture
async def other(desk: Desk) -> Inbox:
    inbox = Inbox(name="Other", kind="fake", slug="other", address="shop@ours.example")
    await desk.services.database.write(lambda s: s.add(inbox))
    return inbox


async def test_a_server_that_hangs_has_its_share_and_the_others_go_out(
    desk: Desk, other: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end, hanging = asyncio.Event(), 0
    quick = desk.services.channels.of(other)

    async def hang(_envelope: object) -> None:
        nonlocal hanging
        hanging += 1
        await may_end.wait()

    monkeypatch.setattr(desk.channel, "send", hang)
    inbox_ids = [desk.inbox.id] * 30 + [other.id]
    await desk.services.database.write(lambda s: tell_by(s, inbox_ids))
    noticing = Noticing(desk.services)
    async with asyncio.timeout(10):
        while await noticing.begin() or not quick.sent:
            await asyncio.sleep(0.01)

    assert hanging == worker.EACH
    assert len(quick.sent) == 1
    may_end.set()
    await noticing.calls.close()


async def test_a_notice_under_way_is_finished_when_the_process_ends(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = desk.channel.send

    async def slowly(envelope):
        await asyncio.sleep(0.1)
        return await send(envelope)

    monkeypatch.setattr(desk.channel, "send", slowly)
    await desk.services.database.write(lambda s: tell_by(s, [desk.inbox.id]))
    noticing = Noticing(desk.services)
    assert await noticing.begin() == 1
    await noticing.calls.close()

    states = desk.services.database.look(lambda s: s.exec(select(MailNotice.state)).all())
    assert states == [MessageState.SENT]
