"""Runs the application on a port until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable

from aiohttp import web

SHUTDOWN_SECONDS = 10.0


async def serve(
    app: web.Application, host: str, port: int, ready: Callable[[], None] = lambda: None
) -> None:
    """Returns after SIGINT or SIGTERM, when requests in flight are answered.

    `ready` is called once it listens.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        ready()
        await stopped()
    finally:
        await runner.cleanup()


async def stopped() -> None:
    """Until SIGINT or SIGTERM."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    await told.wait()
