"""Connecting an account at its provider's own page: the way there, the way back, and detours."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from sqlmodel import select

from inbox import services as composition
from inbox.model import Event, Health, Inbox
from inbox.settings import Settings
from tests.servers.oauth import Provider, running_provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture
async def services(sqlite_url, tmp_path, provider):
    allowed = urlsplit(provider.url).netloc
    made = composition.build(
        Settings(data_dir=tmp_path, database_url=sqlite_url, private_hosts=allowed, _env_file=None)
    )
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def admin(signed_in, owner):
    return await signed_in(owner)


@pytest.fixture
async def inbox(admin, services, provider) -> Inbox:
    """Saved, and nobody has signed in yet."""
    form = {"name": "Help", "team_id": "", "business_hours_id": ""}
    given = {"email": "help@shop.test", **provider.settings()}
    form |= {f"settings.{name}": value for name, value in given.items()}
    answer = await admin.post("/settings/inboxes/new/email", data=form, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    return stored(services)


def stored(services) -> Inbox:
    return services.database.look(lambda s: s.exec(select(Inbox)).one())


async def begin(browser, inbox: Inbox) -> str:
    """Where the browser is sent."""
    place = f"/settings/inboxes/{inbox.id}/sign-in"
    answer = await browser.get(place, allow_redirects=False)
    assert answer.status == 303
    return answer.headers["Location"]


async def decide(place: str, answer: str = "allow") -> str:
    """What the person says there; the way back, without the host."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            place.partition("?")[0], data={**asked, "answer": answer}, allow_redirects=False
        ) as response,
    ):
        back = urlsplit(response.headers["Location"])
    return f"{back.path}?{back.query}"


async def test_an_account_is_connected_and_its_tokens_are_sealed(
    admin, services, provider, inbox
) -> None:
    page = await (await admin.get(f"/settings/inboxes/{inbox.id}")).text()
    assert "Sign in with Example Mail" in page
    assert "http://127.0.0.1:8080/settings/sign-ins/back" in page
    place = await begin(admin, inbox)
    assert place.startswith(f"{provider.url}/authorize?")
    answer = await admin.get(await decide(place), allow_redirects=False)
    assert answer.headers["Location"] == f"/settings/inboxes/{inbox.id}?signed-in"

    after = stored(services)
    kept = services.vault.decrypt(after.tokens)
    assert kept["refresh_token"] in provider.refresh
    assert kept["refresh_token"].encode() not in after.tokens
    assert after.version > inbox.version
    assert await services.channels.of(after)._sign_in.token() == kept["access_token"]
    told = services.database.look(lambda s: s.exec(select(Event.particulars)).all())
    assert not any(kept["refresh_token"] in str(what) for what in told)
    page = await (await admin.get(answer.headers["Location"])).text()
    assert "You are signed in with Example Mail." in page


async def test_the_way_back_works_once(admin, services, inbox) -> None:
    back = await decide(await begin(admin, inbox))
    await admin.get(back, allow_redirects=False)
    first = stored(services).tokens
    again = await admin.get(back, allow_redirects=False)

    assert again.status == 422
    assert stored(services).tokens == first


async def test_a_way_back_that_was_begun_elsewhere_is_refused(
    admin, signed_in, services, owner, inbox
) -> None:
    back = await decide(await begin(admin, inbox))
    other = await signed_in(owner)
    assert (await other.get(back, allow_redirects=False)).status == 422
    await begin(other, inbox)

    assert (await other.get(back, allow_redirects=False)).status == 422
    assert stored(services).tokens == b""


async def test_who_does_not_agree_is_told_and_may_try_again(admin, services, inbox) -> None:
    answer = await admin.get(await decide(await begin(admin, inbox), "deny"))
    page = await answer.text()

    assert "You did not agree" in page
    assert f"/settings/inboxes/{inbox.id}/sign-in" in page
    assert stored(services).tokens == b""


async def test_a_wrong_client_secret_is_told_when_coming_back(admin, services, inbox) -> None:
    form = {
        **{name: getattr(inbox, name) for name in ("name", "slug")},
        "enabled": "true", "reopen_days": "30", "team_id": "", "business_hours_id": "",
        "settings.email": "help@shop.test", "settings.oauth_client_secret": "wrong",
    }  # fmt: skip
    saved = await admin.post(f"/settings/inboxes/{inbox.id}", data=form, allow_redirects=False)
    assert saved.status == 303, await saved.text()
    page = await (await admin.get(await decide(await begin(admin, inbox)))).text()

    assert "invalid_client" in page
    assert stored(services).tokens == b""


async def test_the_list_offers_to_sign_in_again_where_it_is_needed(admin, services, inbox) -> None:
    def refuse(session) -> None:
        found = session.exec(select(Inbox)).one()
        found.health, found.health_reason = Health.NEEDS_LOGIN, "Token has been revoked."
        session.add(found)

    services.database.run(refuse)
    page = await (await admin.get("/settings/inboxes")).text()

    assert "Needs sign-in again" in page
    assert "Token has been revoked." in page
    assert f'href="/settings/inboxes/{inbox.id}/sign-in"' in page


async def test_a_sign_in_without_a_client_names_the_field(admin, owner) -> None:
    form = {"name": "Help", "settings.email": "a@shop.test", "settings.login": "google"}
    answer = await admin.post("/settings/inboxes/new/email", data=form)

    assert answer.status == 422
    assert "This is needed to sign in with the provider." in await answer.text()


async def test_an_inbox_with_a_password_has_no_provider(admin, services) -> None:
    form = {"name": "Help", "settings.email": "a@shop.test"}
    await admin.post("/settings/inboxes/new/email", data=form)
    place = f"/settings/inboxes/{stored(services).id}/sign-in"

    assert (await admin.get(place, allow_redirects=False)).status == 404


async def test_google_is_chosen_from_the_first_page_on(admin) -> None:
    kinds = await (await admin.get("/settings/inboxes/new")).text()
    assert "/settings/inboxes/new/email?login=google" in kinds
    form = await (await admin.get("/settings/inboxes/new/email?login=google")).text()

    assert '<option value="google" selected>' in form
    assert "/settings/sign-ins/back" in form
