"""What an agent does to a conversation, by the page's own requests."""

import html
import re

import pytest
from sqlmodel import select
from yarl import URL

from inbox.model import Conversation, Draft, Message
from tests.cast import Cast

FRAGMENT = {"HX-Request": "true", "Accept": "application/json"}


@pytest.fixture
def conversation(services, owner) -> Conversation:
    return services.database.run(lambda s: Cast(s).conversation())


@pytest.mark.parametrize(
    ("until", "remedy"),
    [
        ("tomorrow", "Give a date and a time"),
        ("2001-01-01T00:00:00+00:00", "still to come"),
        ("9999-12-31T23:59:59-12:00", "within the years"),
    ],
)
async def test_a_time_that_can_not_be_is_refused_with_the_remedy(
    signed_in, owner, conversation, until, remedy
):
    browser = await signed_in(owner)
    url = f"/conversations/{conversation.number}/snoozes"
    answer = await browser.post(url, data={"until": until}, headers=FRAGMENT)

    assert answer.status == 422
    assert remedy in (await answer.json())["error"]["fields"]["until"]


@pytest.mark.parametrize("version", [-1, 2**31, 10**30, True, 1.5, "1", None])
async def test_a_draft_of_no_possible_version_is_refused(
    services, signed_in, owner, conversation, version
):
    browser = await signed_in(owner)
    url = f"/conversations/{conversation.number}/drafts/reply"
    answer = await browser.put(url, json={"text": "a", "version": version}, headers=FRAGMENT)

    assert answer.status == 422
    assert services.database.look(lambda s: s.exec(select(Draft)).all()) == []


@pytest.mark.parametrize("name", ["a/b", "?x#y", "100%", "%2f", "tag 🎉", '"><b>'])
async def test_a_tag_of_any_name_is_taken_off_by_its_own_button(
    signed_in, owner, conversation, name
):
    browser = await signed_in(owner)
    url = f"/conversations/{conversation.number}"
    await browser.post(f"{url}/taggings", data={"tag": name}, headers=FRAGMENT)
    page = await (await browser.get(url)).text()
    [button] = re.findall(r'hx-delete="([^"]+)"', page)
    address = URL(html.unescape(button), encoded=True)

    assert (await browser.delete(address, headers=FRAGMENT)).status == 200
    assert "hx-delete" not in await (await browser.get(url)).text()


@pytest.mark.parametrize("name", ["..", ".", "\0", "\u200b", " "])
async def test_a_tag_that_shows_nothing_is_refused(signed_in, owner, conversation, name):
    browser = await signed_in(owner)
    url = f"/conversations/{conversation.number}/taggings"

    assert (await browser.post(url, data={"tag": name}, headers=FRAGMENT)).status == 422


async def test_a_note_sent_again_because_no_answer_came_is_one_note(
    services, signed_in, owner, conversation
):
    browser = await signed_in(owner)
    url = f"/conversations/{conversation.number}/notes"
    for request_id in ("one", "one", "other"):
        form = {"text": "Call him", "request_id": request_id}
        assert (await browser.post(url, data=form, headers=FRAGMENT)).status == 200

    found = services.database.look(lambda s: s.exec(select(Message)).all())
    assert [note.text for note in found] == ["Call him", "Call him"]


async def test_a_note_as_long_as_a_book_is_refused(signed_in, owner, conversation):
    browser = await signed_in(owner)
    url = f"/conversations/{conversation.number}/notes"
    answer = await browser.post(url, data={"text": "x" * 100_001}, headers=FRAGMENT)

    assert answer.status == 422


@pytest.mark.parametrize("kind", ["notes", "replies"])
async def test_what_was_edited_after_the_connection_broke_is_not_lost(
    services, signed_in, owner, conversation, kind
):
    browser = await signed_in(owner)
    url = f"/conversations/{conversation.number}/{kind}"
    sent = {"text": "We come", "request_id": "one"}
    assert (await browser.post(url, data=sent, headers=FRAGMENT)).status == 200
    answer = await browser.post(url, data={**sent, "text": "We come at noon"}, headers=FRAGMENT)

    assert answer.status == 409
    assert "sent already" in await answer.text()
    again = {"text": "We come at noon", "request_id": "two"}
    assert (await browser.post(url, data=again, headers=FRAGMENT)).status == 200


UNDO = re.compile(
    r'<form method="post" action="([^"]+)"[^>]*>\s*<input[^>]*name="undone".*?</form>', re.DOTALL
)
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.mark.parametrize(
    "change",
    [
        ("resolutions", {"status": "resolved"}),
        ("resolutions", {"status": "spam"}),
        ("snoozes", {"until": ""}),
        ("assignments", {"agent": "OWNER"}),
        ("priorities", {"priority": "4"}),
    ],
)
@pytest.mark.parametrize("begin", [None, ("snoozes", {"until": "2099-01-01T09:00:00+00:00"})])
async def test_a_change_is_taken_back_by_the_command_that_comes_with_it(
    services, signed_in, owner, conversation, change, begin
):
    browser = await signed_in(owner)
    url = f"/conversations/{conversation.number}"
    path, given = change
    form = {name: owner.id if value == "OWNER" else value for name, value in given.items()}

    def stands():
        found = services.database.look(lambda s: s.get_one(Conversation, conversation.id))
        return found.status, found.snoozed_until, found.assignee_id, found.team_id, found.priority

    if begin:
        await browser.post(f"{url}/{begin[0]}", data=begin[1], headers=FRAGMENT)
    before = stands()
    answer = await (await browser.post(f"{url}/{path}", data=form, headers=FRAGMENT)).text()
    assert stands() != before
    toast = UNDO.search(answer)
    fields = {name: html.unescape(value) for name, value in FIELD.findall(toast[0])}
    undone = await browser.post(toast[1], data=fields, headers=FRAGMENT)

    assert undone.status == 200, await undone.text()
    assert stands() == before
    assert not UNDO.search(await undone.text())


async def test_what_changes_nothing_is_not_to_be_taken_back(signed_in, owner, conversation):
    browser = await signed_in(owner)
    url = f"/conversations/{conversation.number}/resolutions"
    answer = await browser.post(url, data={"status": "open"}, headers=FRAGMENT)

    assert not UNDO.search(await answer.text())
