"""The settings' pages: who may open them, what they keep, and what they never show."""

import html
import re

import pytest
from sqlmodel import select

from inbox.desk import agents
from inbox.events import SYSTEM
from inbox.model import Agent, ApiToken, BusinessHours, Event, Holiday, Inbox, Session, Team
from inbox.web.pages import settings

PAGES = [
    route.path
    for route in settings.ROUTES
    if route.method == "GET" and "{" not in route.path and not route.path.endswith("/back")
]
TELEGRAM = {
    "name": "Bot",
    "team_id": "",
    "business_hours_id": "",
    "settings.token": "123456789:very-secret-token-of-the-bot-000",
    "settings.mode": "polling",
    "settings.api_base": "http://127.0.0.1:9",
}


@pytest.fixture
async def admin(signed_in, owner):
    return await signed_in(owner)


def post(client, path, data):
    return client.post(path, data=data, allow_redirects=False)


def all_of(services, table):
    return services.database.look(lambda s: s.exec(select(table)).all())


async def test_every_section_opens_for_an_administrator(admin):
    assert [path for path in PAGES if (await admin.get(path)).status != 200] == []


async def test_no_section_opens_for_an_agent(signed_in, ana):
    client = await signed_in(ana)
    for route in settings.ROUTES:
        path = re.sub(r"\{\w+\}", "1", route.path.replace("{kind}", "form"))
        answer = await client.request(route.method, path, allow_redirects=False)
        assert (path, answer.status) == (path, 403)


async def test_strangers_are_asked_to_sign_in_and_come_back(open_browser, owner):
    client = await open_browser()
    answer = await client.get("/settings/agents?x=1", allow_redirects=False)
    assert answer.headers["Location"] == "/sign-in?next=/settings/agents?x%3D1"
    fragment = await client.get(
        "/settings/agents",
        headers={"HX-Request": "true", "HX-Current-URL": "http://host/settings/agents"},
    )
    assert fragment.status == 401
    assert fragment.headers["HX-Redirect"] == "/sign-in?next=/settings/agents"
    program = await client.get("/settings/agents", headers={"Accept": "application/json"})
    assert program.status == 401


async def test_the_workspace_is_renamed_for_everybody_at_once(admin, services):
    form = {
        "name": "Shop", "hue": "120", "locale": "sr_Latn", "time_zone": "Europe/Belgrade",
        "undo_seconds": "5",
    }  # fmt: skip
    assert (await post(admin, "/settings/workspace", form)).status == 303
    assert services.workspace.name == "Shop"
    assert "Shop" in await (await admin.get("/settings/workspace")).text()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("name", "", "Fill this in."),
        ("hue", "red", "Give a whole number."),
        ("hue", "400", "Give a number up to 359."),
        ("time_zone", "Mars/Base", "Choose a time zone from the list."),
        ("locale", "xx", "Choose a language from the list."),
    ],
)
async def test_a_wrong_value_is_said_beside_its_field_and_nothing_is_lost(admin, name, value, said):
    form = {
        "name": "Shop", "hue": "120", "locale": "en", "time_zone": "UTC", "undo_seconds": "7",
        name: value,
    }  # fmt: skip
    answer = await post(admin, "/settings/workspace", form)
    page = await answer.text()
    assert answer.status == 422
    assert said in page
    assert 'value="7"' in page


async def test_an_agent_is_added_changed_and_deactivated(admin, services, signed_in):
    form = {
        "name": "Boris", "email": "Boris@Example.org", "role": "agent", "capacity": "5",
        "password": "correct horse battery",
    }  # fmt: skip
    assert (await post(admin, "/settings/agents/new", form)).status == 303
    boris = services.database.look(lambda s: agents.by_email(s, "boris@example.org"))
    assert (boris.capacity, boris.active) == (5, True)
    his = await signed_in(boris)
    asked = await (await admin.get(f"/settings/agents/{boris.id}/deactivate")).text()
    assert "Deactivate Boris?" in asked
    leave = {"to": "nobody"}
    assert (await post(admin, f"/settings/agents/{boris.id}/deactivate", leave)).status == 303
    assert (await his.get("/profile", allow_redirects=False)).status == 303
    assert [s.agent_id for s in all_of(services, Session)] != [boris.id]


async def test_a_deactivated_agent_can_be_activated_again(admin, services, ana, open_browser):
    await post(admin, f"/settings/agents/{ana.id}/deactivate", {"to": "keep"})
    assert "Activate again" in await (await admin.get(f"/settings/agents/{ana.id}")).text()
    await post(admin, f"/settings/agents/{ana.id}/activate", {})
    assert services.database.look(lambda s: agents.get(s, ana.id)).active


