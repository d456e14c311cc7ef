"""The product as a process of its own, which can be killed at any moment and started again."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

START_SECONDS = 180


class Served:
    """`command` is what stands after `inbox`; the log of all its lives lies at `log`."""

    def __init__(
        self, log: Path, url: str, command: list[str], settings: Mapping[str, str]
    ) -> None:
        self.log = log
        self.url = url
        self.command = command
        self.environment = {
            **os.environ,
            **{f"INBOX_{name.upper()}": value for name, value in settings.items()},
        }
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns once it answers, if it has a web side."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "inbox", *self.command,
                env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        if self.url:
            await self._answers()

    async def kill(self) -> None:
        """Without a chance to tidy up."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        if self._process and self._process.returncode is None:
            self._process.send_signal(how)
            await self._process.wait()

    async def _answers(self) -> None:
        assert self._process
        async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as http:
            while self._process.returncode is None:
                try:
                    async with http.get(f"{self.url}/healthz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)
        raise AssertionError(self.log.read_text()[-3000:])


@asynccontextmanager
async def serving(
    log: Path, url: str, command: list[str], settings: Mapping[str, str]
) -> AsyncIterator[Served]:
    served = Served(log, url, command, settings)
    try:
        await served.start()
        yield served
    finally:
        await served.kill()
