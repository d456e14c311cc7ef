"""To whom an answer goes and from where, as an agent chooses it; and what is passed on."""

from typing import Any

import pytest
from sqlmodel import Session, select

from inbox.model import Attachment, Conversation, Draft, Inbox, Message
from tests.cast import Cast
from tests.web.conftest import Browser


@pytest.fixture
def conversation(services, ana) -> Conversation:
    def work(session: Session) -> Conversation:
        cast = Cast(session)
        cast.inbox.settings = {"aliases": "sales@ours.example"}
        found = cast.conversation()
        cast.incoming(found, recipients={"from": "marko@their.example", "to": ["x@y.example"]})
        return found

    return services.database.run(work)


@pytest.fixture
async def browser(ana, signed_in) -> Browser:
    return await signed_in(ana)


def messages(services, **wanted: Any) -> list[Message]:
    query = select(Message).filter_by(direction="outgoing", **wanted)
    return services.database.run(lambda s: list(s.exec(query)))


async def test_to_copies_and_sender_are_chosen_and_stay_with_the_message(
    services, conversation, browser
) -> None:
    form = {
        "text": "Here", "request_id": "1", "copies": "1", "from": "sales@ours.example",
        "to": "Ivo <ivo@their.example>; marko@their.example", "cc": "", "bcc": "audit@ours.example",
    }  # fmt: skip
    answer = await browser.post(f"/conversations/{conversation.number}/replies", data=form)

    assert answer.status == 200
    (message,) = messages(services)
    assert message.recipients == {
        "to": ["ivo@their.example", "marko@their.example"],
        "cc": [],
        "bcc": ["audit@ours.example"],
        "from": "sales@ours.example",
        "chosen": True,
    }
    page = await (await browser.get(f"/conversations/{conversation.number}")).text()
    assert "ivo@their.example, marko@their.example" in page


@pytest.mark.parametrize(
    ("field", "value"), [("to", ""), ("to", "ivo"), ("from", "boss@bank.example")]
)
async def test_a_choice_that_can_not_be_is_refused_in_place(
    services, conversation, browser, field: str, value: str
) -> None:
    form = {"text": "Here", "request_id": "1", "copies": "1", "to": "a@b.cc", field: value}
    answer = await browser.post(
        f"/conversations/{conversation.number}/replies", data=form, headers={"HX-Request": "true"}
    )

    assert answer.status == 422
    assert messages(services) == []


async def test_recipients_are_part_of_the_draft(services, conversation, browser) -> None:
    url = f"/conversations/{conversation.number}/drafts/reply"
    kept = {"cc": "boss@their.example", "from": "sales@ours.example"}
    saved = await browser.put(url, json={"text": "", "version": 0, "particulars": kept})

    assert saved.status == 200
    draft = services.database.run(lambda s: s.exec(select(Draft)).one())
    assert draft.particulars == kept
    page = await (await browser.get(f"/conversations/{conversation.number}")).text()
    assert 'value="boss@their.example"' in page
    assert '<option value="sales@ours.example" selected>' in page


@pytest.mark.parametrize("wrong", [[], {"password": "x"}, {"cc": 1}, {"cc": "x" * 5001}])
async def test_a_draft_keeps_nothing_but_the_fields_of_the_composer(
    conversation, browser, wrong: Any
) -> None:
    url = f"/conversations/{conversation.number}/drafts/reply"
    answer = await browser.put(url, json={"text": "Hi", "version": 0, "particulars": wrong})

    assert answer.status == 422


async def test_a_message_is_forwarded_with_its_files(services, conversation, browser) -> None:
    def attach(session: Session) -> str:
        message = session.exec(select(Message)).one()
        session.add(
            Attachment(message_id=message.id, name="a.pdf", content_type="x/y", size=1, digest="d")
        )
        return message.id

    message_id = services.database.run(attach)
    form = {
        "forward_to": "parts@supplier.example", "forward_message": message_id,
        "forward_files": "1", "text": "Can you?", "request_id": "1",
    }  # fmt: skip
    answer = await browser.post(
        f"/conversations/{conversation.number}/forwards", data=form, headers={"HX-Request": "true"}
    )

    assert answer.status == 200
    (message,) = messages(services, is_side=True)
    assert "It leaks" in message.quoted
    assert message.attachment_count == 1
    page = await (await browser.get(f"/conversations/{conversation.number}")).text()
    assert "Side talk, not shown to the customer" in page


async def test_without_a_mail_inbox_nothing_is_forwarded(services, conversation, browser) -> None:
    def switch_off(session: Session) -> None:
        inbox = session.get_one(Inbox, conversation.inbox_id)
        inbox.enabled = False
        session.add(inbox)

    services.database.run(switch_off)
    form = {"forward_to": "parts@supplier.example", "request_id": "1"}
    answer = await browser.post(
        f"/conversations/{conversation.number}/forwards", data=form, headers={"HX-Request": "true"}
    )

    assert answer.status == 422
    assert "Connect an e-mail inbox first" in await answer.text()
