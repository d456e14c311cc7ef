"""An HTTP server on loopback that can go away and come back on the same port."""

from collections.abc import Sequence

from aiohttp import web

HOST = "127.0.0.1"
MAX_BODY_BYTES = 50 * 1024 * 1024  # Telegram's limit for a file, the largest of all
SHUTDOWN_SECONDS = 0.1


class HttpServer:
    """`port` 0 takes a free one, and keeps it for later starts."""

    def __init__(self, routes: Sequence[web.RouteDef], port: int = 0) -> None:
        self.routes = routes
        self.port = port
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def start(self) -> None:
        if self._runner:
            return
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.add_routes(self.routes)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Refuses new connections and cuts the open ones."""
        if self._runner:
            runner, self._runner = self._runner, None
            await runner.cleanup()
