"""What a channel is: its protocol, its capabilities, and how sending can fail."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

import aiohttp
from pydantic import BaseModel, ConfigDict

from inbox.envelope import FilePart, Inbound, OutboundEnvelope, RawItem, Receipt
from inbox.errors import message_of


class ChannelError(Exception):
    """Something went wrong on a channel."""


class Unparsable(ChannelError):
    """These bytes can't be understood; they stay in quarantine for a person."""


class BadSignature(ChannelError):
    """The request is not from who it says."""


class BadRequest(ChannelError):
    """The request is from the right party but not of the right shape."""


class LoginRefused(ChannelError):
    """The account does not accept these credentials; a person has to act."""


class TemporaryFailure(ChannelError):
    """Not now; `retry_after` seconds if the provider said so. Nothing has been sent."""

    def __init__(self, message: str, *, code: str = "", retry_after: float | None = None) -> None:
        self.code = code
        self.retry_after = retry_after
        super().__init__(message)


class Unreachable(TemporaryFailure):
    """The provider itself does not answer: whatever else goes there waits as well."""


class PermanentFailure(ChannelError):
    """Never, as it is; the text says why and what a person can do.

    `dead` are addresses of which the provider says that they do not exist; `link` leads to its
    page about the code.
    """

    def __init__(
        self, message: str, *, code: str = "", dead: Sequence[str] = (), link: str = ""
    ) -> None:
        self.code = code
        self.link = link
        self.dead = tuple(dead)
        super().__init__(message)


class OutcomeUnknown(ChannelError):
    """The connection broke after the message was handed over and before the answer came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a channel can carry; the composer, rules, bots and campaigns read it.

    Sizes are in characters and bytes; `window_hours` is how long after the customer's last message
    a reply is allowed (0: always). `file_limits` are those of some types or beginnings of types,
    `file_count` how many files a message carries (0: any), `files_by_link` whether the provider
    fetches them from us. `answers_one`: one message can be
    answered among many; `reactions` are the emojis offered; `templates` are the provider's.
    `repeatable`: sending again with the same message id is safe or
    recognised, so an unknown outcome may be tried once more (mail); else a person decides.
    """

    html: bool = False
    subject: bool = False
    copies: bool = False
    buttons: bool = False
    files: bool = True
    file_count: int = 0
    files_by_link: bool = False
    file_limits: Mapping[str, int] = field(default_factory=dict)
    answers_one: bool = False
    reactions: tuple[str, ...] = ()
    templates: bool = False
    text_limit: int = 0
    file_limit: int = 25 * 1024 * 1024
    window_hours: int = 0
    agent_can_start: bool = True
    repeatable: bool = False
    address_kind: str = "external"


