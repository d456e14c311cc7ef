"""The site that a widget stands on: what its inbox allows and says."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import Session

from inbox.channels.webchat import WebchatSettings
from inbox.errors import NotFound
from inbox.model import Inbox

KIND = "webchat"
HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    inbox: Inbox
    inbox_id: str
    title: str
    greeting: str
    hue: int
    settings: WebchatSettings

    @property
    def frame_ancestors(self) -> str:
        """The source list of the Content-Security-Policy: who may show the chat in a frame."""
        if not self.settings.domains():
            return "*"
        hosts = [host for entry in self.settings.domains() if (host := _host(entry))]
        return " ".join(["'self'", *hosts])

    def allows(self, host: str) -> bool:
        """Whether a page on `host` (with its port, if it has one) may show the chat."""
        if not self.settings.domains():
            return True
        return any(_covers(_host(entry), host) for entry in self.settings.domains())


def find(session: Session, inbox_id: str) -> Site:
    """Raises NotFound unless it is a web chat that is switched on."""
    inbox = session.get(Inbox, inbox_id)
    if not inbox or inbox.kind != KIND or not inbox.enabled:
        raise NotFound
    settings = WebchatSettings.model_validate(inbox.settings)
    return Site(
        inbox=inbox,
        inbox_id=inbox.id,
        title=settings.title or inbox.name,
        greeting=settings.welcome or inbox.greeting,
        hue=settings.hue,
        settings=settings,
    )


def _host(entry: str) -> str:
    """`https://Shop.example/` and `shop.example` are the same host; nonsense is none."""
    entry = entry.strip().lower()
    host = urlsplit(entry).netloc if "://" in entry else entry.rstrip("/")
    return host if HOST.fullmatch(host) else ""


def _covers(allowed: str, host: str) -> bool:
    if allowed.startswith("*."):
        return host.endswith(allowed[1:])
    return bool(allowed) and host == allowed
