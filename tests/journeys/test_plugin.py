"""A channel of a package of its own: as the guide has it, installed by pip, used by people."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.journeys.served import serving
from tests.servers.mail import free_ports

GUIDE = Path(__file__).parents[2] / "docs" / "adding-a-channel.md"
PROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "inbox-pigeon"
version = "1.0"

{entry_point}
[tool.hatch.build.targets.wheel]
include = ["inbox_pigeon.py"]
"""
KEY = "coo"
PATIENCE_SECONDS = 30


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which pip has put the guide's package."""
    source, target = tmp_path_factory.mktemp("pigeon"), tmp_path_factory.mktemp("site")
    (source / "inbox_pigeon.py").write_text(blocks("python")[0])
    (source / "pyproject.toml").write_text(PROJECT.format(entry_point=blocks("toml")[0]))
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
         "--no-build-isolation", "--disable-pip-version-check", "--target", str(target),
         str(source)],
        check=True,
    )  # fmt: skip
    return target


def environment(installed: Path, **more: str) -> dict[str, str]:
    path = os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path, **more}


def test_its_own_test_of_the_contract_passes(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "test_pigeon.py").write_text(blocks("python")[1])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", str(tmp_path)],
        env=environment(installed), cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert "1 passed" in done.stdout, done.stdout


class Pigeon:
    """The made-up service: what it was given to carry."""

    def __init__(self) -> None:
        self.carried: list[dict[str, Any]] = []

    async def take(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Pigeon-Key") != KEY:
            return web.json_response({"error": "Whose pigeon?"}, status=401)
        self.carried.append(await request.json())
        return web.json_response({"id": f"p{len(self.carried)}"})


@pytest.fixture
async def pigeon() -> AsyncIterator[tuple[Pigeon, str]]:
    made, app = Pigeon(), web.Application()
    app.add_routes([web.post("/messages", made.take)])
    async with TestServer(app) as server:
        yield made, f"http://127.0.0.1:{server.port}"


async def command(settings: dict[str, str], *words: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "inbox", *words, env=settings,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode().strip().splitlines()[-1]


async def test_it_receives_and_sends_beside_the_built_in_ones(
    installed: Path, pigeon: tuple[Pigeon, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, api_base = pigeon
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    private = api_base.removeprefix("http://")
    given = {"data_dir": str(tmp_path), "public_url": url, "private_hosts": private}
    named = {f"INBOX_{name.upper()}": value for name, value in given.items()}
    settings = environment(installed, **named)
    await command(settings, "migrate")
    inbox_id = await command(
        settings, "inbox", "add", "pigeon", "--name", "Pigeons",
        "--set", f"key={KEY}", "--set", f"api_base={api_base}",
    )  # fmt: skip
    token = await command(settings, "token", "create", "Test", "--scope", "write")
    monkeypatch.setenv("PYTHONPATH", settings["PYTHONPATH"])
    serve = ["serve", "--host", "127.0.0.1", "--port", str(port)]
    async with serving(tmp_path / "log", url, serve, given), Programs(url, token) as programs:
        body = {"id": "1", "sender": "ana", "text": "Coo?"}
        assert await programs.hook(inbox_id, body, key="") == 403
        assert await programs.hook(inbox_id, body, key=KEY) == 200
        assert await programs.hook(inbox_id, body, key=KEY) == 200
        conversation = await programs.first_conversation()
        assert (conversation["channel"], conversation["preview"]) == ("pigeon", "Coo?")
        assert conversation["message_count"] == 1
        await programs.reply(conversation["id"], "Coo.")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not made.carried:
                await asyncio.sleep(0.1)

    assert made.carried == [{"to": "ana", "text": "Coo."}]


class Programs:
    """The API, and the provider that calls the hook."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token

    async def __aenter__(self) -> Self:
        self.http = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    async def hook(self, inbox_id: str, body: dict[str, str], key: str) -> int:
        headers = {"X-Pigeon-Key": key}
        url = f"{self.url}/hooks/{inbox_id}"
        async with self.http.post(url, json=body, headers=headers) as answer:
            return answer.status

    async def first_conversation(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                url = f"{self.url}/api/v1/conversations"
                async with self.http.get(url, headers=self._bearer()) as answer:
                    if items := (await answer.json())["items"]:
                        return dict(items[0])
                await asyncio.sleep(0.1)

    async def reply(self, conversation_id: str, text: str) -> None:
        url = f"{self.url}/api/v1/conversations/{conversation_id}/replies"
        async with self.http.post(url, json={"text": text}, headers=self._bearer()) as answer:
            assert answer.status == 201, await answer.text()

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}