@pytest.mark.parametrize("path", ["agents", "teams", "business-hours", "workspace"])
async def test_who_saves_an_older_form_is_told_and_loses_nothing(admin, services, ana, path):
    await post(admin, "/settings/teams/new", {"name": "Sales", "strategy": "manual"})
    await post(admin, "/settings/business-hours/new", {"name": "Sales", "time_zone": "UTC"})
    rows = {"agents": ana, "teams": all_of(services, Team)[0],
            "business-hours": all_of(services, BusinessHours)[0]}  # fmt: skip
    place = f"/settings/{path}" + (f"/{rows[path].id}" if path in rows else "")
    older = re.search(r'name="seen" value="([^"]+)"', await (await admin.get(place)).text())
    assert older is not None
    form = {"email": "ana@example.org", "role": "agent", "capacity": "5", "strategy": "manual",
            "time_zone": "UTC", "locale": "en", "hue": "1", "undo_seconds": "5"}  # fmt: skip
    assert (await post(admin, place, {**form, "name": "Theirs"})).status == 303
    answer = await post(admin, place, {**form, "name": "Mine", "seen": older[1]})
    text = await answer.text()
    assert answer.status == 409
    assert "Somebody else saved this meanwhile." in text
    assert re.search(r"<dt>Name</dt><dd[^>]*>Theirs</dd>", text)
    assert 'value="Mine"' in text


async def test_an_agents_password_obeys_the_rules_and_is_never_drawn(admin, services):
    form = {
        "name": "Boris", "email": "boris@example.org", "role": "agent", "capacity": "5",
        "password": "seven77",
    }  # fmt: skip
    answer = await post(admin, "/settings/agents/new", form)
    page = await answer.text()
    assert answer.status == 422
    assert "Use 8 to 128 characters." in page
    assert "seven77" not in page
    assert len(all_of(services, Agent)) == 1


async def test_an_administrator_gives_who_forgot_it_a_new_password(admin, ana, open_browser):
    form = {
        "name": "Ana", "email": ana.email, "role": "agent", "capacity": "5",
        "password": "four unlike words",
    }  # fmt: skip
    assert (await post(admin, f"/settings/agents/{ana.id}", form)).status == 303
    client = await open_browser()
    form = {"email": ana.email, "password": "four unlike words"}
    assert (await post(client, "/sign-in", form)).status == 303


async def test_two_agents_never_share_an_address(admin, ana):
    form = {
        "name": "Other", "email": "ANA@example.org", "role": "agent", "capacity": "5",
        "password": "correct horse battery",
    }  # fmt: skip
    answer = await post(admin, "/settings/agents/new", form)
    assert answer.status == 422
    assert "Another agent has this address." in await answer.text()


async def test_the_only_owner_can_neither_leave_nor_step_down(admin, owner):
    form = {"name": owner.name, "email": owner.email, "role": "agent", "capacity": "5"}
    for path, given in (("", form), ("/deactivate", {"to": "nobody"})):
        answer = await post(admin, f"/settings/agents/{owner.id}{path}", given)
        assert answer.status == 409
        assert "the only owner" in await answer.text()


async def test_an_administrator_makes_no_owners(signed_in, owner, ana, services):
    services.database.run(lambda s: agents.set_role(s, ana.id, "admin", by=SYSTEM))
    client = await signed_in(ana)
    form = {"name": "Ana", "email": ana.email, "role": "owner", "capacity": "5"}
    answer = await post(client, f"/settings/agents/{ana.id}", form)
    assert answer.status == 422
    assert "Only an owner" in await answer.text()


async def test_a_team_keeps_its_members(admin, ana, services):
    form = {"name": "Sales", "strategy": "least_busy", "business_hours_id": "", "agent_ids": ana.id}
    assert (await post(admin, "/settings/teams/new", form)).status == 303
    team = all_of(services, Team)[0]
    page = await (await admin.get(f"/settings/teams/{team.id}")).text()
    assert f'value="{ana.id}" checked' in page
    del form["agent_ids"]
    assert (await post(admin, f"/settings/teams/{team.id}", form)).status == 303
    page = await (await admin.get(f"/settings/teams/{team.id}")).text()
    assert f'value="{ana.id}" checked' not in page


async def test_business_hours_are_read_from_lines_and_come_back_as_lines(admin, services):
    form = {
        "name": "Office", "time_zone": "Europe/Belgrade", "day_0": "09:00-12:00, 13:00 - 17:00",
        "day_1": "", "holidays": "2026-12-25 Christmas\n2027-01-01 New Year",
    }  # fmt: skip
    assert (await post(admin, "/settings/business-hours/new", form)).status == 303
    plan = all_of(services, BusinessHours)[0]
    assert plan.week["0"] == [["09:00", "12:00"], ["13:00", "17:00"]]
    assert plan.week["1"] == []
    assert [h.name for h in all_of(services, Holiday)] == ["Christmas", "New Year"]
    page = await (await admin.get(f"/settings/business-hours/{plan.id}")).text()
    assert "09:00-12:00, 13:00-17:00" in page
    assert "2026-12-25 Christmas" in page
    assert (await post(admin, f"/settings/business-hours/{plan.id}/delete", {})).status == 303
    assert all_of(services, BusinessHours) == []


