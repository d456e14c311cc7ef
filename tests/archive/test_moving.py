"""What is taken out of one workspace comes whole into another, on either database."""

import stat
import tarfile
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, select

from inbox.archive import backup, folder, rows
from inbox.desk import search
from inbox.envelope import RawItem
from inbox.errors import Conflict, Invalid, NotFound
from inbox.model import Agent, Arrival, Attachment, Contact, Conversation, Inbox, Message
from inbox.services import Services
from tests.archive.conftest import Open, silent

SMALL, LARGE = b"From: a@b.test\r\n\r\nsmall", b"From: a@b.test\r\n\r\n" + b"large " * 10_000


@pytest.fixture
async def used(used: Services) -> Services:
    """With mails, a file that belongs to a message, and a contact that was merged."""
    (inbox_id,) = look(used, select(Inbox.id).where(Inbox.kind == "email"))
    items = [RawItem(external_id="s", content=SMALL), RawItem(external_id="l", content=LARGE)]
    await used.arrivals.record(inbox_id, items)
    digest = await used.files.put(b"%PDF-1.7 plans")

    def work(session: Any) -> None:
        message = session.exec(select(Message)).first()
        session.add(
            Attachment(
                message_id=message.id, name="plans.pdf", content_type="application/pdf",
                size=14, digest=digest,
            )
        )  # fmt: skip
        older, newer = session.exec(select(Contact).order_by(Contact.id).limit(2)).all()
        older.merged_into_id = newer.id

    used.database.run(work)
    return used


def look(services: Services, query: Any) -> list[Any]:
    return services.database.look(lambda s: list(s.exec(query)))


def content(services: Services, *, with_secrets: bool) -> dict[str, list[Any]]:
    """Every row that is moved, without what each database decides for itself."""
    with services.database.snapshot() as connection:
        return {
            table.name: [
                {k: v for k, v in row.items() if k not in {"transaction_id", "indexed"}}
                for row in rows.read(connection, table, with_secrets=with_secrets)
            ]
            for table in rows.tables(with_secrets=with_secrets)
        }


@pytest.fixture(params=["sqlite", "postgres"])
async def target(request: pytest.FixtureRequest, open_place: Open) -> Services:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    return await open_place("target", url)


async def test_an_export_is_imported_as_it_was(
    used: Services, target: Services, tmp_path: Path
) -> None:
    out = await folder.export(used, tmp_path / "export", silent)
    back = await folder.import_folder(target, tmp_path / "export", silent)

    assert content(target, with_secrets=False) == content(used, with_secrets=False)
    assert (back.rows, back.files) == (out.rows, out.files)
    (attachment,) = look(target, select(Attachment))
    assert await target.files.get(attachment.digest) == b"%PDF-1.7 plans"
    arrivals = {a.external_id: a for a in look(target, select(Arrival))}
    assert arrivals["s"].raw == SMALL
    assert await target.files.get(arrivals["l"].digest) == LARGE


async def test_an_export_of_an_import_is_the_same_export(
    used: Services, open_place: Open, tmp_path: Path
) -> None:
    await folder.export(used, tmp_path / "first", silent)
    target = await open_place("target")
    await folder.import_folder(target, tmp_path / "first", silent)
    await folder.export(target, tmp_path / "second", silent)

    assert read_all(tmp_path / "second") == read_all(tmp_path / "first")


def read_all(path: Path) -> dict[str, bytes]:
    found = {
        str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()
    }
    del found["manifest.json"]  # it says when
    return found


async def test_an_export_can_be_read_without_inbox(used: Services, tmp_path: Path) -> None:
    await folder.export(used, tmp_path / "export", silent)
    lines = (tmp_path / "export/tables/contact.jsonl").read_bytes().splitlines()
    mails = {path.read_bytes() for path in (tmp_path / "export/mail").glob("*.eml")}

    assert {orjson.loads(line)["name"] for line in lines} == set(look(used, select(Contact.name)))
    assert mails == {SMALL, LARGE}


async def test_an_export_holds_nothing_to_sign_in_with(used: Services, tmp_path: Path) -> None:
    secrets = [hashed.encode() for hashed in look(used, select(Agent.password_hash))]
    secrets += [sealed for sealed in look(used, select(Inbox.secrets)) if sealed]
    await folder.export(used, tmp_path / "export", silent)
    everything = b"".join(read_all(tmp_path / "export").values())

    assert len(secrets) > 1
    assert [secret for secret in secrets if secret in everything] == []


async def test_a_backup_of_one_database_is_restored_into_either(
    used: Services, target: Services, tmp_path: Path
) -> None:
    await backed_up_and_restored(used, target, tmp_path)
    inbox = look(target, select(Inbox).where(Inbox.kind == "email"))[0]

    assert content(target, with_secrets=True) == content(used, with_secrets=True)
    account = target.channels.account(inbox)
    assert account.settings.imap_password.get_secret_value() == "simulator"


async def test_a_backup_of_postgresql_is_restored_into_sqlite(
    used: Services, open_place: Open, postgres_url: str, tmp_path: Path
) -> None:
    elsewhere = await open_place("elsewhere", postgres_url)
    await backed_up_and_restored(used, elsewhere, tmp_path)
    target = await open_place("target")
    await backed_up_and_restored(elsewhere, target, tmp_path, "second.tar")

    assert content(target, with_secrets=True) == content(used, with_secrets=True)


