"""Telegram's bot API: one call, and what its refusals mean."""

from typing import Any

from inbox.channels.base import (
    Account,
    ChannelError,
    LoginRefused,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
)
from inbox.channels.calling import call
from inbox.i18n import Phrase


class BotApi:
    """The methods of one bot; the token is part of each address, so no address is ever shown."""

    def __init__(self, account: Account, base: str, token: str) -> None:
        self._account = account
        self._base = base.rstrip("/")
        self._token = token

    async def ask(
        self,
        method: str,
        *,
        once: bool = False,
        seconds: float | None = None,
        **options: Any,
    ) -> Any:
        """The result of a method; `once` as in `call`; `options` are aiohttp's (json, data)."""
        url = f"{self._base}/bot{self._token}/{method}"
        answer = await call(self._account, "POST", url, once=once, seconds=seconds, **options)
        body = answer.json()
        if answer.ok and body.get("ok") and "result" in body:
            return body["result"]
        if answer.ok:
            lost = OutcomeUnknown if once else TemporaryFailure
            raise lost("Telegram's answer can't be understood.")
        raise _failure(answer.status, body)

    async def download(self, path: str) -> bytes:
        url = f"{self._base}/file/bot{self._token}/{path.lstrip('/')}"
        answer = await call(self._account, "GET", url, allow_redirects=False)
        if answer.ok:
            return answer.content
        raise _failure(answer.status, answer.json())


def _failure(status: int, body: dict[str, Any]) -> ChannelError:
    words = str(body.get("description") or f"error {status}")
    code = str(status)
    if status in (401, 404):
        return LoginRefused(
            "Telegram doesn't know this bot token. Ask @BotFather for the present one (/token)."
        )
    if status == 409:
        return TemporaryFailure(
            Phrase(
                "Another program fetches this bot's messages, or a webhook is set. Stop the other"
                " program. Telegram says: %(words)s",
                words=words,
            ),
            code=code,
        )
    if status == 429:
        return TemporaryFailure("Telegram asks to wait.", code=code, retry_after=_wait(body))
    if status == 403:
        return PermanentFailure(
            Phrase(
                "The customer has blocked the bot or never started it; only they can change that."
                " Telegram says: %(words)s",
                words=words,
            ),
            code=code,
        )
    return PermanentFailure(Phrase("Telegram refuses: %(words)s", words=words), code=code)


def _wait(body: dict[str, Any]) -> float | None:
    parameters = body.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return float(seconds) if isinstance(seconds, int | float) else None
