"""Signing in and out, tries counted, and cookies."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa
from aiohttp.test_utils import TestClient, TestServer
from sqlmodel import col, select

from inbox import clock
from inbox import services as composition
from inbox.desk import agents, passwords, signing_in
from inbox.events import SYSTEM
from inbox.model import Session, Throttle
from inbox.settings import Settings
from inbox.web import auth
from inbox.web.server import make_app

PASSWORD = "correct horse battery"


def post(client, email, password=PASSWORD, **more):
    form = {"email": email, "password": password, **more}
    return client.post("/sign-in", data=form, allow_redirects=False)


async def test_a_right_password_signs_in_and_leads_on(open_browser, owner, services):
    client = await open_browser()
    answer = await post(client, " Olga@Example.org ", next="/conversations/7")
    assert (answer.status, answer.headers["Location"]) == (303, "/conversations/7")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("inbox=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    kept = services.database.look(lambda s: s.exec(select(Session)).one())
    assert kept.token_hash not in cookie
    assert kept.agent_id == owner.id


async def test_behind_a_proxy_that_ends_tls_browsers_are_told_to_stay_with_it(tmp_path, sqlite_url):
    settings = Settings(
        data_dir=tmp_path, database_url=sqlite_url, public_url="https://inbox.example/",
        _env_file=None,
    )  # fmt: skip
    services = composition.build(settings)
    await services.start()
    async with TestClient(TestServer(make_app(services))) as client:
        page = await client.get("/first-run")
        form = {"workspace": "Acme"}
        posted = await client.post(
            "/first-run", data=form, headers={"Origin": "https://inbox.example"}
        )
    await services.close()

    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert posted.status == 422  # judged, not refused as another site's


async def test_wrong_passwords_and_unknown_accounts_get_the_same_answer(open_browser, owner):
    client = await open_browser()
    wrong = await post(client, "olga@example.org", "not this one")
    unknown = await post(client, "nobody@example.org", "not this one")
    assert wrong.status == unknown.status == 422
    assert (await wrong.text()).replace("olga@", "nobody@") == await unknown.text()
    assert "Set-Cookie" not in wrong.headers


async def test_at_most_ten_of_200_parallel_tries_are_looked_at(open_browser, owner, monkeypatch):
    looked = []
    real = passwords.is_right

    def counted(password_hash, password):
        looked.append(password)
        return real(password_hash, password)

    monkeypatch.setattr(passwords, "is_right", counted)
    client = await open_browser()
    answers = await asyncio.gather(
        *(post(client, "olga@example.org", f"guess {number}") for number in range(200))
    )
    assert len(looked) == signing_in.TRIES
    refused = [answer for answer in answers if answer.status == 429]
    assert len(refused) == 190
    assert int(refused[0].headers["Retry-After"]) > 0
    assert (await post(client, "olga@example.org")).status == 429


async def test_the_owner_gets_in_again_after_the_window(open_browser, owner, services):
    client = await open_browser()
    for _ in range(12):
        await post(client, "olga@example.org", "wrong one")
    earlier = clock.now() - timedelta(minutes=16)
    services.database.run(lambda s: s.execute(sa.update(Throttle).values(since=earlier)))
    assert (await post(client, "olga@example.org")).status == 303
    left = services.database.look(lambda s: s.exec(select(Throttle.key)).all())
    assert [key for key in left if key.startswith(("account:", "pair:"))] == []


async def test_signing_out_ends_the_session_for_every_copy_of_its_cookie(
    signed_in, owner, open_browser
):
    client = await signed_in(owner)
    stolen = client.session.cookie_jar.filter_cookies(client.make_url("/"))["inbox"].value
    answer = await client.post("/sign-out", allow_redirects=False)
    assert answer.headers["Location"] == "/sign-in"
    other = await open_browser()
    answer = await other.post("/sign-out", cookies={"inbox": stolen}, allow_redirects=False)
    assert answer.headers["Location"] == "/sign-in"
    assert "Set-Cookie" not in answer.headers


async def test_signing_in_again_gives_a_new_session_and_ends_the_former(signed_in, owner, services):
    client = await signed_in(owner)
    first = services.database.look(lambda s: s.exec(select(Session)).one())
    await post(client, owner.email)
    second = services.database.look(lambda s: s.exec(select(Session)).one())
    assert first.id != second.id


@pytest.mark.parametrize("age", [signing_in.IDLE, signing_in.LIFETIME])
async def test_an_idle_session_is_over(signed_in, owner, services, age):
    client = await signed_in(owner)
    services.database.run(
        lambda s: s.execute(sa.update(Session).values(last_seen_at=clock.now() - age))
    )
    answer = await client.get("/sign-in", allow_redirects=False)
    assert answer.status == 200


async def test_a_deactivated_agent_is_out_at_once(signed_in, ana, services):
    client = await signed_in(ana)
    services.database.run(lambda s: agents.set_active(s, ana.id, False, by=SYSTEM))
    answer = await client.get("/sign-in", allow_redirects=False)
    assert answer.status == 200
    assert (await post(client, ana.email)).status == 422


async def test_being_here_is_written_once_a_minute(signed_in, owner, services):
    client = await signed_in(owner)
    earlier = clock.now() - timedelta(minutes=2)
    services.database.run(lambda s: s.execute(sa.update(Session).values(last_seen_at=earlier)))
    await client.get("/sign-in", allow_redirects=False)
    seen = services.database.look(lambda s: s.exec(select(Session.last_seen_at)).one())
    assert seen > earlier
    await client.get("/sign-in", allow_redirects=False)
    assert services.database.look(lambda s: s.exec(select(Session.last_seen_at)).one()) == seen


@pytest.mark.parametrize(
    "place", ["https://evil.example", "//evil.example", "/\\evil.example", "/a\nb", "evil", ""]
)
def test_signing_in_never_leads_to_another_site(place):
    assert auth.own_path(place) == "/"


async def test_a_form_of_another_site_can_sign_nobody_in(open_browser, owner):
    client = await open_browser()
    answer = await client.post(
        "/sign-in",
        data={"email": owner.email, "password": PASSWORD},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers


async def test_a_megabyte_of_password_is_refused_unhashed(open_browser, owner):
    client = await open_browser()
    answer = await post(client, owner.email, "x" * 1_000_000)
    assert answer.status == 422


async def test_nobody_reads_a_password_or_token_in_the_store(signed_in, owner, services):
    client = await signed_in(owner)
    token = client.session.cookie_jar.filter_cookies(client.make_url("/"))["inbox"].value
    rows = services.database.look(lambda s: s.exec(select(col(Session.token_hash))).all())
    assert token not in rows
