"""Twilio's REST API: one call, its pages, and what its refusals mean.

https://www.twilio.com/docs/usage/requests-to-twilio
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import aiohttp

from inbox.channels.base import Account, LoginRefused, PermanentFailure, TemporaryFailure
from inbox.channels.calling import Answer, call
from inbox.channels.sms.codes import link, reason
from inbox.channels.sms.settings import SmsSettings

VERSION = "2010-04-01"
PAGE = 500
MOST_PAGES = 100


class Rest:
    def __init__(self, account: Account, settings: SmsSettings) -> None:
        self.account = account
        self.settings = settings

    @property
    def base(self) -> str:
        """Of everything that belongs to the account."""
        api = self.settings.api_base.rstrip("/")
        return f"{api}/{VERSION}/Accounts/{self.settings.account_sid}"

    async def ask(self, url: str, **query: str) -> dict[str, Any]:
        """Raises LoginRefused, TemporaryFailure or PermanentFailure."""
        asked = f"{url}?{urlencode(query)}" if query else url
        answer = await call(self.account, "GET", asked, headers=self.login())
        if not answer.ok:
            raise failure(answer)
        return answer.json()

    async def post(self, url: str, form: Sequence[tuple[str, str]]) -> Answer:
        """Hands a message over."""
        return await call(self.account, "POST", url, once=True, data=form, headers=self.login())

    async def every(self, url: str, name: str, **query: str) -> AsyncIterator[dict[str, Any]]:
        """The entries of a list, page after page."""
        page = await self.ask(url, PageSize=str(PAGE), **query)
        for _ in range(MOST_PAGES):
            for entry in page.get(name) or ():
                if isinstance(entry, dict):
                    yield entry
            following = page.get("next_page_uri") or (page.get("meta") or {}).get("next_page_url")
            following = urljoin(url, str(following)) if following else ""
            if not following or not self.is_ours(following):
                return
            page = await self.ask(following)

    def login(self) -> dict[str, str]:
        """A redirect to another host goes without it: aiohttp sees to that."""
        token = self.settings.auth_token.get_secret_value()
        return {"Authorization": aiohttp.encode_basic_auth(self.settings.account_sid, token)}

    def is_ours(self, url: str) -> bool:
        """Whether it leads to Twilio, or to what stands for it."""
        asked = urlsplit(url)
        for base in (self.settings.api_base, self.settings.content_base):
            known = urlsplit(base)
            if (asked.scheme, asked.netloc) == (known.scheme, known.netloc):
                return True
        host = asked.hostname or ""
        return asked.scheme == "https" and (host == "twilio.com" or host.endswith(".twilio.com"))


def failure(answer: Answer) -> LoginRefused | TemporaryFailure | PermanentFailure:
    body = answer.json()
    code = str(body.get("code") or answer.status)
    if answer.status == 401:
        return LoginRefused("Twilio refuses the account SID or the auth token.")
    if answer.status == 429:
        return TemporaryFailure("Twilio asks to wait.", code=code, retry_after=answer.retry_after())
    words = str(body.get("message") or "")
    return PermanentFailure(reason(code, words), code=code, link=link(code))
