"""Commands say what is wrong in a sentence."""

import pytest
from click.testing import CliRunner
from sqlmodel import select

from inbox.cli import main
from inbox.db import Database
from inbox.model import Agent


@pytest.mark.parametrize("password", ["", "short", "password1"])
def test_an_agent_gets_no_password_that_is_guessed_first(tmp_path, password: str) -> None:
    arguments = ["agent", "add", "a@b.example", "--name", "A", "--password-stdin"]

    found = CliRunner().invoke(main, [*arguments, "--data", str(tmp_path)], input=f"{password}\n")

    assert found.exit_code == 1
    assert found.output.startswith("Error: password: ")
    database = Database(f"sqlite:///{tmp_path / 'inbox.sqlite3'}")
    assert database.look(lambda session: session.exec(select(Agent)).all()) == []
