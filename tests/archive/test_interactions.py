"""A file of calls is imported by the command line too, and its errors are named."""

import pytest
from sqlmodel import select

from inbox.archive import interactions
from inbox.errors import Invalid, NotFound
from inbox.model import Inbox, Interaction

CSV = "kind,at,email,outcome\ncall,2026-03-02 09:30,a@example.com,Fine\n"


def silent(_what: str) -> None:
    """Nobody watches."""


@pytest.fixture
def phone(used):
    used.database.run(lambda s: s.add(Inbox(name="Phone", kind="api", slug="phone")))
    return used


async def test_a_file_is_tried_then_imported_once(phone, tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text(CSV)
    tried = await interactions.import_file(phone, path, "Phone", silent, dry_run=True)
    assert (tried.read, tried.added, tried.known) == (1, 1, 0)
    assert not phone.database.look(lambda s: s.exec(select(Interaction)).all())
    done = [await interactions.import_file(phone, path, "Phone", silent) for _ in range(2)]

    assert [(one.added, one.known) for one in done] == [(1, 0), (0, 1)]


async def test_what_is_wrong_is_told_by_row_and_field(phone, tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text(CSV + "fax,2026-03-02,a@example.com,Fine\n")
    with pytest.raises(Invalid, match="Row 3, kind"):
        await interactions.import_file(phone, path, "Phone", silent)
    with pytest.raises(NotFound, match="no inbox"):
        await interactions.import_file(phone, path, "Fax", silent)
    with pytest.raises(Invalid, match="can't be read"):
        await interactions.import_file(phone, tmp_path / "none", "Phone", silent)
