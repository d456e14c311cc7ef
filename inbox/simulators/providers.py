"""All simulated providers of one shop: started together, on ports that stay the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from inbox.errors import NotFound
from inbox.simulators import mailbox, telegram, twilio
from inbox.simulators.customers import Customers
from inbox.simulators.faults import Faults
from inbox.simulators.hooks import Hooks
from inbox.simulators.ledger import Ledger
from inbox.simulators.loopback import HOST
from inbox.simulators.mailbox import Mailbox
from inbox.simulators.memory import Memory
from inbox.simulators.telegram import Telegram
from inbox.simulators.twilio import Twilio


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """0 takes the port of the last time, or a free one."""

    smtp: int = 0
    imap: int = 0
    twilio: int = 0
    telegram: int = 0


REMEMBERED = 1000


class Simulators:
    """`await Simulators.start(…)`; everything kept lies in `data_dir/simulators`."""

    def __init__(self, data_dir: Path, hook_base_url: str, ports: Ports) -> None:
        folder = data_dir / "simulators"
        self.memory = Memory(folder)
        self.ledger = Ledger(folder)
        self.hooks = Hooks(self.memory, hook_base_url)
        ports = Ports(**_known(self.memory.get("ports", {}), asdict(ports)))
        self.mailbox = Mailbox(folder / "mail", self.ledger, self.memory, (ports.smtp, ports.imap))
        self.twilio = Twilio(self.ledger, self.hooks, ports.twilio)
        self.telegram = Telegram(self.ledger, self.memory, self.hooks, ports.telegram)
        self.sent: dict[str, None] = {}  # ids of what was sent from the page, oldest first
        self.customers = Customers(self.ledger, self.mailbox, self.twilio, self.telegram)

    @contextmanager
    def once(self, request_id: str) -> Iterator[bool]:
        """Whether it was not sent before; what failed may be sent again."""
        is_new = not request_id or request_id not in self.sent
        self.sent[request_id] = None
        if len(self.sent) > REMEMBERED:
            del self.sent[next(iter(self.sent))]
        try:
            yield is_new
        except BaseException:
            self.sent.pop(request_id, None)
            raise

    @classmethod
    async def start(
        cls, data_dir: Path, hook_base_url: str, ports: Ports | None = None
    ) -> "Simulators":
        """`hook_base_url` is the shop's public URL, under which its hooks are."""
        made = cls(data_dir, hook_base_url, ports or Ports())
        await made.hooks.start()
        for provider in made._providers().values():
            await provider.start()
        made.memory.put("ports", asdict(made.ports))
        return made

    async def stop(self) -> None:
        await self.telegram.stop()
        await self.twilio.close()
        await self.mailbox.close()
        await self.hooks.stop()

    @property
    def ports(self) -> Ports:
        return Ports(
            smtp=self.mailbox.smtp.port,
            imap=self.mailbox.imap.port,
            twilio=self.twilio.server.port,
            telegram=self.telegram.server.port,
        )

    @property
    def private_hosts(self) -> str:
        """What the setting of the same name must allow, for the adapters to get here."""
        return ",".join(f"{HOST}:{port}" for port in asdict(self.ports).values())

    def connect(self, kind: str, inbox_id: str, slug: str = "") -> None:
        """Tell the providers which of the shop's inboxes belongs to a channel."""
        self.hooks.connect(kind, inbox_id, slug)
        self.ledger.tell()

    def faults(self, channel: str) -> Faults:
        return self._provider(channel).faults

    async def set_outage(self, channel: str, on: bool) -> None:
        """While it lasts, connections to the provider are refused and open ones cut."""
        provider = self._provider(channel)
        provider.faults.outage = on
        await (provider.close() if on else provider.open())
        self.ledger.tell()

    def inboxes(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Kind, name and settings of the inboxes that lead to these simulators."""
        return [
            ("email", "E-mail", self._email_settings()),
            ("sms", "SMS", self._sms_settings()),
            ("telegram", "Telegram", self._telegram_settings()),
            ("webchat", "Web chat", {"watch_visitors": True}),
            ("form", "Contact form", {}),
        ]

    def _email_settings(self) -> dict[str, Any]:
        return {
            "email": mailbox.ADDRESS,
            "display_name": "Shop",
            "imap_host": HOST,
            "imap_port": self.ports.imap,
            "imap_security": "none",
            "imap_user": mailbox.ADDRESS,
            "imap_password": mailbox.PASSWORD,
            "start_with": "everything",  # somebody may write before the first connection
            "trusted_host": mailbox.HOST_NAME,
            "smtp_host": HOST,
            "smtp_port": self.ports.smtp,
            "smtp_security": "none",
            "smtp_user": mailbox.ADDRESS,
            "smtp_password": mailbox.PASSWORD,
        }

    def _sms_settings(self) -> dict[str, Any]:
        return {
            "account_sid": twilio.ACCOUNT_SID,
            "auth_token": twilio.AUTH_TOKEN,
            "sender": twilio.NUMBER,
            "api_base": self.twilio.server.url,
            "content_base": self.twilio.server.url,
        }

    def _telegram_settings(self) -> dict[str, Any]:
        return {"token": telegram.TOKEN, "api_base": self.telegram.server.url}

    def _providers(self) -> dict[str, Mailbox | Twilio | Telegram]:
        return {"email": self.mailbox, "sms": self.twilio, "telegram": self.telegram}

    def _kept_by(self, channel: str) -> str:
        """WhatsApp's messages go by Twilio too."""
        return "sms" if channel == "whatsapp" else channel

    def _provider(self, channel: str) -> Mailbox | Twilio | Telegram:
        found = self._providers().get(self._kept_by(channel))
        if not found:
            raise NotFound(f"There is no simulator of {channel!r}.")
        return found


SIMULATORS = web.AppKey("simulators", Simulators)


def _known(remembered: dict[str, int], wanted: dict[str, int]) -> dict[str, int]:
    return {name: port or remembered.get(name, 0) for name, port in wanted.items()}