async def backed_up_and_restored(
    source: Services, target: Services, tmp_path: Path, name: str = "backup.tar"
) -> None:
    await backup.back_up(source, tmp_path / name, silent)
    (target.settings.data_dir / "secret.key").unlink()
    made = backup.prepare(target.settings, tmp_path / name)
    target.vault.__init__((target.settings.data_dir / "secret.key").read_text().strip())
    await backup.restore(target, tmp_path / name, made, silent, force=False)


async def test_work_goes_on_after_a_restore(
    used: Services, target: Services, tmp_path: Path
) -> None:
    """Numbers count on, and what was written before is found."""
    await backed_up_and_restored(used, target, tmp_path)
    highest = max(look(target, select(Conversation.number)))

    def work(session: Any) -> int:
        from inbox.db import next_numbers  # noqa: PLC0415

        while search.index_new(session):
            pass
        return next_numbers(session, 1)[0]

    assert target.database.run(work) == highest + 1
    name = look(target, select(Message.text).limit(1))[0].split()[0]
    assert target.database.look(lambda s: search.find(s, name, None))


async def test_a_backup_is_for_its_owner_only(used: Services, tmp_path: Path) -> None:
    await backup.back_up(used, tmp_path / "backup.tar", silent)

    assert modes(tmp_path) == {"backup.tar": "-rw-------"}


def modes(folder: Path) -> dict[str, str]:
    return {
        path.name: stat.filemode(path.stat().st_mode)
        for path in folder.iterdir()
        if path.name.startswith("backup")
    }


async def test_a_backup_may_be_made_while_the_desk_writes(used: Services, tmp_path: Path) -> None:
    await used.database.write(lambda s: s.add(Contact(name="Before")))
    summary = await backup.back_up(used, tmp_path / "backup.tar", silent)
    await used.database.write(lambda s: s.add(Contact(name="After")))

    assert summary.rows == sum(map(len, content(used, with_secrets=True).values())) - 1


async def test_a_workspace_in_use_is_not_overwritten(used: Services, tmp_path: Path) -> None:
    await backup.back_up(used, tmp_path / "backup.tar", silent)
    made = backup.prepare(used.settings, tmp_path / "backup.tar")
    before = content(used, with_secrets=True)

    with pytest.raises(Conflict, match="--force"):
        await backup.restore(used, tmp_path / "backup.tar", made, silent, force=False)
    used.database.run(lambda s: s.add(Contact(name="Later")))
    await backup.restore(used, tmp_path / "backup.tar", made, silent, force=True)
    assert content(used, with_secrets=True) == before


async def test_another_key_is_said(used: Services, open_place: Open, tmp_path: Path) -> None:
    await backup.back_up(used, tmp_path / "backup.tar", silent)
    target = await open_place("target")
    made = backup.prepare(target.settings, tmp_path / "backup.tar")

    with pytest.raises(Invalid, match="another secret key"):
        await backup.restore(target, tmp_path / "backup.tar", made, silent, force=False)


async def test_half_a_backup_is_refused(used: Services, tmp_path: Path) -> None:
    path = tmp_path / "backup.tar"
    await backup.back_up(used, path, silent)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(Invalid, match="whole"):
        backup.prepare(used.settings, path)
    path.write_bytes(b"no tar at all")
    with pytest.raises(Invalid, match="no backup"):
        backup.prepare(used.settings, path)
    with pytest.raises(NotFound):
        backup.prepare(used.settings, tmp_path / "other.tar")


async def test_a_newer_version_is_named(used: Services, tmp_path: Path) -> None:
    path = tmp_path / "export"
    await folder.export(used, path, silent)
    made = orjson.loads((path / "manifest.json").read_bytes()) | {"schema": "9999"}
    (path / "manifest.json").write_bytes(orjson.dumps(made))

    with pytest.raises(Invalid, match="9999"):
        await folder.import_folder(used, path, silent)


async def test_a_spoilt_line_is_named_and_nothing_is_imported(
    used: Services, open_place: Open, tmp_path: Path
) -> None:
    await folder.export(used, tmp_path / "export", silent)
    lines = tmp_path / "export/tables/contact.jsonl"
    lines.write_bytes(lines.read_bytes().replace(b'"name":', b'"nme":', 1))
    target = await open_place("target")

    with pytest.raises(Invalid, match=r"contact\.jsonl, line 1"):
        await folder.import_folder(target, tmp_path / "export", silent)
    assert look(target, select(Agent)) == []


async def test_a_spoilt_file_is_named(used: Services, open_place: Open, tmp_path: Path) -> None:
    await folder.export(used, tmp_path / "export", silent)
    (file,) = (tmp_path / "export/files").iterdir()
    file.write_bytes(b"other")

    with pytest.raises(Invalid, match=file.name):
        await folder.import_folder(await open_place("target"), tmp_path / "export", silent)


async def test_a_missing_file_is_counted_and_stops_nothing(used: Services, tmp_path: Path) -> None:
    for file in (used.settings.data_dir / "files").rglob("*"):
        if file.is_file():
            file.unlink()
    summary = await backup.back_up(used, tmp_path / "backup.tar", silent)

    assert (summary.files, summary.missing_files) == (0, 2)
    with tarfile.open(tmp_path / "backup.tar") as tar:
        assert "complete.json" in tar.getnames()


def test_every_table_is_moved_or_left_out_on_purpose() -> None:
    moved = {table.name for table in rows.tables(with_secrets=True)}

    assert moved | rows.LEFT_OUT == set(SQLModel.metadata.tables)
    assert {table for table, _ in rows.SECRET_COLUMNS} <= moved
    binary = {
        (table.name, column.name)
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.LargeBinary)
    }
    assert binary - {("arrival", "raw")} <= rows.SECRET_COLUMNS
