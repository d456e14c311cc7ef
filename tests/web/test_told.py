"""What a visitor of the chat tells of himself is seen on his record, and his voice is heard."""

from typing import Any

from inbox.model import Attachment, Company
from tests.cast import Cast


async def test_answers_from_before_the_chat_stand_on_the_contact(signed_in, services, ana):
    def work(session: Any) -> tuple[str, int]:
        cast = Cast(session)
        company = Company(name="Walkers Ltd")
        session.add(company)
        session.flush()
        cast.contact.company_id = company.id
        cast.contact.custom = {"Order number": "18204"}
        return cast.contact.id, cast.conversation().number

    contact_id, number = services.database.run(work)
    browser = await signed_in(ana)
    record = await (await browser.get(f"/contacts/{contact_id}")).text()
    beside = await (await browser.get(f"/conversations/{number}")).text()

    assert "Walkers Ltd" in record
    for page in (record, beside):
        assert '<dt dir="auto">Order number</dt><dd dir="auto">18204</dd>' in page


async def test_a_voice_note_can_be_played_and_a_page_is_never_one(signed_in, services, ana):
    digest = await services.files.put(b"<script>alert(1)</script>")

    def work(session: Any) -> tuple[int, str, str]:
        cast = Cast(session)
        conversation = cast.conversation()
        message = cast.incoming(conversation, attachment_count=2)
        files = [
            Attachment(message_id=message.id, name=name, content_type=kind, size=25, digest=digest)
            for name, kind in (("voice.webm", "audio/webm"), ("page.html", "audio/html"))
        ]
        session.add_all(files)
        session.flush()
        return conversation.number, files[0].id, files[1].id

    number, voice, page = services.database.run(work)
    browser = await signed_in(ana)
    shown = await (await browser.get(f"/conversations/{number}")).text()
    played = await browser.get(f"/attachments/{voice}")
    refused = await browser.get(f"/attachments/{page}")

    assert f'<audio class="voice-note" controls preload="none" src="/attachments/{voice}"' in shown
    assert played.headers["Content-Type"] == "audio/webm"
    assert played.headers["X-Content-Type-Options"] == "nosniff"
    assert refused.headers["Content-Type"] == "application/octet-stream"
    assert refused.headers["Content-Disposition"].startswith("attachment")
