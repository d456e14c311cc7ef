"""Commands say what is wrong in a sentence."""

import pytest
from click.testing import CliRunner

from inbox.cli import main


@pytest.mark.parametrize("password", ["", "short", "password1"])
def test_an_agent_gets_no_password_that_is_guessed_first(tmp_path, password: str) -> None:
    arguments = ["agent", "add", "a@b.example", "--name", "A", "--password-stdin"]

    found = CliRunner().invoke(main, [*arguments, "--data", str(tmp_path)], input=f"{password}\n")

    assert found.exit_code == 1
    assert found.output.startswith("Error: password: ")
    assert not (tmp_path / "inbox.sqlite3").exists()
