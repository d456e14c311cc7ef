"""An agent writes down a call; an administrator imports a file of them, tried first."""

import html
import re
from io import BytesIO

import pytest
from aiohttp import FormData
from sqlmodel import select

from inbox.model import Conversation, Inbox, Interaction
from tests.cast import Cast

CSV = b"kind,at,email,outcome\ncall,2026-03-02 09:30,new@example.com,Wants an offer\n"
WRONG = CSV + b"fax,2026-03-02,new@example.com,x\n"


@pytest.fixture
def things(services, owner):
    def work(session):
        cast = Cast(session)
        conversation = cast.conversation()
        return cast.contact.id, cast.inbox.id, conversation.number

    return services.database.run(work)


def restrict(session, inbox_id):
    session.get_one(Inbox, inbox_id).restricted = True


def logged(services):
    return services.database.look(lambda s: s.exec(select(Interaction)).all())


async def test_a_call_is_logged_in_a_conversation(signed_in, ana, things, services):
    client = await signed_in(ana)
    contact_id, _, number = things
    page = await client.get(f"/contacts/{contact_id}/interactions/new?conversation={number}")
    assert f'<option value="{number}" selected>' in await page.text()
    given = {
        "kind": "call", "direction": "outgoing", "at": "2026-03-02T09:30", "minutes": "12",
        "participants": "Marko", "outcome": "Wants an offer", "place": str(number),
    }  # fmt: skip
    answer = await client.post(f"/contacts/{contact_id}/interactions", data=given)
    text = await answer.text()
    assert answer.url.path == f"/conversations/{number}"
    for words in ("Wants an offer", "Phone call", "12 min", "Marko"):
        assert words in text
    assert [one.seconds for one in logged(services)] == [720]
    contact = await (await client.get(f"/contacts/{contact_id}/timeline")).text()
    assert "Phone call" in contact


async def test_a_meeting_begins_a_conversation_that_is_open_if_something_is_left(
    signed_in, ana, things, services
):
    client = await signed_in(ana)
    contact_id, inbox_id, _ = things
    given = {"kind": "meeting", "direction": "incoming", "at": "2026-03-02T09:30", "text": "Agreed",
             "place": f"new:{inbox_id}", "is_open": "true"}  # fmt: skip
    await client.post(f"/contacts/{contact_id}/interactions", data=given)
    found = services.database.look(
        lambda s: s.exec(select(Conversation).where(Conversation.channel == "meeting")).one()
    )
    assert found.status == "open"


async def test_a_form_that_is_sent_twice_is_logged_once(signed_in, ana, things, services):
    client = await signed_in(ana)
    contact_id, inbox_id, _ = things
    page = await (await client.get(f"/contacts/{contact_id}/interactions/new")).text()
    given = {"kind": "call", "direction": "incoming", "at": "2026-03-02T09:30", "text": "Agreed",
             "place": f"new:{inbox_id}"}  # fmt: skip
    given["request_id"] = re.search(r'name="request_id" value="([^"]+)"', page)[1]
    answers = [
        await client.post(f"/contacts/{contact_id}/interactions", data=given) for _ in range(2)
    ]

    assert answers[0].url.path == answers[1].url.path
    assert len(logged(services)) == 1
    assert len(services.database.look(lambda s: s.exec(select(Conversation)).all())) == 2


async def test_what_is_wrong_comes_back_with_what_was_written(signed_in, ana, things, services):
    client = await signed_in(ana)
    contact_id, _, number = things
    given = {"kind": "call", "direction": "incoming", "at": "2126-01-01T00:00", "text": "Kept",
             "place": str(number)}  # fmt: skip
    answer = await client.post(f"/contacts/{contact_id}/interactions", data=given)
    text = await answer.text()
    assert answer.status == 422
    assert 'href="#field-at"' in text
    assert "Kept" in text
    assert logged(services) == []


async def test_a_restricted_inbox_can_be_no_place(signed_in, ana, things, services):
    client = await signed_in(ana)
    contact_id, inbox_id, number = things

    services.database.run(lambda s: restrict(s, inbox_id))
    given = {"kind": "call", "direction": "incoming", "at": "2026-03-02T09:30", "text": "x"}
    for place, status in ((f"new:{inbox_id}", 422), (str(number), 404)):
        answer = await client.post(
            f"/contacts/{contact_id}/interactions", data={**given, "place": place}
        )
        assert answer.status == status
    assert logged(services) == []


def upload(inbox_id, do, content=b"", **more):
    body = FormData({"inbox_id": inbox_id, "do": do, **more})
    body.add_field("file", BytesIO(content), filename="calls.csv" if content else "")
    return body


async def test_a_file_is_tried_then_imported_without_choosing_it_again(
    signed_in, owner, things, services
):
    client = await signed_in(owner)
    _, inbox_id, _ = things
    tried = await client.post("/settings/interactions", data=upload(inbox_id, "try", CSV))
    text = await tried.text()
    assert "1 row is right" in text
    assert logged(services) == []
    kept = html.unescape(re.search(r'name="kept" value="([^"]+)"', text)[1])
    done = await client.post("/settings/interactions", data=upload(inbox_id, "import", kept=kept))
    assert "1 was imported" in await done.text()
    again = await client.post("/settings/interactions", data=upload(inbox_id, "import", CSV))
    assert "1 was there already" in await again.text()
    assert len(logged(services)) == 1


async def test_an_error_is_named_by_row_and_field_and_nothing_is_imported(
    signed_in, owner, things, services
):
    client = await signed_in(owner)
    answer = await client.post("/settings/interactions", data=upload(things[1], "import", WRONG))
    text = await answer.text()
    assert "Nothing was imported" in text
    assert re.search(r'<td data-kind="number">3</td><td><code>kind</code></td>', text)
    assert logged(services) == []


async def test_a_file_that_nobody_put_up_cannot_be_named(signed_in, owner, things):
    client = await signed_in(owner)
    made_up = f"{'ab' * 32}.{'0' * 40}.calls.csv"
    answer = await client.post(
        "/settings/interactions", data=upload(things[1], "import", kept=made_up)
    )
    assert answer.status == 422
    assert 'href="#field-file"' in await answer.text()