@pytest.mark.parametrize(
    ("name", "value"), [("day_0", "9-17"), ("day_6", "25:00-26:00"), ("holidays", "Christmas")]
)
async def test_hours_that_are_none_are_refused_as_typed(admin, services, name, value):
    form = {"name": "Office", "time_zone": "UTC", name: value}
    answer = await post(admin, "/settings/business-hours/new", form)
    assert answer.status == 422
    assert value in await answer.text()
    assert all_of(services, BusinessHours) == []


async def test_a_token_is_shown_once_and_dies_when_revoked(admin, services):
    answer = await post(admin, "/settings/tokens", {"name": "Shop system", "scope": "write"})
    page = await answer.text()
    secret = page.split("<code>")[1].split("</code>")[0]
    token = all_of(services, ApiToken)[0]
    assert secret.startswith("inbox_")
    assert secret not in str(token)
    assert secret not in await (await admin.get("/settings/tokens")).text()
    await post(admin, f"/settings/tokens/{token.id}/revoke", {})
    assert all_of(services, ApiToken)[0].revoked_at is not None


async def test_a_token_acts_for_an_agent_and_in_chosen_inboxes(admin, services, ana):
    await post(admin, "/settings/inboxes/new/telegram", TELEGRAM)
    inbox = all_of(services, Inbox)[0]
    form = {"name": "Shop", "scope": "read", "agent_id": ana.id, "inbox_ids": inbox.id}
    page = await (await post(admin, "/settings/tokens", form)).text()
    token = all_of(services, ApiToken)[0]

    assert (token.agent_id, token.inbox_ids) == (ana.id, [inbox.id])
    assert f"In the name of {ana.name}" in page
    refused = await post(admin, "/settings/tokens", form | {"agent_id": "nobody"})
    assert refused.status == 422
    assert len(all_of(services, ApiToken)) == 1


async def test_a_connected_inbox_keeps_its_secret_to_itself(admin, services):
    answer = await post(admin, "/settings/inboxes/new/telegram", TELEGRAM)
    assert answer.status == 303
    inbox = all_of(services, Inbox)[0]
    secret = TELEGRAM["settings.token"]
    assert secret.encode() not in inbox.secrets
    assert secret not in str(inbox.settings)
    assert services.channels.account(inbox).settings.token.get_secret_value() == secret
    for path in ("/settings/inboxes", f"/settings/inboxes/{inbox.id}"):
        assert secret not in await (await admin.get(path)).text()
    assert all(secret not in str(event.particulars) for event in all_of(services, Event))


async def test_a_secret_left_empty_stays_and_the_channel_is_opened_afresh(admin, services):
    await post(admin, "/settings/inboxes/new/telegram", TELEGRAM)
    before = all_of(services, Inbox)[0]
    form = {
        **TELEGRAM, "name": "Our bot", "slug": "bot", "settings.token": "", "reopen_days": "7",
        "greeting": "Zdravo!", "enabled": "true",
    }  # fmt: skip
    answer = await post(admin, f"/settings/inboxes/{before.id}", form)
    assert answer.status == 303
    after = all_of(services, Inbox)[0]
    assert (after.name, after.reopen_days, after.greeting) == ("Our bot", 7, "Zdravo!")
    assert after.version > before.version
    found = services.channels.account(after).settings.token.get_secret_value()
    assert found == TELEGRAM["settings.token"]


async def test_wrong_channel_settings_are_said_at_their_field_without_the_secret(admin, services):
    form = {**TELEGRAM, "name": "", "settings.api_base": "ftp://x", "settings.mode": "pigeon"}
    answer = await post(admin, "/settings/inboxes/new/telegram", form)
    page = await answer.text()
    assert answer.status == 422
    assert 'href="#field-settings.api_base"' in page
    assert 'href="#field-settings.mode"' in page
    assert 'href="#field-name"' in page
    assert TELEGRAM["settings.token"] not in page
    assert all_of(services, Inbox) == []


async def test_settings_that_are_not_the_channels_are_passed_over(admin, services):
    form = {**TELEGRAM, "settings.checkpoint": "x", "health": "ok", "id": "mine"}
    await post(admin, "/settings/inboxes/new/telegram", form)
    inbox = all_of(services, Inbox)[0]
    assert inbox.id != "mine"
    assert "checkpoint" not in inbox.settings


