"""An administrator makes a macro in the settings, an agent runs it from the conversation."""

import re

from sqlmodel import select

from inbox.model import Conversation, Macro
from tests.cast import Cast

FORM = {
    "name": "We look", "add_note": "Looked at", "add_tags": "boiler\nleak", "set_priority": "3",
    "set_status": "resolved", "send_reply": "", "assign_team": "", "assign_agent": "",
}  # fmt: skip


async def test_a_macro_is_made_and_run(services, signed_in, owner, ana) -> None:
    conversation = services.database.run(lambda s: Cast(s).conversation())
    admin, agent = await signed_in(owner), await signed_in(ana)
    answer = await admin.post("/settings/macros/new", data=FORM, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    page = await (await agent.get(f"/conversations/{conversation.number}")).text()
    macro_id = re.search(r'name="macro" value="(\w+)"', page)[1]

    await agent.post(f"/conversations/{conversation.number}/macro-runs", data={"macro": macro_id})

    page = await (await agent.get(f"/conversations/{conversation.number}")).text()
    assert "Ana ran the macro We look" in page
    assert "Looked at" in page
    found = services.database.look(lambda s: s.get(Conversation, conversation.id))
    assert (found.status, found.priority) == ("resolved", 3)
    assert "We look" in await (await admin.get("/settings/macros")).text()


async def test_a_macro_is_shown_changed_and_deleted(services, signed_in, owner) -> None:
    admin = await signed_in(owner)
    await admin.post("/settings/macros/new", data=FORM)

    def only(session):
        return session.exec(select(Macro)).one()

    path = f"/settings/macros/{services.database.look(only).id}"
    shown = await (await admin.get(path)).text()
    assert "boiler\nleak" in shown
    await admin.post(path, data={**FORM, "name": "We looked", "add_tags": ""})
    changed = services.database.look(only)
    assert changed.name == "We looked"
    assert [a["action"] for a in changed.actions] == ["add_note", "set_priority", "set_status"]

    await admin.post(f"{path}/delete")
    assert services.database.look(lambda s: s.exec(select(Macro)).all()) == []


async def test_a_macro_that_does_nothing_is_refused(signed_in, owner) -> None:
    admin = await signed_in(owner)
    empty = dict.fromkeys(FORM, "") | {"name": "Nothing"}

    answer = await admin.post("/settings/macros/new", data=empty)

    assert answer.status == 422
    assert "Choose 1 to 20 things to do." in await answer.text()