class ChannelSettings(BaseModel):
    """Base of each channel's settings; its fields draw the form, SecretStr ones are encrypted.

    A field's `title` is the label, `description` the help; `json_schema_extra={"group": …}` orders.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


Tokens = Mapping[str, str]


class Granted(Protocol):
    """The tokens that a provider gave for an account: encrypted, and one set for all processes."""

    async def read(self) -> Tokens:
        """Empty before the first sign-in."""
        ...

    async def renew(self, make: Callable[[Tokens], Awaitable[Tokens]]) -> Tokens:
        """`make` gets those that are kept, and its answer is kept; one at a time everywhere."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One configured inbox, as its channel sees it.

    `hook_url` is the public URL of the inbox's hook; `sign`/`is_signed` are bound to this inbox's
    key; `http` is the guarded client; `private_hosts` may be reached though not public. Large
    things are put down in the folder `spool`. `granted` is None for one that is not stored yet.
    """

    inbox_id: str
    name: str
    settings: Any
    hook_url: str = ""
    public_url: str = ""
    http: aiohttp.ClientSession | None = None
    private_hosts: str = ""
    key: bytes = b""
    spool: Path | None = None
    granted: Granted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRequest:
    """An HTTP request of a provider, as plain data. `url` is the configured public one."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    remote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookAnswer:
    """What to keep, and what to answer after it is kept."""

    items: Sequence[RawItem] = ()
    status: int = 200
    body: str = ""
    content_type: str = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The result of "Test connection": well or not, and a sentence that says so."""

    ok: bool
    explanation: str
    needs_login: bool = False


async def tried(attempt: Awaitable[str]) -> Checked:
    """What came of an attempt that answers with what is well, or raises a ChannelError."""
    try:
        return Checked(ok=True, explanation=await attempt)
    except ChannelError as error:
        needs_login = isinstance(error, LoginRefused)
        return Checked(ok=False, explanation=message_of(error), needs_login=needs_login)


# commits the items together with the moved checkpoint, then returns
Record = Callable[[Sequence[RawItem], Mapping[str, Any]], Awaitable[None]]


# the numbers seen of a folder, by its mark and UIDVALIDITY
Known = Callable[[str, int], Awaitable[set[int]]]


class Channel(Protocol):
    """Every channel: opened for one account, it understands raw bytes and sends envelopes."""

    name: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    settings_model: ClassVar[type[ChannelSettings]]

    def __init__(self, account: Account) -> None: ...

    def address(self) -> str:
        """How customers reach this account, for showing; may be empty."""
        ...

    def parse(self, raw: RawItem) -> Sequence[Inbound]:
        """Pure: no network. Raises Unparsable; an empty answer means nothing to keep."""
        ...

    async def fetch(self, part: FilePart) -> FilePart:
        """Fill in the content of a part that `parse` left with a remote reference only.

        Raises TemporaryFailure or PermanentFailure.
        """
        ...

    async def send(self, envelope: OutboundEnvelope) -> Receipt:
        """Raises TemporaryFailure, PermanentFailure, OutcomeUnknown or LoginRefused."""
        ...

    async def check(self) -> Checked:
        """Try the account without changing anything."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Listens(Protocol):
    """A channel that fetches: runs until cancelled, and goes on from `checkpoint`."""

    def listens(self) -> bool:
        """Whether this account is set to fetch (Telegram may use a webhook instead)."""
        ...

    async def listen(self, checkpoint: Mapping[str, Any], record: Record) -> None:
        """Raises LoginRefused or TemporaryFailure; the worker waits and calls it again.

        An empty `record([], checkpoint)` says that the link is alive.
        """
        ...


@runtime_checkable
class Compares(Protocol):
    """A channel whose mailbox can be compared with what is stored."""

    async def compare(self, checkpoint: Mapping[str, Any], known: Known, record: Record) -> int:
        """How much was looked at; what is not known is handed to `record`, as `listen` does.

        Raises LoginRefused or TemporaryFailure.
        """
        ...


@runtime_checkable
class Hooked(Protocol):
    """A channel whose provider calls us."""

    def hook(self, request: HookRequest) -> HookAnswer:
        """Check the signature and take out what to keep. Raises BadSignature or BadRequest."""
        ...


@runtime_checkable
class Enables(Protocol):
    """A channel whose provider must be told about us when the inbox is switched on or changed."""

    async def enable(self) -> None:
        """May be repeated. Raises LoginRefused, TemporaryFailure or PermanentFailure."""
        ...


@runtime_checkable
class SignsIn(Protocol):
    """A channel to whose account a person can sign in at its provider's own page (OAuth 2)."""

    def provider(self) -> str:
        """The provider's name; empty where this account needs no such sign-in."""
        ...

    def sign_in_url(self, back: str, state: str, verifier: str) -> str:
        """Where to send the person's browser, which comes to `back` with a code and `state`."""
        ...

    async def signed_in(self, back: str, code: str, verifier: str) -> Tokens:
        """The tokens for the code. Raises LoginRefused, TemporaryFailure or PermanentFailure."""
        ...


def listens(channel: Channel) -> bool:
    """Whether it is to be run by a poller of ours."""
    return isinstance(channel, Listens) and channel.listens()
