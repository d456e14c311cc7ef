"""Files of calls: each error is named by row and field; the same file twice is imported once."""

import json
from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from inbox.desk import interaction_files, interaction_import
from inbox.errors import Invalid
from inbox.events import SYSTEM
from inbox.model import ChannelThread, Contact, Conversation, Interaction, Message, Status
from tests.cast import Cast

ZONE = "Europe/Belgrade"
CSV = """kind;at;email;name;minutes;participants;outcome;external_id
call;2026-03-02 09:30;Ana@Example.com;Ana;12,;Marko;Wants an offer;pbx-1
meeting;2026-03-09T10:00:00Z;ana@example.com;;;;Agreed;pbx-2

letter;2026-03-02;;;;;Complaint;
""".replace("12,", "12")


def read(text: str, name: str = "calls.csv") -> interaction_files.Read:
    return interaction_files.read(text.encode(), name, ZONE)


def test_rows_are_read_and_errors_named_as_a_spreadsheet_counts() -> None:
    found = read(CSV)

    assert [(row.kind, row.email, row.minutes) for row in found.rows] == [
        ("call", "ana@example.com", 12), ("meeting", "ana@example.com", None),
    ]  # fmt: skip
    assert found.rows[0].at.isoformat() == "2026-03-02T08:30:00+00:00"
    assert [(one.row, one.field) for one in found.problems] == [(4, "email")]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"kind": "fax"}, "kind"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2126-01-01T00:00:00Z"}, "at"),
        ({"email": "nobody"}, "email"),
        ({"phone": "0641234567"}, "phone"),
        ({"minutes": "long"}, "minutes"),
        ({"minutes": -1}, "minutes"),
        ({"direction": "sideways"}, "direction"),
        ({"outcome": ""}, "text"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named(row: dict, field: str) -> None:
    given = {"kind": "call", "at": "2026-03-02", "email": "a@example.com", "outcome": "Fine"}
    (problem,) = read(orjson.dumps([given | row]).decode(), "calls.json").problems

    assert (problem.row, problem.field) == (1, field)
    assert problem.text


@pytest.mark.parametrize(
    "text",
    [
        '[{"kind":"talk","at":"2026-03-02","phone":"+381641234567","text":"Hi"}]',
        '{"items":[{"kind":"talk","at":"2026-03-02","phone":"+381641234567","text":"Hi"}]}',
        2 * '{"kind":"talk","at":"2026-03-02","phone":"+381641234567","text":"Hi"}\n',
    ],
)
def test_json_comes_as_a_list_or_in_lines(text: str) -> None:
    assert read(text, "calls.jsonl").rows[0].phone == "+381641234567"


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"\xff\xfe\x00", "a.csv"), (b"", "a.csv"), (b"{", "a.json"), (b"3", "a.json"),
     (b'kind;at\n"call;1', "a.csv")],
)  # fmt: skip
def test_what_is_no_such_file_is_refused_as_a_whole(content: bytes, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        interaction_files.read(content, name, ZONE)

    assert set(refused.value.fields) == {"file"}


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.json", "a.jsonl"]))
def test_any_bytes_are_read_or_refused(content: bytes, name: str) -> None:
    with suppress(Invalid):
        interaction_files.read(content, name, ZONE)


NAMES = st.sampled_from(list(interaction_files.Row.model_fields))
VALUES = st.text() | st.integers() | st.none() | st.lists(st.text())


@given(st.lists(st.dictionaries(NAMES, VALUES)))
def test_any_values_are_a_row_or_a_problem(rows: list[dict]) -> None:
    with suppress(Invalid):
        found = interaction_files.read(json.dumps(rows).encode(), "a.json", ZONE)
        assert len(found.rows) + len({one.row for one in found.problems}) == len(rows)


def test_the_same_file_twice_is_imported_once(session: Session, cast: Cast) -> None:
    rows = read(CSV).rows
    first = interaction_import.take_in(session, cast.inbox, rows, by=SYSTEM)
    second = interaction_import.take_in(session, cast.inbox, read(CSV).rows, by=SYSTEM)
    session.flush()

    assert (first, second) == (2, 0)
    logged = session.exec(select(Message).join(Interaction)).all()
    assert {message.subject for message in logged} == {"Wants an offer", "Agreed"}


def test_what_follows_closely_joins_and_what_comes_much_later_begins_anew(
    session: Session, cast: Cast
) -> None:
    text = """kind,at,email,outcome
call,2026-01-01 09:00,a@example.com,First
call,2026-01-20 09:00,a@example.com,Joins
call,2026-06-01 09:00,a@example.com,New
call,2026-01-10 09:00,a@example.com,Between
"""
    cast.inbox.reopen_days = 30
    interaction_import.take_in(session, cast.inbox, read(text).rows, by=SYSTEM)
    session.flush()
    contact = session.exec(select(Contact).join(Conversation).where(
        Conversation.subject == "First")).one()  # fmt: skip
    found = session.exec(
        select(Conversation).where(Conversation.contact_id == contact.id).order_by(Conversation.id)
    ).all()

    assert [(one.subject, one.message_count, one.status) for one in found] == [
        ("First", 3, Status.RESOLVED), ("New", 1, Status.RESOLVED),
    ]  # fmt: skip


def test_an_imported_call_can_be_answered_where_the_inbox_reaches_them(
    session: Session, cast: Cast
) -> None:
    assert cast.inbox.kind == "email"
    interaction_import.take_in(session, cast.inbox, read(CSV).rows, by=SYSTEM)
    session.flush()
    threads = session.exec(select(ChannelThread.remote_id)).all()

    assert "ana@example.com" in threads
