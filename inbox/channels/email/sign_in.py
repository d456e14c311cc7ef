"""Signing in with OAuth 2 instead of a password: the way there, and tokens that stay fresh.

Authorisation code with PKCE (RFC 6749 section 4.1, RFC 7636); the access token is shown to the mail
servers by XOAUTH2. What is kept: `access_token`, `refresh_token`, `expires_at` (seconds since 1970)
and `client`, whose tokens they are.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from inbox import clock
from inbox.channels.base import Account, LoginRefused, TemporaryFailure, Tokens
from inbox.channels.calling import Answer, call
from inbox.channels.email.providers import Provider, provider_of
from inbox.channels.email.settings import EmailSettings
from inbox.i18n import N_, Phrase

EARLY_SECONDS = 300  # so that no token runs out between asking for it and using it
CALL_SECONDS = 10.0  # below the lease under which tokens are renewed
USUAL_LIFETIME = 3600  # where a provider does not say
NOTHING_LASTING = N_(
    "%(provider)s gave no lasting access (refresh token). Give the app offline access, and sign in"
    " again."
)
AGAIN = N_("%(provider)s needs you to sign in again: %(said)s")
NOT_NOW = N_("%(provider)s gives no access just now: %(said)s")
# the person, or whoever registered us, has to act (RFC 6749 section 5.2)
_FINAL = {"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope"}


class SignIn:
    """For one account whose settings name a provider."""

    def __init__(self, account: Account, provider: Provider) -> None:
        self._account = account
        self._settings: EmailSettings = account.settings
        self.provider = provider

    @classmethod
    def of(cls, account: Account) -> "SignIn | None":
        """None where the mailbox is opened with a password."""
        provider = provider_of(account.settings)
        return cls(account, provider) if provider else None

    def url(self, back: str, state: str, verifier: str) -> str:
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._settings.oauth_client_id,
            "redirect_uri": back,
            "scope": self.provider.scope,
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "login_hint": self._settings.email,
            **self.provider.asks,
        }
        separator = "&" if "?" in self.provider.authorize_url else "?"
        return f"{self.provider.authorize_url}{separator}{urlencode(asked)}"

    async def exchange(self, back: str, code: str, verifier: str) -> Tokens:
        """The first tokens, for the code with which the person came back."""
        tokens = await self._ask(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": back,
                "code_verifier": verifier,
            }
        )
        if not tokens.get("refresh_token"):
            raise LoginRefused(Phrase(NOTHING_LASTING, provider=self.provider.name))
        return tokens

    async def token(self, refused: str = "") -> str:
        """An access token that is good for some minutes, and is not the one that was refused.

        Raises LoginRefused where a person has to sign in again, else TemporaryFailure.
        """
        granted = self._account.granted
        if granted is None:
            raise LoginRefused(
                Phrase(
                    "Save the inbox first, then sign in with %(provider)s.",
                    provider=self.provider.name,
                )
            )
        kept = await granted.read()
        if not self._is_fresh(kept, refused):
            try:
                kept = await granted.renew(partial(self._renewed, refused))
            except TimeoutError:
                raise TemporaryFailure(N_("The sign-in is being renewed elsewhere.")) from None
        return kept["access_token"]

    async def _renewed(self, refused: str, kept: Tokens) -> Tokens:
        """As they are, if another process was first."""
        if self._is_fresh(kept, refused):
            return kept
        if not kept.get("refresh_token") or not self._are_ours(kept):
            raise LoginRefused(
                Phrase("Nobody has signed in with %(provider)s yet.", provider=self.provider.name)
            )
        asked = {
            "grant_type": "refresh_token",
            "refresh_token": kept["refresh_token"],
            "scope": self.provider.scope,
        }
        return {**kept, **await self._ask(asked)}

    def _is_fresh(self, kept: Tokens, refused: str) -> bool:
        token, until = kept.get("access_token"), int(kept.get("expires_at") or 0)
        is_good = bool(token) and token != refused and self._are_ours(kept)
        return is_good and until - clock.now().timestamp() > EARLY_SECONDS

    def _are_ours(self, kept: Tokens) -> bool:
        """Tokens of another client or provider are of no use after the settings have changed."""
        return kept.get("client") == self._client()

    def _client(self) -> str:
        return f"{self.provider.token_url} {self._settings.oauth_client_id}"

    async def _ask(self, asked: Mapping[str, str]) -> Tokens:
        client = {"client_id": self._settings.oauth_client_id}
        if secret := self._settings.oauth_client_secret.get_secret_value():
            client["client_secret"] = secret
        answer = await call(
            self._account, "POST", self.provider.token_url, data={**asked, **client},
            headers={"Accept": "application/json"}, seconds=CALL_SECONDS, allow_redirects=False,
        )  # fmt: skip
        said = answer.json()
        if not answer.ok or not isinstance(said.get("access_token"), str):
            raise self._refusal(answer, said)
        found = {
            "access_token": said["access_token"],
            "expires_at": str(int(clock.now().timestamp() + _lifetime(said))),
            "client": self._client(),
        }
        if isinstance(said.get("refresh_token"), str):  # some give a new one each time
            found["refresh_token"] = said["refresh_token"]
        return found

    def _refusal(self, answer: Answer, said: Mapping[str, Any]) -> Exception:
        words = str(said.get("error_description") or said.get("error") or answer.status)[:300]
        if said.get("error") in _FINAL or answer.status in {401, 403}:
            return LoginRefused(Phrase(AGAIN, provider=self.provider.name, said=words))
        return TemporaryFailure(
            Phrase(NOT_NOW, provider=self.provider.name, said=words),
            retry_after=answer.retry_after(),
        )


def _lifetime(said: Mapping[str, Any]) -> float:
    """In seconds; some providers write the number in quotes."""
    try:
        return max(0.0, min(float(said.get("expires_in", USUAL_LIFETIME)), 365 * 86400.0))
    except (TypeError, ValueError):
        return USUAL_LIFETIME
