"""Lists: each row once, only what may be seen, and an index for every view."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from inbox import clock
from inbox.desk import assignment, listing, tags
from inbox.desk.listing import View
from inbox.errors import Invalid
from inbox.events import SYSTEM
from inbox.model import Conversation, Status
from tests.cast import Cast
from tests.plans import plans

INDEXES = {
    "mine": "ix_conversation_assignee",
    "unassigned": "ix_conversation_",
    "all": "ix_conversation_status",
    "inbox": "ix_conversation_inbox",
    "team": "ix_conversation_team",
    "assignee": "ix_conversation_assignee",
}


def numbers(session: Session, view: View, agent_id: str | None = None, **values: object):
    return [c.number for c in listing.page(session, view, agent_id, None, **values).items]


def test_each_view_shows_what_stands_in_it(session: Session, cast: Cast) -> None:
    ana = cast.agents["Ana"]
    mine = cast.conversation(team_id=cast.team.id)
    free = cast.conversation()
    cast.conversation(status=Status.RESOLVED)
    assignment.assign(session, mine, ana.id, by=SYSTEM)
    tags.tag(session, free, "urgent", by=SYSTEM)
    tag_id = tags.find_or_create(session, "urgent").id
    expected = {
        View(kind="mine"): [mine],
        View(kind="unassigned"): [free],
        View(kind="all"): [free, mine],
        View(kind="inbox", id=cast.inbox.id): [free, mine],
        View(kind="team", id=cast.team.id): [mine],
        View(kind="assignee", id=ana.id): [mine],
        View(kind="tag", id=tag_id): [free],
    }

    for view, conversations in expected.items():
        assert numbers(session, view, ana.id) == [c.number for c in conversations], view
        for conversation in (mine, free):
            if view.kind != "tag":
                stands = listing.matches(view, conversation, ana.id)
                assert stands is (conversation in conversations), view


def test_pages_show_each_row_once_while_rows_move(session: Session, cast: Cast) -> None:
    start = clock.now()
    made = [cast.conversation() for _ in range(12)]
    for position, conversation in enumerate(made):
        conversation.last_at = start - timedelta(minutes=position // 2)  # two share a moment
    session.flush()
    seen, cursor = [], None
    while True:
        page = listing.page(session, View(), None, None, cursor=cursor, limit=5)
        seen += [c.id for c in page.items]
        cursor = page.next
        if cursor is None:
            break
        moved = session.get_one(Conversation, page.items[-1].id)  # a customer writes meanwhile
        moved.last_at = clock.now() + timedelta(minutes=1)
        session.add(moved)
        session.flush()

    assert sorted(seen) == sorted(c.id for c in made)


def test_only_the_inboxes_that_may_be_seen_are_listed(session: Session, cast: Cast) -> None:
    cast.conversation()

    assert listing.page(session, View(), None, []).items == []
    assert len(listing.page(session, View(), None, [cast.inbox.id]).items) == 1


@pytest.mark.parametrize("cursor", ["x", "~", "2026-01-01T00:00:00~x", "9~9~9"])
def test_a_cursor_that_is_none_of_ours_is_refused(session: Session, cursor: str) -> None:
    with pytest.raises(Invalid):
        listing.page(session, View(), None, None, cursor=cursor)


def test_the_navigation_counts_what_the_lists_show(session: Session, cast: Cast) -> None:
    ana = cast.agents["Ana"]
    assignment.assign(session, cast.conversation(), ana.id, by=SYSTEM)
    cast.conversation(team_id=cast.team.id)
    cast.conversation(status=Status.SNOOZED)

    counts = listing.counts(session, ana.id, [cast.inbox.id], [cast.team.id])

    assert (counts.mine, counts.unassigned, counts.everything, counts.snoozed) == (1, 1, 2, 1)
    assert (counts.inboxes, counts.teams) == ({cast.inbox.id: 2}, {cast.team.id: 1})


@pytest.mark.parametrize("kind", INDEXES)
def test_a_list_walks_its_index_and_sorts_nothing(sqlite_url: str, kind: str) -> None:
    cursor = f"{clock.now().isoformat()}~x"
    view = View(kind=kind, id="some")
    text = plans(sqlite_url, lambda s: listing.page(s, view, "some", None, cursor=cursor))[-1]

    assert INDEXES[kind] in text
    assert "TEMP B-TREE" not in text
