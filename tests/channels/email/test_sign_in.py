"""Mailboxes that are opened with a token: at real servers, which ask a real provider about it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from inbox import outgoing
from inbox.channels.base import Account, LoginRefused, TemporaryFailure, Tokens
from inbox.channels.email import EmailChannel
from inbox.channels.email.settings import EmailSettings
from inbox.channels.email.sign_in import EARLY_SECONDS, SignIn
from inbox.envelope import Address, OutboundEnvelope
from tests.servers.mail import MailServers, running_mail_servers
from tests.servers.oauth import Provider, running_provider

BACK = "http://127.0.0.1:8080/settings/sign-ins/back"
VERIFIER = "a-verifier-that-is-long-enough-for-the-standard-0123"


class Kept:
    """What the database would keep, with its one lock."""

    def __init__(self) -> None:
        self.tokens: Tokens = {}
        self._lock = asyncio.Lock()

    async def read(self) -> Tokens:
        return self.tokens

    async def renew(self, make: Callable[[Tokens], Awaitable[Tokens]]) -> Tokens:
        async with self._lock:
            self.tokens = await make(self.tokens)
            return self.tokens


@pytest.fixture(scope="module")
def whole_provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def provider(whole_provider: Provider) -> Provider:
    whole_provider.forget()
    return whole_provider


@pytest.fixture(scope="module")
def token_servers(whole_provider: Provider) -> Iterator[MailServers]:
    """Dovecot asks the provider about each token, and Postfix asks Dovecot."""
    with running_mail_servers(introspection_url=f"{whole_provider.url}/introspect") as running:
        running.add_user("help")
        running.reload_smtp()
        yield running


@pytest.fixture
async def account(provider: Provider) -> AsyncIterator[Account]:
    """Nobody has signed in yet, and there is no server to sign in to."""
    settings = EmailSettings(email="help@shop.test", **provider.settings())
    allowed = urlsplit(provider.url).netloc
    async with outgoing.client(allowed) as http:
        yield Account(
            inbox_id="i", name="Mail", settings=settings, private_hosts=allowed, http=http,
            granted=Kept(),
        )  # fmt: skip


async def consent(account: Account, answer: str = "allow") -> str:
    """What a person does in the browser; the code with which they come back."""
    sign_in = SignIn.of(account)
    assert sign_in
    query = parse_qs(urlsplit(sign_in.url(BACK, "a-state", VERIFIER)).query)
    form = {name: values[0] for name, values in query.items()} | {"answer": answer}
    place = account.settings.oauth_authorize_url
    async with (
        aiohttp.ClientSession() as http,
        http.post(place, data=form, allow_redirects=False) as response,
    ):
        back = parse_qs(urlsplit(response.headers["Location"]).query)
    assert back["state"] == ["a-state"]
    return back["code"][0]


async def sign_in_to(account: Account) -> SignIn:
    sign_in = SignIn.of(account)
    assert sign_in
    assert isinstance(account.granted, Kept)
    account.granted.tokens = await sign_in.exchange(BACK, await consent(account), VERIFIER)
    return sign_in


async def test_a_token_is_used_until_shortly_before_it_runs_out(
    account: Account, provider: Provider
) -> None:
    sign_in = await sign_in_to(account)
    first = await sign_in.token()

    assert await sign_in.token() == first
    assert provider.asked == ["authorization_code"]


async def test_a_token_that_is_about_to_run_out_is_renewed(
    account: Account, provider: Provider
) -> None:
    provider.lifetime = EARLY_SECONDS - 1
    sign_in = await sign_in_to(account)
    provider.lifetime = 3600

    assert provider.access[await sign_in.token()] == "help@shop.test"
    assert provider.asked == ["authorization_code", "refresh_token"]
    assert (await account.granted.read())["refresh_token"] in provider.refresh


async def test_many_at_once_renew_it_one_time(account: Account, provider: Provider) -> None:
    sign_in = await sign_in_to(account)
    refused = await sign_in.token()
    found = await asyncio.gather(*(sign_in.token(refused) for _ in range(8)))

    assert len(set(found)) == 1
    assert provider.asked == ["authorization_code", "refresh_token"]


async def test_a_provider_that_keeps_the_refresh_token_is_fine(
    account: Account, provider: Provider
) -> None:
    provider.rotates = False
    sign_in = await sign_in_to(account)
    kept = (await account.granted.read())["refresh_token"]
    await sign_in.token(refused=await sign_in.token())

    assert (await account.granted.read())["refresh_token"] == kept


async def test_a_refused_renewal_needs_a_person(account: Account, provider: Provider) -> None:
    sign_in = await sign_in_to(account)
    provider.take_back_everything()

    with pytest.raises(LoginRefused, match=r"Example Mail needs you to sign in again.*revoked"):
        await sign_in.token(refused=await sign_in.token())


async def test_nobody_has_signed_in_yet(account: Account) -> None:
    checked = await EmailChannel(account).check()
    sign_in = SignIn.of(account)
    assert sign_in

    with pytest.raises(LoginRefused, match="Nobody has signed in with Example Mail yet"):
        await sign_in.token()
    assert not checked.ok


async def test_another_client_needs_another_sign_in(account: Account, provider: Provider) -> None:
    await sign_in_to(account)
    account.settings.oauth_client_id = "another"
    sign_in = SignIn.of(account)
    assert sign_in

    with pytest.raises(LoginRefused):
        await sign_in.token()
    assert provider.asked == ["authorization_code"]


async def test_a_provider_in_trouble_is_asked_again_later(account: Account) -> None:
    sign_in = await sign_in_to(account)
    token = await sign_in.token()
    account.settings.oauth_token_url = f"{account.settings.oauth_token_url}/gone"
    moved = SignIn.of(account)
    assert moved
    assert isinstance(account.granted, Kept)
    account.granted.tokens = {**account.granted.tokens, "client": moved._client()}

    with pytest.raises(TemporaryFailure):
        await moved.token(refused=token)


async def test_a_code_without_its_verifier_gives_nothing(account: Account) -> None:
    sign_in = SignIn.of(account)
    assert sign_in

    with pytest.raises(LoginRefused):
        await sign_in.exchange(BACK, await consent(account), VERIFIER.upper())


@pytest.mark.parametrize(
    ("login", "host", "asked"),
    [
        ("google", "accounts.google.com", {"access_type": ["offline"], "prompt": ["consent"]}),
        ("microsoft", "login.microsoftonline.com", {}),
    ],
)
def test_the_known_providers_need_no_addresses(
    login: str, host: str, asked: dict[str, list[str]]
) -> None:
    settings = EmailSettings(email="a@shop.test", login=login, oauth_client_id="c")
    sign_in = SignIn.of(Account(inbox_id="i", name="", settings=settings))
    assert sign_in
    place = urlsplit(sign_in.url(BACK, "s", VERIFIER))
    query = parse_qs(place.query)

    assert place.hostname == host
    assert query["redirect_uri"] == [BACK]
    assert query["code_challenge_method"] == ["S256"]
    assert query["scope"][0].startswith("https://")
    assert query.items() >= asked.items()
    assert settings.imap_host
    assert settings.smtp_host


@pytest.fixture
async def signed_in(
    token_servers: MailServers, account: Account, provider: Provider
) -> EmailChannel:
    values = token_servers.settings("help@shop.test", **provider.settings())
    allowed = f"{account.private_hosts},{token_servers.private_hosts}"
    there = replace(account, settings=EmailSettings(**values), private_hosts=allowed)
    await sign_in_to(there)
    return EmailChannel(there)


@pytest.mark.servers
async def test_both_servers_take_the_token(signed_in: EmailChannel) -> None:
    checked = await signed_in.check()

    assert checked.ok, checked.explanation


@pytest.mark.servers
async def test_a_token_that_was_taken_back_is_renewed_once(
    signed_in: EmailChannel, provider: Provider
) -> None:
    provider.take_back_access()
    checked = await signed_in.check()

    assert checked.ok, checked.explanation
    assert provider.asked == ["authorization_code", "refresh_token"]


@pytest.mark.servers
async def test_a_mail_is_sent_with_a_renewed_token(
    signed_in: EmailChannel, provider: Provider, token_servers: MailServers
) -> None:
    provider.take_back_access()
    await signed_in.send(
        OutboundEnvelope(
            delivery_id="d",
            message_id="one@shop.test",
            recipient=Address(kind="email", value="help@shop.test"),
            text="To myself",
        )
    )

    (got,) = await asyncio.to_thread(token_servers.wait_for_mail, "help@shop.test")
    assert b"To myself" in got


@pytest.mark.servers
async def test_another_persons_sign_in_is_refused(
    signed_in: EmailChannel, provider: Provider
) -> None:
    provider.access = dict.fromkeys(provider.access, "else@shop.test")
    provider.refresh = dict.fromkeys(provider.refresh, "else@shop.test")
    checked = await signed_in.check()

    assert checked.needs_login
    assert "sign-in of help@shop.test" in checked.explanation


@pytest.mark.servers
async def test_a_removed_app_needs_a_person(signed_in: EmailChannel, provider: Provider) -> None:
    provider.take_back_everything()
    checked = await signed_in.check()

    assert checked.needs_login
    assert "Example Mail needs you to sign in again" in checked.explanation
