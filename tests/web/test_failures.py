"""The page of failed sends: seen in the navigation, tried again, sent otherwise, left."""

import re

import pytest
from sqlmodel import select

from inbox.desk import deliveries, failures, replies
from inbox.desk.composing import Composed
from inbox.envelope import AddressKind
from inbox.events import SYSTEM
from inbox.model import Delivery, Identity, Inbox, Message, MessageState
from tests.cast import Cast


@pytest.fixture
def failed(services, owner):
    def work(session):
        cast = Cast(session)
        session.add(Inbox(name="Phone", kind="sms", slug="phone"))
        session.add(Identity(contact_id=cast.contact.id, kind=AddressKind.PHONE,
                             value="+381641234567", name="M"))  # fmt: skip
        message = replies.reply(
            session, cast.conversation(), Composed(text="<b>On its way</b>"), by=SYSTEM,
            request_id="1",
        )  # fmt: skip
        session.flush()
        (delivery,) = deliveries.claim_due(session, 1)
        deliveries.failed(session, delivery.id, delivery.epoch, "No <such> user", "550")
        return message.id, cast.inbox.id

    return services.database.run(work)


def count(services):
    return sum(services.database.look(failures.counts).values())


async def test_it_is_seen_in_the_navigation_and_on_the_inbox(signed_in, owner, failed):
    client = await signed_in(owner)
    home = await (await client.get("/views/mine")).text()
    assert re.search(r'href="/failed-sends".*?>1</span>', home, re.DOTALL)
    assert "1 not sent" in await (await client.get("/settings/inboxes")).text()
    page = await (await client.get("/failed-sends")).text()
    assert "No &lt;such&gt; user" in page
    assert "&lt;b&gt;On its way&lt;/b&gt;" in page


async def test_nothing_is_shown_where_nothing_failed(signed_in, ana):
    client = await signed_in(ana)
    assert "/failed-sends" not in await (await client.get("/views/mine")).text()
    assert "Everything was sent." in await (await client.get("/failed-sends")).text()


async def test_it_is_tried_again_or_left(signed_in, ana, failed, services):
    client = await signed_in(ana)
    await client.post(f"/messages/{failed[0]}/second-tries")
    state = services.database.look(lambda s: s.exec(select(Delivery.state)).one())
    assert state is MessageState.QUEUED
    assert count(services) == 0
    assert (await client.post(f"/messages/{failed[0]}/second-tries")).status == 409
    assert (await client.post(f"/messages/{failed[0]}/dismissals")).status == 200


async def test_it_is_sent_by_another_way(signed_in, ana, failed, services):
    client = await signed_in(ana)
    page = await (await client.get(f"/messages/{failed[0]}/other-ways")).text()
    place = re.search(r'name="place" value="(new:[^"]+)"', page)
    assert place
    assert "+381641234567" in page
    answer = await client.post(f"/messages/{failed[0]}/other-ways", data={"place": place[1]})
    assert answer.url.path.startswith("/conversations/")
    sent = services.database.look(lambda s: s.exec(select(Message.channel)).all())
    assert sorted(sent) == ["email", "sms"]
    assert count(services) == 0


async def test_a_way_that_is_none_is_said(signed_in, ana, failed, services):
    client = await signed_in(ana)
    answer = await client.post(f"/messages/{failed[0]}/other-ways", data={"place": "x"})
    assert answer.status == 422
    assert "Choose a way from the list." in await answer.text()
    assert count(services) == 1


async def test_what_stands_in_a_restricted_inbox_is_for_its_agents(
    signed_in, ana, failed, services
):
    def restrict(session):
        session.get_one(Inbox, failed[1]).restricted = True

    services.database.run(restrict)
    client = await signed_in(ana)
    assert "Everything was sent." in await (await client.get("/failed-sends")).text()
    assert (await client.post(f"/messages/{failed[0]}/dismissals")).status == 404
    assert "/failed-sends" not in await (await client.get("/views/mine")).text()


async def test_an_inbox_that_may_not_be_seen_is_no_way_to_send_by(signed_in, ana, failed, services):
    def restrict(session):
        phone = session.exec(select(Inbox).where(Inbox.kind == "sms")).one()
        phone.restricted = True
        session.add(phone)
        who = session.exec(select(Identity).where(Identity.kind == "phone")).one()
        return f"new:{phone.id}:{who.id}"

    place = services.database.run(restrict)
    client = await signed_in(ana)
    url = f"/messages/{failed[0]}/other-ways"
    assert place not in await (await client.get(url)).text()
    answer = await client.post(url, data={"place": place})

    assert answer.status == 422
    assert services.database.look(lambda s: s.exec(select(Message.channel)).all()) == ["email"]