async def test_the_connection_is_tried_and_a_sentence_says_how_it_went(admin):
    answer = await post(admin, "/settings/inboxes/new/telegram/check", TELEGRAM)
    page = await answer.text()
    assert answer.status == 200
    assert 'data-ok="false"' in page
    assert TELEGRAM["settings.token"] not in page


async def test_what_is_missing_for_a_try_of_the_connection_is_named(admin):
    page = await (await post(admin, "/settings/inboxes/new/email/check", {"name": "Mail"})).text()

    assert "Address: Fill this in." in html.unescape(page)
    assert "save to see" not in page


async def test_an_inbox_is_switched_off_and_on_from_the_list(admin, services):
    await post(admin, "/settings/inboxes/new/form", {"name": "Form"})
    inbox = all_of(services, Inbox)[0]
    await post(admin, f"/settings/inboxes/{inbox.id}/switch", {"enabled": "false"})
    assert all_of(services, Inbox)[0].enabled is False
    assert "Switched off" in await (await admin.get("/settings/inboxes")).text()


@pytest.mark.parametrize("kind", ["webchat", "form", "api", "sms", "telegram", "email", "console"])
async def test_every_channel_draws_its_form(admin, kind):
    answer = await admin.get(f"/settings/inboxes/new/{kind}")
    assert answer.status == 200
    assert 'name="name"' in await answer.text()


async def test_the_chats_code_to_copy_names_its_inbox(admin, services):
    await post(admin, "/settings/inboxes/new/webchat", {"name": "Chat", "settings.title": "Hi"})
    inbox = all_of(services, Inbox)[0]
    page = await (await admin.get(f"/settings/inboxes/{inbox.id}")).text()
    assert f"/widget/{inbox.id}/loader.js" in page


async def test_an_optional_secret_is_removed_only_by_its_tick(admin, services):
    await post(admin, "/settings/inboxes/new/api", {"name": "API", "settings.secret": "s" * 40})
    (inbox,) = all_of(services, Inbox)
    place = f"/settings/inboxes/{inbox.id}"
    assert 'name="settings.secret.clear"' in await (await admin.get(place)).text()
    form = {"name": "API", "slug": inbox.slug, "reopen_days": "30", "enabled": "true"}
    await post(admin, place, form)
    (kept,) = all_of(services, Inbox)
    assert services.vault.decrypt(kept.secrets)["secret"] == "s" * 40
    await post(admin, place, {**form, "settings.secret.clear": "true"})
    (cleared,) = all_of(services, Inbox)
    assert services.vault.decrypt(cleared.secrets)["secret"] == ""
    assert "settings.secret.clear" not in await (await admin.get(place)).text()


async def test_an_archived_inbox_is_off_and_out_of_the_list_until_it_is_taken_back(admin, services):
    await post(admin, "/settings/inboxes/new/form", {"name": "Old form"})
    (inbox,) = all_of(services, Inbox)
    await post(admin, f"/settings/inboxes/{inbox.id}/archive", {"archived": "true"})
    (archived,) = all_of(services, Inbox)
    assert (archived.archived, archived.enabled) == (True, False)
    assert f"/views/inbox/{inbox.id}" not in await (await admin.get("/views/mine")).text()
    assert "Archived" in await (await admin.get("/settings/inboxes")).text()
    await post(admin, f"/settings/inboxes/{inbox.id}/archive", {"archived": "false"})
    assert f"/views/inbox/{inbox.id}" in await (await admin.get("/views/mine")).text()


async def test_who_saves_an_older_form_of_an_inbox_is_told_as_well(admin, services):
    await post(admin, "/settings/inboxes/new/form", {"name": "Form"})
    (inbox,) = all_of(services, Inbox)
    place = f"/settings/inboxes/{inbox.id}"
    older = re.search(r'name="seen" value="([^"]+)"', await (await admin.get(place)).text())
    assert older is not None
    form = {"name": "Form", "slug": inbox.slug, "reopen_days": "30", "enabled": "true"}
    assert (await post(admin, place, {**form, "greeting": "Theirs"})).status == 303
    answer = await post(admin, place, {**form, "greeting": "Mine", "seen": older[1]})
    text = await answer.text()
    newer = re.search(r'name="seen" value="([^"]+)"', text)
    assert answer.status == 409
    assert re.search(r"<dt>Greeting</dt><dd[^>]*>Theirs</dd>", text)
    assert newer is not None
    again = await post(admin, place, {**form, "greeting": "Mine", "seen": newer[1]})
    (stored,) = all_of(services, Inbox)
    assert (again.status, stored.greeting) == (303, "Mine")
