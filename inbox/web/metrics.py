"""Figures in the text format of Prometheus, for those who run this."""

import ipaddress
from collections.abc import Iterator

from aiohttp import web

from inbox.desk import figures
from inbox.desk.figures import Figures, Queue
from inbox.errors import NotFound
from inbox.web import keys
from inbox.web.realtime import HUB
from inbox.web.route import Access, Route


async def show(request: web.Request) -> web.Response:
    """For this machine and the configured proxies' own networks; to others it is not there."""
    services = request.app[keys.SERVICES]
    if not _is_near(request[keys.REMOTE], services.settings.trusted_proxies):
        raise NotFound
    found = await services.database.read(figures.take)
    lines = [*_lines(found), *_gauge("inbox_sockets", "Open pages", len(request.app[HUB].clients))]
    return web.Response(text="\n".join(lines) + "\n", headers={"Content-Type": CONTENT_TYPE})


CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def _lines(found: Figures) -> Iterator[str]:
    for name, queue in (
        ("arrivals", found.arrivals),
        ("deliveries", found.deliveries),
        ("webhook_deliveries", found.webhooks),
    ):
        yield from _queue(f"inbox_{name}", queue)
    yield from _gauge("inbox_events_waiting", "Events not reacted to", found.events_waiting)


def _queue(name: str, queue: Queue) -> Iterator[str]:
    yield f"# HELP {name} Rows by state"
    yield f"# TYPE {name} gauge"
    for state, number in sorted(queue.states.items()):
        yield f'{name}{{state="{state}"}} {number}'
    text = "How long the oldest waits that is due"
    yield from _gauge(f"{name}_oldest_seconds", text, queue.oldest_seconds)


def _gauge(name: str, text: str, value: float) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} gauge"
    yield f"{name} {value}"


def _is_near(address: str, proxies: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    networks = [ipaddress.ip_network(p.strip()) for p in proxies.split(",") if p.strip()]
    return found.is_loopback or any(found in network for network in networks)


ROUTES = [Route("GET", "/metrics", show, Access.PUBLIC)]
