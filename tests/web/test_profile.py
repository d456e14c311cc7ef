"""One's own profile, password and sessions."""

import pytest
from sqlmodel import select

from inbox.model import Agent, Session

PASSWORD = "correct horse battery"
FORM = {
    "name": "Ana Anić", "locale": "sr_Cyrl", "theme": "dark", "time_zone": "Europe/Belgrade",
    "availability": "away", "signature": "Ana\nShop",
}  # fmt: skip


def post(client, path, data):
    return client.post(path, data=data, allow_redirects=False)


def stored(services, agent):
    return services.database.look(lambda s: s.get(Agent, agent.id))


async def test_an_agent_changes_name_language_and_looks(signed_in, ana, services):
    client = await signed_in(ana)
    assert (await post(client, "/profile", FORM)).status == 303
    found = stored(services, ana)
    assert {name: getattr(found, name) for name in FORM} == FORM
    page = await (await client.get("/profile")).text()
    assert 'data-theme="dark"' in page
    assert "Europe/Belgrade" in page


async def test_no_profile_form_makes_an_administrator(signed_in, ana, services):
    client = await signed_in(ana)
    extra = {"role_id": "owner", "role": "owner", "email": "x@y", "active": "", "password_hash": ""}
    assert (await post(client, "/profile", FORM | extra)).status == 303
    found = stored(services, ana)
    assert (found.role_id, found.email, found.active) == (ana.role_id, ana.email, True)
    assert found.password_hash == ana.password_hash


@pytest.mark.parametrize(("name", "value"), [("theme", "neon"), ("locale", "xx"), ("name", "")])
async def test_a_wrong_choice_is_refused(signed_in, ana, services, name, value):
    client = await signed_in(ana)
    assert (await post(client, "/profile", FORM | {name: value})).status == 422
    assert stored(services, ana).name == "Ana"


async def test_the_menu_sets_availability_and_theme(signed_in, ana, services):
    client = await signed_in(ana)
    answer = await client.post(
        "/profile/availability", data={"availability": "away"}, headers={"HX-Request": "true"}
    )
    assert answer.status == 204
    assert (await post(client, "/profile/theme", {"theme": "light"})).status == 303
    found = stored(services, ana)
    assert (found.availability, found.theme) == ("away", "light")


async def test_a_new_password_needs_the_old_one_and_ends_other_sessions(
    signed_in, ana, open_browser
):
    client, other = await signed_in(ana), await signed_in(ana)
    wrong = await post(client, "/profile/password", {"old": "guess", "new": "four unlike words"})
    assert wrong.status == 422
    assert "This is not your password." in await wrong.text()
    short = await post(client, "/profile/password", {"old": PASSWORD, "new": "short"})
    assert short.status == 422
    right = await post(client, "/profile/password", {"old": PASSWORD, "new": "four unlike words"})
    assert right.status == 303
    assert (await client.get("/profile")).status == 200
    assert (await other.get("/profile", allow_redirects=False)).status == 303
    stranger = await open_browser()
    form = {"email": ana.email, "password": PASSWORD}
    assert (await post(stranger, "/sign-in", form)).status == 422


async def test_guessing_the_old_password_is_counted_like_signing_in(signed_in, ana):
    client = await signed_in(ana)
    for _ in range(10):
        await post(client, "/profile/password", {"old": "guess", "new": "four unlike words"})
    form = {"old": PASSWORD, "new": "four unlike words"}
    answer = await post(client, "/profile/password", form)
    assert answer.status == 422
    assert "Too many tries" in await answer.text()


async def test_one_ends_ones_own_sessions_and_nobody_elses(signed_in, ana, owner, services):
    client, other, boss = await signed_in(ana), await signed_in(ana), await signed_in(owner)
    rows = services.database.look(lambda s: s.exec(select(Session).order_by(Session.id)).all())
    _mine, second, bosses = rows
    assert (await client.get("/profile")).status == 200
    for row in (second, bosses):
        await post(client, f"/profile/sessions/{row.id}/end", {})
    assert (await other.get("/profile", allow_redirects=False)).status == 303
    assert (await boss.get("/profile")).status == 200


async def test_an_agent_chooses_of_what_to_be_told_by_mail(signed_in, ana, services):
    client = await signed_in(ana)
    wishes = {"mail_when_assigned": "true", "mail_when_unassigned": "true"}
    assert (await post(client, "/profile", {**FORM, **wishes})).status == 303

    found = stored(services, ana)
    assert (found.mail_when_assigned, found.mail_when_answered) == (True, False)
    assert found.mail_when_unassigned
