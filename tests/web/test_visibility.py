"""What an agent may not see stays hidden, also where two inboxes meet in one conversation."""

from dataclasses import dataclass

import pytest
from sqlmodel import Session, select

from inbox import ids, mailtokens
from inbox.desk import replies, search
from inbox.desk.ingest import Understood, ingest
from inbox.envelope import Address, AddressKind, FilePart, InboundEnvelope
from inbox.events import SYSTEM
from inbox.model import (
    Attachment,
    ChannelThread,
    Conversation,
    Delivery,
    Inbox,
    Message,
    MessageState,
)  # fmt: skip

MARKO = Address(kind=AddressKind.EMAIL, value="marko@their.example", name="Marko")


@dataclass
class Meeting:
    """Marko's hidden conversation, its mail that came to the open inbox, and an open one of his."""

    hidden: Conversation
    strayed: Message
    file: Attachment
    open: Conversation


def letter(subject: str, **values) -> InboundEnvelope:
    given = {"external_id": ids.new(), "sender": MARKO, "subject": subject, "text": subject}
    return InboundEnvelope(**{**given, **values})


@pytest.fixture
def meeting(services) -> Meeting:
    key = services.vault.key("mail")

    def work(session: Session) -> Meeting:
        board = Inbox(name="Board", kind="api", slug="board", restricted=True)
        shop = Inbox(name="Shop", kind="api", slug="shop")
        session.add_all([board, shop])
        session.flush()
        first, other = (
            session.get_one(Message, ingest(session, key, [Understood(i.id, letter(s))])[0])
            for i, s in ((board, "Takeover"), (shop, "Boiler"))
        )
        answer = letter(
            "Takeover in secret",
            references=(mailtokens.message_id(key, first.conversation_id, "x.example"),),
            html="<p>Secret</p>",
            files=(FilePart(name="plan.txt", content_type="text/plain", content=b"plan"),),
        )
        found = ingest(session, key, [Understood(shop.id, answer, digests={0: "0" * 64})])
        strayed = session.get_one(Message, found[0])
        assert strayed.conversation_id == first.conversation_id
        while search.index_new(session):
            pass
        return Meeting(
            session.get_one(Conversation, first.conversation_id),
            strayed,
            session.exec(select(Attachment)).one(),
            session.get_one(Conversation, other.conversation_id),
        )

    return services.database.run(work)


async def test_what_strayed_into_an_open_inbox_stays_hidden(signed_in, ana, meeting) -> None:
    client = await signed_in(ana)

    for path in (
        f"/conversations/{meeting.hidden.number}",
        f"/messages/{meeting.strayed.id}/body",
        f"/attachments/{meeting.file.id}",
    ):
        assert (await client.get(path)).status == 404, path
    page = await (await client.get("/searches", params={"q": "takeover"})).text()
    assert "secret" not in page


async def test_earlier_conversations_of_a_hidden_inbox_are_not_listed(
    signed_in, ana, owner, meeting
) -> None:
    path = f"/conversations/{meeting.open.number}"

    assert "Takeover" not in await (await (await signed_in(ana)).get(path)).text()
    assert "Takeover" in await (await (await signed_in(owner)).get(path)).text()


async def test_an_answer_that_went_out_by_a_hidden_inbox_can_be_taken_back(
    services, signed_in, ana, meeting
) -> None:
    def answer(session: Session) -> Message:
        thread = session.exec(
            select(ChannelThread).where(ChannelThread.conversation_id == meeting.open.id)
        ).one()
        thread.inbox_id = meeting.hidden.inbox_id  # as of a form that an inbox answers for
        composed = replies.Composed(text="At noon")
        conversation = session.get_one(Conversation, meeting.open.id)
        return replies.reply(session, conversation, composed, by=SYSTEM, request_id="1")

    message = await services.database.write(answer)
    client = await signed_in(ana)

    taken_back = await client.post(f"/messages/{message.id}/undos", headers={"HX-Request": "true"})

    delivery = await services.database.read(lambda s: s.exec(select(Delivery)).one())
    assert (taken_back.status, delivery.state) == (200, MessageState.CANCELLED)
