"""What a person types, and what they are told: never a traceback."""

import json
import re
import socket
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from inbox.cli import main

Run = Callable[..., Result]
PASSWORD = "correct horse battery"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("INBOX_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("INBOX_DATABASE_URL", "")
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str, **more: str) -> Result:
        result = CliRunner().invoke(main, list(arguments), **more)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result

    return invoke


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


@pytest.mark.parametrize("command", commands(main), ids=" ".join)
def test_every_command_explains_itself_and_knows_its_options(
    run: Run, command: tuple[str, ...]
) -> None:
    explained = run(*command, "--help")
    wrong = run(*command, "--no-such-option")

    assert explained.exit_code == 0
    assert re.search(r"\n  [A-Z].*", explained.output)
    assert wrong.exit_code == 2
    assert "No such option" in wrong.output


def test_a_wrong_command_is_named(run: Run) -> None:
    result = run("bakcup")

    assert result.exit_code == 2
    assert "No such command 'bakcup'" in result.output


def test_a_workspace_goes_by_backup_and_restore(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("agent", "add", "ana@shop.test", "--name", "Ana", "--password-stdin", input=PASSWORD)
    saved = run("backup", "copy.tar", "--json")
    monkeypatch.setenv("INBOX_DATA_DIR", str(tmp_path / "other"))
    restored = run("restore", "copy.tar", "--json")
    again = run("restore", "copy.tar")

    assert saved.exit_code == restored.exit_code == 0, restored.output
    assert json.loads(saved.stdout)["key_included"]
    assert json.loads(restored.stdout)["rows"] == json.loads(saved.stdout)["rows"] > 0
    assert again.exit_code == 1
    assert "--force" in again.output
    assert run("restore", "copy.tar", "--force").exit_code == 0


def test_an_imported_workspace_can_be_entered(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("agent", "add", "ana@shop.test", "--name", "Ana", "--password-stdin", input=PASSWORD)
    assert run("export", "out").exit_code == 0
    monkeypatch.setenv("INBOX_DATA_DIR", str(tmp_path / "other"))
    assert run("import", "inbox", "out").exit_code == 0
    given = run("agent", "password", "ana@shop.test", "--password-stdin", input=PASSWORD)

    assert given.exit_code == 0, given.output
    missing = run("agent", "password", "eve@shop.test", "--password-stdin", input=PASSWORD)
    assert missing.exit_code == 1
    assert "no agent eve@shop.test" in missing.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("backup", "data"), "exists already"),
        (("backup", "no/such/folder/copy.tar"), "No such file or directory"),
        (("restore", "none.tar"), "no file none.tar"),
        (("export", "data"), "exists already"),
        (("import", "inbox", "none"), "no whole export"),
        (("import", "zendesk", "none"), "is not one of"),
        (("import", "mbox", "none"), "--inbox"),
        (("import", "mbox", "none", "--inbox", "Mail"), "E-mail inboxes: none yet"),
        (("inbox", "add", "email", "--name", "Mail", "--set", "email"), "key=value"),
        (("inbox", "check", "Nowhere"), "There is no inbox Nowhere"),
    ],
)
def test_what_can_not_be_done_is_said_in_a_sentence(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "data").mkdir()
    result = run(*arguments)

    assert result.exit_code in (1, 2)
    assert said in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("email", "role", "said"),
    [
        ("ana", "agent", "email: "),
        ("eve@shop.test", "boss", "role: Choose one of"),
        ("ana@shop.test", "agent", "Another agent has this address"),
    ],
)
def test_who_can_not_be_added_is_not_asked_for_a_password(
    run: Run, email: str, role: str, said: str
) -> None:
    run("agent", "add", "ana@shop.test", "--name", "Ana", "--password-stdin", input=PASSWORD)
    result = run("agent", "add", email, "--name", "Ana", "--role", role, input="")

    assert result.exit_code == 1
    assert said in result.output
    assert "Password" not in result.output


def test_nothing_is_well_where_there_is_nothing(run: Run, tmp_path: Path) -> None:
    result = run("check", "--data", "other")

    assert result.exit_code == 1
    assert "no Inbox in the folder other" in result.output
    assert not (tmp_path / "other").exists()


def test_a_database_that_says_nothing_is_not_waited_for(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv("INBOX_DATABASE_URL", f"postgresql://inbox@127.0.0.1:{port}/inbox")
        began = time.monotonic()
        result = run("check")

    assert time.monotonic() - began < 15
    assert result.exit_code == 1
    assert "The database does not answer: connection timeout expired. Look" in result.output
