"""Programs look after what failed and what was not understood, and know what channels take."""

from sqlmodel import select

from inbox.desk import arrivals, deliveries, replies
from inbox.desk.composing import Composed
from inbox.envelope import AddressKind, RawItem
from inbox.events import SYSTEM
from inbox.model import Arrival, Conversation, Identity, Inbox, Message
from tests.cast import Cast


def failed(services):
    def work(session):
        cast = Cast(session)
        session.add(Inbox(name="Phone", kind="sms", slug="phone"))
        session.add(Identity(contact_id=cast.contact.id, kind=AddressKind.PHONE,
                             value="+381641234567", name="M"))  # fmt: skip
        message = replies.reply(
            session, cast.conversation(), Composed(text="Hi"), by=SYSTEM, request_id="1"
        )
        session.flush()
        (delivery,) = deliveries.claim_due(session, 1)
        deliveries.failed(session, delivery.id, delivery.epoch, "No such user", "550")
        [arrival_id] = arrivals.store(
            session, cast.inbox.id, [RawItem(external_id="1", content=b"?")], {}
        )
        arrivals.fail(session, arrival_id, "No header", final=True, by=SYSTEM)
        return message.id, arrival_id

    return services.database.run(work)


async def test_a_failure_is_listed_and_sent_by_another_way(program, services):
    client = await program("write")
    message_id, _ = failed(services)
    (item,) = (await (await client.get("/api/v1/failures")).json())["items"]
    assert (item["message"]["id"], item["why"]) == (message_id, "No such user")
    url = f"/api/v1/failures/{message_id}/ways"
    (way,) = (await (await client.get(url)).json())["items"]
    sent = await client.post(url, json={"place": way["place"]})
    assert (sent.status, (await sent.json())["channel"]) == (201, "sms")
    assert (await (await client.get("/api/v1/failures")).json())["items"] == []


async def test_a_failure_is_left_or_tried_again(program, services):
    client = await program("write")
    message_id, _ = failed(services)
    url = f"/api/v1/failures/{message_id}"
    assert (await client.post(f"{url}/dismissals", json={})).status == 201
    assert (await client.post(f"{url}/retries", json={})).status == 201
    assert (await client.post(f"{url}/retries", json={})).status == 409


async def test_the_quarantine_is_emptied_by_a_program(program, services):
    client = await program("admin")
    _, arrival_id = failed(services)
    (item,) = (await (await client.get("/api/v1/quarantine")).json())["items"]
    assert (item["id"], item["error"]) == (arrival_id, "No header")
    url = f"/api/v1/quarantine/{arrival_id}"
    assert (await client.post(f"{url}/releases", json={})).status == 201
    assert (await client.delete(url)).status == 409
    assert services.database.look(lambda s: s.get(Arrival, arrival_id)).state == "new"


async def test_a_limited_token_sees_none_of_it(program, services):
    message_id, _ = failed(services)
    wanted = select(Inbox.id).where(Inbox.kind == "sms")
    other = services.database.look(lambda s: s.exec(wanted).one())
    client = await program("write", inbox_ids=[other])
    assert (await (await client.get("/api/v1/failures")).json())["items"] == []
    assert (await client.post(f"/api/v1/failures/{message_id}/dismissals", json={})).status == 404
    assert len(services.database.look(lambda s: s.exec(select(Message)).all())) == 1


async def test_what_channels_carry_is_data(program):
    client = await program("read")
    answer = await client.get("/api/v1/channels")
    found = {one["kind"]: one for one in (await answer.json())["items"]}

    assert found["sms"]["files"] is True
    assert found["sms"]["text_limit"] == 1600
    assert found["email"]["html"] is True
    assert found["telegram"]["buttons"] is True


async def test_a_limited_token_sends_by_its_own_inboxes_only(program, services):
    message_id, _ = failed(services)
    mail = services.database.look(lambda s: s.get(Message, message_id).inbox_id)
    free, limited = await program("write"), await program("write", inbox_ids=[mail])
    url = f"/api/v1/failures/{message_id}/ways"
    (way,) = (await (await free.get(url)).json())["items"]

    assert (await (await limited.get(url)).json())["items"] == []
    assert (await limited.post(url, json={"place": way["place"]})).status == 422


async def test_a_message_is_for_who_sees_where_its_conversation_stands_now(program, services):
    message_id, _ = failed(services)

    def move(session):
        message = session.get(Message, message_id)
        elsewhere = session.exec(select(Inbox).where(Inbox.kind == "sms")).one()
        conversation = session.get(Conversation, message.conversation_id)
        conversation.inbox_id = elsewhere.id
        session.add(conversation)
        return message.inbox_id

    client = await program("write", inbox_ids=[services.database.run(move)])

    for place in (f"failures/{message_id}/dismissals", f"messages/{message_id}/reactions"):
        assert (await client.post(f"/api/v1/{place}", json={})).status == 404
    assert (await client.get(f"/api/v1/messages/{message_id}/raw")).status == 404
