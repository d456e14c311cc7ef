"""Figures in the text format of Prometheus, for those who run this."""

import ipaddress
from collections.abc import Callable, Iterator

from aiohttp import web

from inbox.desk import figures, watch
from inbox.desk.figures import Figures, Queue
from inbox.desk.watch import Watch, Watched
from inbox.errors import NotFound
from inbox.web import keys
from inbox.web.realtime import HUB
from inbox.web.route import Access, Route
from inbox.web.watching import WATCHING


async def show(request: web.Request) -> web.Response:
    """For this machine and the configured proxies' own networks; to others it is not there."""
    services = request.app[keys.SERVICES]
    if not _is_near(request[keys.REMOTE], services.settings.trusted_proxies):
        raise NotFound
    found, watched = await services.database.read(lambda s: (figures.take(s), watch.look(s)))
    lines = [
        *_lines(found),
        *_inboxes(request.app[WATCHING].heard(watched)),
        *_gauge("inbox_sockets", "Open pages", len(request.app[HUB].clients)),
    ]
    return web.Response(text="\n".join(lines) + "\n", headers={"Content-Type": CONTENT_TYPE})


CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


BY_INBOX: dict[str, tuple[str, Callable[[Watched], float | None]]] = {
    "heartbeat": ("Since who receives was heard", lambda one: one.heartbeat),
    "oldest_arrival": ("How long the oldest waits to be read", lambda one: one.arrivals.seconds),
    "oldest_delivery": ("How long the oldest waits to be sent", lambda one: one.deliveries.seconds),
}


def _lines(found: Figures) -> Iterator[str]:
    for name, queue in (
        ("arrivals", found.arrivals),
        ("deliveries", found.deliveries),
        ("webhook_deliveries", found.webhooks),
    ):
        yield from _queue(f"inbox_{name}", queue)
    yield from _gauge("inbox_events_waiting", "Events not reacted to", found.events_waiting)


def _inboxes(found: Watch) -> Iterator[str]:
    """By inbox; one that nobody has to fetch for has no heartbeat."""
    for name, (text, value) in BY_INBOX.items():
        yield f"# HELP inbox_{name}_seconds {text}"
        yield f"# TYPE inbox_{name}_seconds gauge"
        for one in found.inboxes:
            if (seconds := value(one)) is not None:
                labels = f'inbox="{one.inbox.slug}",kind="{one.inbox.kind}"'
                yield f"inbox_{name}_seconds{{{labels}}} {seconds:.1f}"
    yield from _gauge("inbox_late_inboxes", "Where somebody waits too long", len(found.late))


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
