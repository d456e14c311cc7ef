"""Many conversations of a list, changed at once by the page."""

import html
import re

import pytest
from sqlmodel import Session, col, select

from inbox.model import Conversation, Inbox, Priority, Status, Tagging
from tests.cast import Cast

FRAGMENT = {"HX-Request": "true"}
CHANGES = re.compile(r'name="changes" value="([^"]*)"')


@pytest.fixture
def three(services, owner) -> list[Conversation]:
    def make(session: Session) -> list[Conversation]:
        cast = Cast(session)
        made = [cast.conversation() for _ in range(3)]
        made[2].priority = Priority.URGENT
        return made

    return services.database.run(make)


def stand(services) -> list[Conversation]:
    return services.database.look(
        lambda s: s.exec(select(Conversation).order_by(col(Conversation.number))).all()
    )


def form(conversations, do: str, **fields: str):
    return [("number", str(one.number)) for one in conversations] + [("do", do), *fields.items()]


@pytest.mark.parametrize(
    ("do", "fields"),
    [
        ("resolutions?status=resolved", {}),
        ("snoozes?until=", {}),
        ("snoozes", {"until": "2099-01-01T09:00"}),
        ("priorities?priority=3", {}),
        ("assignments?agent=OWNER", {}),
    ],
)
async def test_the_chosen_ones_are_changed_and_taken_back_each_to_what_it_was(
    services, signed_in, owner, three, do, fields
):
    browser = await signed_in(owner)

    def facts():
        return [
            (one.status, one.priority, one.assignee_id, one.snoozed_until, one.snoozed_until_reply)
            for one in stand(services)
        ]

    before = facts()
    sent = form(three[1:], do.replace("OWNER", owner.id), **fields)
    answer = await browser.post("/conversations/bulk", data=sent, headers=FRAGMENT)
    page = await answer.text()
    after = facts()

    assert answer.status == 200
    assert "2 conversations" in page
    assert after[0] == before[0]
    assert all(new != old for new, old in zip(after[1:], before[1:], strict=True))
    undo = {"undone": "1", "changes": html.unescape(CHANGES.search(page)[1])}
    await browser.post("/conversations/bulk/undo", data=undo, headers=FRAGMENT)
    assert facts() == before


async def test_a_tag_is_taken_back_only_from_those_that_did_not_have_it(
    services, signed_in, owner, three
):
    browser = await signed_in(owner)

    def tagged() -> int:
        return len(services.database.look(lambda s: s.exec(select(Tagging)).all()))

    one = form(three[:1], "taggings", tag="boiler")
    await browser.post("/conversations/bulk", data=one, headers=FRAGMENT)
    every = form(three, "taggings", tag="boiler")
    page = await (await browser.post("/conversations/bulk", data=every, headers=FRAGMENT)).text()
    assert tagged() == 3
    undo = {"undone": "1", "changes": html.unescape(CHANGES.search(page)[1])}
    await browser.post("/conversations/bulk/undo", data=undo, headers=FRAGMENT)

    assert tagged() == 1


async def test_what_an_agent_may_not_see_is_not_changed(services, signed_in, ana, three):
    def hide(session: Session) -> None:
        session.exec(select(Inbox)).one().restricted = True

    services.database.run(hide)
    browser = await signed_in(ana)
    sent = form(three, "resolutions?status=resolved")
    page = await (await browser.post("/conversations/bulk", data=sent, headers=FRAGMENT)).text()

    assert "conversation" not in page
    assert {one.status for one in stand(services)} == {Status.OPEN}


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ([("do", "resolutions")], 422),
        ([("number", str(n)) for n in range(101)] + [("do", "resolutions")], 422),
        ([("number", "1"), ("do", "resolutions?status=burnt")], 422),
        ([("number", "1"), ("do", "explosions")], 404),
    ],
)
async def test_what_can_not_be_done_is_refused(signed_in, owner, three, fields, status):
    browser = await signed_in(owner)
    answer = await browser.post("/conversations/bulk", data=fields, headers=FRAGMENT)
    assert answer.status == status


@pytest.mark.parametrize(
    "changes",
    [
        "",
        "[",
        "[1]",
        '[["taggings", 5, [1]]]',
        "{}",
        '[["taggings", {}, ["x"]]]',
        f'[["taggings", {{"tag": "a"}}, {[1] * 101}]]',
        str([["taggings", {}, []]] * 101).replace("'", '"'),
    ],
)
async def test_only_what_was_given_takes_back(signed_in, owner, three, changes):
    browser = await signed_in(owner)
    form = {"changes": changes}
    answer = await browser.post("/conversations/bulk/undo", data=form, headers=FRAGMENT)
    assert answer.status == 422
