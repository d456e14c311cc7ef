"""Calls to a provider's HTTP API, with what can break sorted into the errors of sending."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from inbox.channels.base import (
    Account,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
    Unreachable,
)
from inbox.errors import Unavailable
from inbox.i18n import N_, Phrase
from inbox.outgoing import MAX_ANSWER_BYTES, Refused, read_limited

TIMEOUT_SECONDS = 15
NOT_PUBLIC = N_(
    "%(host)s may not be called: it is not a public web address. If it is meant to be private, add"
    " it with its port to INBOX_PRIVATE_HOSTS."
)
NO_CONNECTION = N_("%(host)s can't be reached: no connection.")
NO_ANSWER = N_("%(host)s took the request and gave no usable answer.")
OWN_TROUBLE = N_("%(host)s has trouble of its own: it answered %(status)s.")
CONNECT_SECONDS = 10  # shorter than the whole, so that "never connected" is told from "no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A provider's answer below 500."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def ok(self) -> bool:
        return self.status < 300

    def json(self) -> dict[str, Any]:
        """The body as an object; empty if it is anything else."""
        try:
            found = orjson.loads(self.content)
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}

    def retry_after(self) -> float | None:
        """Seconds from the Retry-After header, if it gives seconds."""
        value = self.headers.get("Retry-After", "")
        return float(value) if value.isascii() and value.isdigit() else None


async def call(
    account: Account,
    method: str,
    url: str,
    *,
    once: bool = False,
    seconds: float | None = None,
    **options: Any,
) -> Answer:
    """`once`: this hands a message over, so a break after connecting leaves the outcome unknown.

    Other calls change nothing by being repeated: whatever breaks is a TemporaryFailure.
    """
    assert account.http is not None, "this account was opened for reading only"
    host = urlsplit(url).hostname or url
    lost = OutcomeUnknown if once else TemporaryFailure
    options.setdefault("allow_redirects", not once)
    limits = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS)
    try:
        async with (
            asyncio.timeout(TIMEOUT_SECONDS if seconds is None else seconds),
            account.http.request(method, url, timeout=limits, **options) as response,
        ):
            content = await read_limited(response, MAX_ANSWER_BYTES)
    except (aiohttp.InvalidURL, Refused) as error:
        raise PermanentFailure(Phrase(NOT_PUBLIC, host=host)) from error
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise Unreachable(Phrase(NO_CONNECTION, host=host)) from error
    except (aiohttp.ClientError, TimeoutError, OSError, Unavailable) as error:
        raise lost(Phrase(NO_ANSWER, host=host)) from error
    if response.status >= 500:
        raise lost(Phrase(OWN_TROUBLE, host=host, status=response.status))
    return Answer(status=response.status, headers=response.headers, content=content)
