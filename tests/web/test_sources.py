"""The original of a mail and the printed page: for those who see the conversation, and safe."""

import pytest
from sqlmodel import Session

from inbox import clock
from inbox.desk import interactions, notes, replies, tokens
from inbox.desk.interactions import Logged
from inbox.events import SYSTEM
from inbox.model import (
    Arrival,
    ArrivalState,
    Attachment,
    Direction,
    Inbox,
    InteractionKind,
    Message,
)
from tests.cast import Cast

RAW = (
    b"Authentication-Results: mx.ours.example; dmarc=pass header.from=their.example\r\n"
    b"From: =?utf-8?q?Marko_Mari=C4=87?= <marko@their.example>\r\n"
    b"Subject: Boiler\r\nX-Odd: <script>alert(1)</script>\r\n\r\nIt leaks <b>badly</b>.\r\n"
)
READING = {
    "sender": {
        "why": "dmarc", "host": "mx.ours.example", "checks": [["dmarc", "pass", "their.example"]],
    }
}  # fmt: skip


@pytest.fixture
async def admin(signed_in, owner):
    return await signed_in(owner)


@pytest.fixture
def mail(services, owner) -> Message:
    """One that came by mail, with an invitation; a note and an answer follow."""

    def work(session: Session) -> Message:
        cast = Cast(session)
        conversation = cast.conversation()
        arrival = Arrival(
            inbox_id=cast.inbox.id, external_id="1", raw=RAW, size=len(RAW),
            state=ArrivalState.DONE,
        )  # fmt: skip
        session.add(arrival)
        session.flush()
        message = cast.incoming(
            conversation, "It leaks badly.", arrival_id=arrival.id, proof="proven",
            reading={**READING, "shortened": "parts"}, attachment_count=1, author_name="Marko",
        )  # fmt: skip
        session.add(
            Attachment(
                message_id=message.id, name="visit.ics", content_type="text/calendar", size=9,
                digest="0" * 64, card={
                    "kind": "invite", "method": "REQUEST", "cancelled": False,
                    "summary": "Visit", "where": "Home", "about": "", "all_day": False,
                    "start": "2026-03-10T14:00:00+01:00", "end": "2026-03-10T15:00:00+01:00",
                    "repeats": False, "organizer": {}, "people": [], "more": 0,
                },
            )
        )  # fmt: skip
        notes.note(session, conversation, "He is angry", by=SYSTEM)
        cast.incoming(conversation, "Our plumber says so", is_side=True)
        call = Logged(
            kind=InteractionKind.CALL, direction=Direction.INCOMING, at=clock.now(),
            text="He shouted at us",
        )  # fmt: skip
        interactions.log(session, conversation, call, by=SYSTEM)
        replies.reply(
            session, conversation, replies.Composed(text="We are coming"), by=SYSTEM,
            request_id="1",
        )  # fmt: skip
        return message

    return services.database.run(work)


async def test_the_source_shows_headers_and_text_and_runs_nothing(admin, mail) -> None:
    page = await (await admin.get(f"/messages/{mail.id}/source")).text()

    assert "Marko Marić" in page
    assert "their.example vouches for this mail (DMARC)." in page
    assert "It leaks &lt;b&gt;badly&lt;/b&gt;." in page
    assert "<script>alert(1)" not in page


async def test_the_original_is_a_download_and_never_a_page(admin, mail) -> None:
    answer = await admin.get(f"/messages/{mail.id}/raw")

    assert await answer.read() == RAW
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{mail.id}.eml"'
    assert answer.headers["Content-Type"] == "message/rfc822"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_large_original_comes_from_the_files(admin, services, mail) -> None:
    content = RAW + b"x" * 600_000
    digest = await services.files.put(content)

    def work(session: Session) -> None:
        arrival = session.get_one(Arrival, mail.arrival_id)
        arrival.raw, arrival.digest, arrival.size = None, digest, len(content)
        session.add(arrival)

    services.database.run(work)
    page = await (await admin.get(f"/messages/{mail.id}/source")).text()

    assert "This is the beginning of" in page
    assert await (await admin.get(f"/messages/{mail.id}/raw")).read() == content


async def test_what_came_otherwise_has_no_source(admin, services, mail) -> None:
    def work(session: Session) -> None:
        message = session.get_one(Message, mail.id)
        message.channel = "whatsapp"
        session.add(message)

    services.database.run(work)

    assert (await admin.get(f"/messages/{mail.id}/source")).status == 404
    assert (await admin.get(f"/messages/{mail.id}/raw")).status == 404


async def test_a_token_gets_the_original_of_what_it_sees(open_browser, services, mail) -> None:
    def work(session: Session) -> tuple[str, str]:
        everything = tokens.create(session, "all", ["read"], by=SYSTEM)[1]
        another = Inbox(name="Another", kind="email", slug="another")
        session.add(another)
        session.flush()
        return everything, tokens.create(
            session, "other", ["read"], inbox_ids=[another.id], by=SYSTEM
        )[1]

    seeing, blind = services.database.run(work)
    client = await open_browser()
    place = f"/api/v1/messages/{mail.id}/raw"
    got = await client.get(place, headers={"Authorization": f"Bearer {seeing}"})
    refused = await client.get(place, headers={"Authorization": f"Bearer {blind}"})

    assert await got.read() == RAW
    assert refused.status == 404


async def test_the_conversation_tells_why_the_sender_is_proven(admin, mail) -> None:
    page = await (await admin.get("/conversations/1")).text()

    assert "sender proven" in page
    assert "Checked by mx.ours.example" in page
    assert "Not all of this mail could be read." in page
    assert "Invitation: Visit" in page
    assert f"/messages/{mail.id}/source" in page


async def test_paper_holds_no_notes_unless_they_are_asked_for(admin, mail) -> None:
    page = await (await admin.get("/conversations/1/print")).text()
    with_notes = await (await admin.get("/conversations/1/print?notes=1")).text()

    assert "It leaks badly." in page
    assert "We are coming" in page
    assert "Invitation: Visit" in page
    for private in ("He is angry", "Our plumber says so", "He shouted at us"):
        assert private not in page
        assert private in with_notes


async def test_one_message_is_printed_alone(admin, mail) -> None:
    page = await (await admin.get(f"/messages/{mail.id}/print")).text()

    assert "It leaks badly." in page
    assert "We are coming" not in page
