"""The page of automation rules: put in order, switched, edited without JavaScript, tried."""

import re
from html.parser import HTMLParser

import pytest
from sqlmodel import select

from inbox.events import SYSTEM
from inbox.model import AutomationRule, RuleRun
from inbox.routing import engine, rules
from inbox.routing.rules import RuleValues
from tests.cast import Cast

PATH = "/settings/rules"
TAG = {"action": "add_tags", "parameters": {"tags": ["vip"]}}
NEW = {"name": "VIP", "event_kind": "message_received", "conditions.kind": "all"}


class Form(HTMLParser):
    """What a browser would send of the rule's form, so that each step builds on the page before."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self._select = self._textarea = ""
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self._inside = "rule-form" in (given.get("class") or "")
        if not self._inside:
            return
        if tag == "select":
            self._select, self._first = name, True
        elif tag == "option" and (self._first or "selected" in given):
            self.sent = [(n, v) for n, v in self.sent if n != self._select]
            self.sent.append((self._select, given.get("value") or ""))
            self._first = False
        elif tag == "textarea":
            self._textarea = name
            self.sent.append((name, ""))
        elif tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.sent.append((name, given.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.sent[-1] = (self._textarea, data.removeprefix("\n"))

    def __getitem__(self, name: str) -> str:
        return dict(self.sent)[name]

    def but(self, **changes: str) -> dict[str, str]:
        named = {name.replace("__", "."): value for name, value in changes.items()}
        return {**dict(self.sent), **named}


@pytest.fixture
async def admin(signed_in, owner):
    return await signed_in(owner)


@pytest.fixture
def rule(services, owner):
    values = RuleValues(name="VIP", event_kind="message_received", actions=[TAG])
    return services.database.run(lambda s: rules.add(s, values, by=SYSTEM))


def stored(services) -> list[AutomationRule]:
    return services.database.look(rules.every)


async def post(client, path, data):
    return await client.post(path, data=data, allow_redirects=False)


async def press(client, form: dict[str, str], do: str, path: str = f"{PATH}/new") -> Form:
    answer = await post(client, path, {**form, "do": do})
    assert answer.status == 200, await answer.text()
    return Form(await answer.text())


async def test_a_rule_with_nested_conditions_is_made_by_buttons_alone(admin, services):
    form = await press(admin, NEW, "add-condition conditions")
    form = await press(admin, form.but(conditions__0__value="invoice"), "add-group conditions")
    group = form.but(
        conditions__1__kind="any",
        conditions__1__0__field="conversation.priority",
        conditions__1__0__operator="greater",
    )
    form = await press(admin, group, "refresh")
    form = await press(admin, form.but(conditions__1__0__value="2"), "add-condition conditions.1")
    flagged = form.but(conditions__1__1__field="conversation.flagged")
    form = await press(admin, flagged, "refresh")
    assert form["conditions.1.1.operator"] == "is"
    form = await press(admin, form.but(new_action="add_tags"), "add-action")
    saved = form.but(actions__0__tags="vip\nbilling", enabled="true", do="save")
    answer = await post(admin, f"{PATH}/new", saved)

    assert answer.status == 303
    (rule,) = stored(services)
    assert rule.conditions == {
        "all": [
            {"field": "message.text", "operator": "contains", "value": "invoice"},
            {
                "any": [
                    {"field": "conversation.priority", "operator": "greater", "value": 2},
                    {"field": "conversation.flagged", "operator": "is", "value": True},
                ]
            },
        ]
    }
    assert rule.actions == [{"action": "add_tags", "parameters": {"tags": ["vip", "billing"]}}]
    assert (rule.enabled, rule.stop_after) == (True, False)


async def test_a_stored_rule_comes_back_unchanged_when_it_is_saved_as_shown(admin, services, rule):
    conditions = {
        "any": [
            {"field": "conversation.status", "operator": "any_of", "value": ["open", "spam"]},
            {"field": "contact.city", "operator": "empty", "value": None},
            {"all": [{"field": "message.automatic", "operator": "is", "value": False}]},
        ]
    }
    values = RuleValues(
        name="VIP", event_kind="status_changed", actions=[TAG], conditions=conditions
    )
    services.database.run(lambda s: rules.change(s, rule.id, values, by=SYSTEM))
    form = Form(await (await admin.get(f"{PATH}/{rule.id}")).text())
    answer = await post(admin, f"{PATH}/{rule.id}", [*form.sent, ("do", "save")])

    assert answer.status == 303
    (again,) = stored(services)
    assert (again.conditions, again.actions) == (conditions, [TAG])


async def test_a_condition_an_action_and_a_group_can_be_taken_away(admin):
    form = await press(admin, NEW, "add-group conditions")
    form = await press(admin, form.but(new_action="distribute"), "add-action")
    form = await press(admin, dict(form.sent), "remove conditions.0.0")
    assert "conditions.0.0.field" not in dict(form.sent)
    form = await press(admin, dict(form.sent), "remove conditions.0")
    form = await press(admin, dict(form.sent), "remove-action 0")
    assert [name for name, _value in form.sent if "." in name] == ["conditions.kind"]


async def test_faults_stand_at_their_places_and_nothing_typed_is_lost(admin, services):
    form = {
        **NEW,
        "conditions.0.field": "conversation.message_count",
        "conditions.0.operator": "greater",
        "conditions.0.value": "many",
        "actions.0.action": "add_note",
        "actions.0.text": "Dear {{ nobody }}",
        "do": "save",
    }
    answer = await post(admin, f"{PATH}/new", form)
    text = await answer.text()

    assert answer.status == 422
    assert "Give a number." in text
    assert 'value="many"' in text
    assert "There are no variables nobody." in text
    assert "Dear {{ nobody }}" in text
    assert stored(services) == []


async def test_who_saves_over_a_newer_version_is_shown_it_and_may_then_save(admin, services, rule):
    theirs = RuleValues(name="Theirs", event_kind="tag_added", actions=[TAG])
    form = Form(await (await admin.get(f"{PATH}/{rule.id}")).text())
    services.database.run(lambda s: rules.change(s, rule.id, theirs, by=SYSTEM))
    answer = await post(admin, f"{PATH}/{rule.id}", form.but(name="Mine", do="save"))
    shown = await answer.text()

    assert answer.status == 409
    assert "Theirs" in shown
    assert "A tag was added" in shown
    assert Form(shown)["name"] == "Mine"
    again = await post(admin, f"{PATH}/{rule.id}", Form(shown).but(do="save"))
    assert (again.status, stored(services)[0].name) == (303, "Mine")


async def test_rules_move_up_and_down_and_keep_the_focus(admin, services, rule):
    second = RuleValues(name="Second", event_kind="tag_added", actions=[TAG])
    other = services.database.run(lambda s: rules.add(s, second, by=SYSTEM))
    answer = await post(admin, f"{PATH}/{other.id}/move", {"by": "up"})
    page = await (await admin.get(answer.headers["Location"])).text()

    assert [each.name for each in stored(services)] == ["Second", "VIP"]
    focused = re.findall(r"<button[^>]*\bautofocus[^>]*>", page)
    assert len(focused) == 1
    assert "Move down: Second" in focused[0]
    await post(admin, f"{PATH}/{other.id}/move", {"by": "down"})
    assert [each.name for each in stored(services)] == ["VIP", "Second"]


async def test_a_rule_is_switched_off_and_removed(admin, services, rule):
    await post(admin, f"{PATH}/{rule.id}/switch", {"enabled": "false"})
    assert not stored(services)[0].enabled
    await post(admin, f"{PATH}/{rule.id}/delete", {})
    assert stored(services) == []


async def test_a_rule_is_tried_on_what_happened_and_does_nothing(admin, services):
    def happened(session):
        cast = Cast(session)
        cast.received(cast.incoming(cast.conversation(subject="Invoice 7"), "My invoice"))
        cast.received(cast.incoming(cast.conversation(subject="Boiler"), "It leaks"))

    services.database.run(happened)
    form = {
        **NEW,
        "conditions.0.field": "message.text",
        "conditions.0.operator": "contains",
        "conditions.0.value": "ИНВОИЦЕ",
        "actions.0.action": "add_tags",
        "actions.0.tags": "vip",
        "do": "try",
    }
    text = await (await post(admin, f"{PATH}/new", form)).text()

    assert "It would have fired 1 times of the last 2." in text
    assert text.index("Invoice 7") < text.index("Boiler")
    assert services.database.look(lambda s: s.exec(select(RuleRun)).all()) == []


async def test_the_why_log_says_why_it_fired_and_why_not(admin, services, rule, signed_in, ana):
    def happened(session):
        cast = Cast(session)
        conversation = cast.conversation()
        engine.run_rules(session, cast.received(cast.incoming(conversation)))
        asked = {"all": [{"field": "message.text", "operator": "contains", "value": "x"}]}
        values = RuleValues(
            name="VIP", event_kind="message_received", actions=[TAG], conditions=asked
        )
        rules.change(session, rule.id, values, by=SYSTEM)
        engine.run_rules(session, cast.received(cast.incoming(conversation)))
        return conversation.number

    number = services.database.run(happened)
    log = await (await admin.get(f"{PATH}/{rule.id}/runs")).text()
    fired = await (await admin.get(f"{PATH}/{rule.id}/runs?fired")).text()
    shown = await (await admin.get(f"/conversations/{number}")).text()
    agent = await signed_in(ana)
    link = re.search(r'href="(/conversations/[^"]+/why\?event=[^"]+)"', shown)
    assert link is not None
    why = await (await agent.get(link[1])).text()

    assert log.index("Did not fire") < log.index('data-tone="success"')
    assert "Text of the message contains “x”" in log
    assert "It leaks" in log
    assert "Did not fire" not in fired
    assert "tagged vip" in fired
    assert len(re.findall(r"<details[^>]*\bopen\b", why)) == 1  # the run that the event came from
    assert "Did not fire" in why
    assert f"{PATH}/" not in why
