"""What goes wrong at the start is told in a sentence that says what would do."""

import socket

import pytest
from click.testing import CliRunner

from inbox.cli.alone import alone
from inbox.cli.main import main
from inbox.settings import Settings


def run(*arguments, **environment):
    return CliRunner(env={"INBOX_DATA_DIR": "", **environment}).invoke(main, arguments)


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_in_use_is_told_before_anybody_is_welcomed(tmp_path, command):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        told = run(command, "--port", str(port), "--data", str(tmp_path))

    assert told.exit_code == 1
    assert told.output.splitlines()[-1].startswith("Error: Something listens on this port already")
    assert "running" not in told.output


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http"])
def test_a_port_that_can_not_be_is_refused(port):
    assert "Invalid value for '--port'" in run("serve", "--port", port).output


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_second_process_on_the_same_folder_is_refused(tmp_path, command):
    with alone(Settings(data_dir=tmp_path, _env_file=None)):
        told = run(command, "--port", "9", "--data", str(tmp_path))

    assert told.exit_code == 1
    assert "Another Inbox works in the data folder" in told.output
    with alone(Settings(data_dir=tmp_path, _env_file=None)):
        pass  # and free again


def test_a_file_is_no_data_folder(tmp_path):
    file = tmp_path / "file"
    file.touch()
    told = run("serve", "--data", str(file))

    assert told.exit_code == 1
    assert told.output.strip() == f"Error: File exists: {file}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INBOX_DATABASE_URL", "mysql://localhost/inbox"),
        ("INBOX_REDIS_URL", "localhost:6379"),
        ("INBOX_PUBLIC_URL", "inbox.example.org"),
        ("INBOX_TRUSTED_PROXIES", "10.0.0.0/8, the-proxy"),
        ("INBOX_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_setting_that_can_not_be_is_named_with_the_remedy(tmp_path, name, value):
    told = run("check", "--data", str(tmp_path), **{name: value})

    assert told.exit_code == 1
    assert told.output.startswith(f"Error: {name}: ")
    assert "ive " in told.output
