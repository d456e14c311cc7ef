"""Old mail becomes old conversations: threaded, answered where we answered, and nobody is told."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from inbox.archive import mbox
from inbox.errors import Invalid, NotFound
from inbox.model import (
    Arrival,
    ArrivalState,
    Conversation,
    Direction,
    Event,
    Inbox,
    Message,
    Status,
)
from inbox.services import Services
from tests.archive.conftest import silent

OURS = "help@shop.example"


def mail(number: int, text: str, answers: int = 0, *, sender: str = "jane@old.test") -> bytes:
    to = "jane@old.test" if sender == OURS else OURS
    reply = f"In-Reply-To: <{answers}@old.test>\n" if answers else ""
    subject = "Re: Boots 1" if answers else f"Boots {number}"
    return (
        f"From x {number}\nFrom: Jane <{sender}>\nTo: {to}\nSubject: {subject}\n"
        f"Date: Mon, {number} Nov 2021 10:00:00 +0000\nMessage-ID: <{number}@old.test>\n{reply}"
        f"\n{text}\n\n"
    ).encode()


def box(path: Path, mails: Sequence[bytes]) -> Path:
    path.write_bytes(b"".join(mails))
    return path


THREAD = [
    mail(1, "Do you have boots?"),
    mail(2, "Yes, in all sizes.", answers=1, sender=OURS),
    mail(3, "Then two, please.", answers=2),
    mail(4, "And shoes?"),
]


def look(services: Services, query: Any) -> list[Any]:
    return services.database.look(lambda s: list(s.exec(query)))


def imported(services: Services) -> list[Message]:
    query = select(Message).join(Arrival, Arrival.id == Message.arrival_id)
    return look(services, query.order_by(Message.id))


async def test_old_mail_is_threaded_and_over(used: Services, tmp_path: Path) -> None:
    done = await mbox.import_mbox(used, box(tmp_path / "old.mbox", THREAD), "E-mail", silent)
    messages = imported(used)

    assert (done.read, done.added, done.known, done.quarantined) == (4, 4, 0, 0)
    assert [(m.direction, m.text) for m in messages] == [
        (Direction.INCOMING, "Do you have boots?"),
        (Direction.OUTGOING, "Yes, in all sizes."),
        (Direction.INCOMING, "Then two, please."),
        (Direction.INCOMING, "And shoes?"),
    ]
    assert len({m.conversation_id for m in messages[:3]}) == 1
    wanted = {m.conversation_id for m in messages}
    found = look(used, select(Conversation).where(Conversation.id.in_(wanted)))
    assert [(c.status, c.unread, c.last_at.year) for c in found] == [(Status.RESOLVED, 0, 2021)] * 2


async def test_nobody_is_disturbed(used: Services, tmp_path: Path) -> None:
    await mbox.import_mbox(used, box(tmp_path / "old.mbox", THREAD), OURS, silent)

    assert look(used, select(Event).where(Event.reacted_at.is_(None))) == []
    assert look(used, select(Arrival).where(Arrival.state == ArrivalState.NEW)) == []


async def test_an_import_may_be_repeated(used: Services, tmp_path: Path) -> None:
    await mbox.import_mbox(used, box(tmp_path / "old.mbox", THREAD[:2]), OURS, silent)
    done = await mbox.import_mbox(used, box(tmp_path / "old.mbox", THREAD), OURS, silent)

    assert (done.added, done.known) == (2, 2)
    assert len(imported(used)) == 4
    assert len({m.conversation_id for m in imported(used)[:3]}) == 1


async def test_what_is_no_mail_is_set_aside_where_people_see_it(
    used: Services, tmp_path: Path
) -> None:
    path = box(tmp_path / "old.mbox", [b"From x y\n\n\n", *THREAD])
    done = await mbox.import_mbox(used, path, OURS, silent)

    assert (done.added, done.quarantined) == (4, 1)
    quarantined = Arrival.state == ArrivalState.QUARANTINED
    assert len(look(used, select(Arrival).where(quarantined))) == 1


async def test_what_does_not_fit_is_said(used: Services, tmp_path: Path) -> None:
    path = box(tmp_path / "old.mbox", THREAD)
    with pytest.raises(NotFound, match="E-mail"):
        await mbox.import_mbox(used, path, "Post", silent)
    (form,) = look(used, select(Inbox.name).where(Inbox.kind == "form"))
    with pytest.raises(Invalid, match="kind email"):
        await mbox.import_mbox(used, path, form, silent)
    with pytest.raises(NotFound):
        await mbox.import_mbox(used, tmp_path / "none.mbox", OURS, silent)
    with pytest.raises(Invalid, match="holds no mails"):
        await mbox.import_mbox(used, box(tmp_path / "text", [b"hello"]), OURS, silent)
