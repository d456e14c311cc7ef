"""Agents merge, split and move by the pages, and undo it where it is shown."""

import re

import pytest

from inbox.crm import contacts
from inbox.desk import conversations, replies, tokens
from inbox.desk.replies import Composed
from inbox.envelope import Address, AddressKind
from inbox.events import SYSTEM, Actor
from inbox.model import Conversation, Inbox
from tests.cast import Cast


@pytest.fixture
def two(services, owner):
    """Two conversations of Marko, each with a message."""

    def work(session):
        cast = Cast(session)
        made = [cast.conversation(subject=name) for name in ("Boiler", "Bill")]
        for conversation, text in zip(made, ("It leaks", "Too much"), strict=True):
            cast.incoming(conversation, text)
        cast.incoming(made[0], "And the bill is wrong")
        session.add(Inbox(name="Sales", kind="email", address="s@ours.example", slug="sales"))
        return made

    return services.database.run(work)


@pytest.fixture
async def browser(signed_in, owner):
    return await signed_in(owner)


async def page(browser, path):
    answer = await browser.get(path)
    assert answer.status == 200, path
    return await answer.text()


async def said(browser, path):
    """What stands in the conversation itself, without the list beside it."""
    return await page(browser, f"{path}?part=conversation")


async def post(browser, path, **data):
    answer = await browser.post(path, data=data, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    return answer.headers["Location"]


def undo_in(html):
    return re.search(r'action="(/(?:merges|splits)/\w+/undo)"', html)[1]


async def test_a_conversation_is_merged_and_parted(browser, two) -> None:
    one, other = two
    path = f"/conversations/{one.number}"
    assert "Bill" in await page(browser, f"{path}/rearrangement")

    assert await post(browser, f"{path}/merges", conversation=other.number) == path

    html = await said(browser, path)
    assert "Too much" in html
    assert f"merged #{other.number} into this" in html
    assert "Too much" in await said(browser, f"/conversations/{other.number}")

    await post(browser, undo_in(html))
    html = await said(browser, path)
    assert "Too much" not in html
    assert "/undo" not in html
    assert "It leaks" not in await said(browser, f"/conversations/{other.number}")


async def test_messages_are_split_off_and_brought_back(browser, two) -> None:
    path = f"/conversations/{two[0].number}"
    html = await page(browser, f"{path}/rearrangement")
    messages = re.findall(r'name="message" value="(\w+)"', html)

    new = await post(browser, f"{path}/splits", message=messages[-1], subject="Wrong bill")

    assert "And the bill is wrong" in await said(browser, new)
    html = await said(browser, path)
    assert "And the bill is wrong" not in html
    await post(browser, undo_in(html))
    assert "And the bill is wrong" in await said(browser, path)


async def test_it_moves_to_another_inbox_and_customer(browser, two, services) -> None:
    mia = services.database.run(
        lambda s: contacts.create(
            s, "Mia", [Address(kind=AddressKind.EMAIL, value="mia@their.example")], by=SYSTEM
        )
    )
    path = f"/conversations/{two[0].number}"
    html = await page(browser, f"{path}/rearrangement?customer=mia")
    sales = re.search(r'<option value="(\w+)">Sales', html)[1]
    assert mia.id in html

    await post(browser, f"{path}/moves", inbox=sales)
    await post(browser, f"{path}/customers", contact=mia.id)

    found = services.database.look(lambda s: s.get(Conversation, two[0].id))
    assert (found.inbox_id, found.contact_id) == (sales, mia.id)
    html = await page(browser, path)
    assert "moved it to Sales" in html
    assert "changed the customer to Mia" in html


async def test_a_contact_shows_who_may_be_the_same_and_is_merged(browser, two, services) -> None:
    one = services.database.look(lambda s: s.get(Conversation, two[0].id)).contact_id
    other = services.database.run(lambda s: contacts.create(s, "Marko Marić", [], by=SYSTEM))
    path = f"/contacts/{one}"
    html = await page(browser, path)
    assert "the same name" in html
    assert other.id in await page(browser, f"{path}?merge=mari")

    await post(browser, f"{path}/merges", contact=other.id)

    assert (await browser.get(f"/contacts/{other.id}", allow_redirects=False)).status == 303
    html = await page(browser, path)
    assert "merged Marko Marić into this contact" in html
    await post(browser, re.search(r'action="(/contacts/\w+/merges/\w+/undo)"', html)[1])
    assert (await browser.get(f"/contacts/{other.id}", allow_redirects=False)).status == 200


async def test_a_contacts_history_goes_on_in_chunks(browser, services, owner) -> None:
    def work(session):
        cast = Cast(session)
        for number in range(30):
            conversation = cast.conversation()
            composed = Composed(text=f"Answer {number}.")
            replies.reply(
                session, conversation, composed, by=Actor.agent(owner), request_id=str(number)
            )
        return cast.contact.id

    contact_id = services.database.run(work)
    html = await page(browser, f"/contacts/{contact_id}")
    more = re.search(r'href="(/contacts/\w+/timeline\?cursor=\w+)"', html)[1]

    older = await page(browser, more)

    assert "Answer 29." in html
    assert "Answer 0." in older
    assert "Answer 29." not in older


async def test_who_wrote_by_a_token_is_shown(browser, two, services, owner) -> None:
    def work(session):
        conversation = conversations.find(session, two[0].number)
        for name, agent_id in (("Shop", None), ("Script", owner.id)):
            made, secret = tokens.create(session, name, ["write"], by=SYSTEM, agent_id=agent_id)
            session.flush()
            by = tokens.recognise(session, secret).actor
            replies.reply(session, conversation, Composed(text="Hi"), by=by, request_id=made.id)

    services.database.run(work)
    html = await page(browser, f"/conversations/{two[0].number}")

    assert "integration" in html
    assert "by way of Script" in html
