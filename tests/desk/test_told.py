"""What a form tells beside its words reaches the conversation and the contact's record."""

from sqlmodel import select

from inbox.desk.ingest import Understood, ingest
from inbox.envelope import Address, InboundEnvelope
from inbox.model import Contact, Conversation, Tag
from tests.cast import Cast


def submission(number, **fields):
    return InboundEnvelope(
        external_id=number, text="Hello", fields=fields,
        sender=Address(kind="email", value="ana@example.com", name="Ana"),
    )  # fmt: skip


async def test_tags_priority_and_own_fields_are_heeded(database):
    def work(session):
        inbox = Cast(session).inbox
        told = submission(
            "1", tags="Wine\nbroken glass\n...", priority="3", **{"custom.size": "42"}
        )
        ingest(session, b"key", [Understood(inbox.id, told), Understood(inbox.id, submission("2"))])
        conversation = session.exec(select(Conversation).order_by(Conversation.id)).first()
        tags = set(session.exec(select(Tag.name)))
        contact = session.get_one(Contact, conversation.contact_id)
        return conversation.priority, tags, contact.custom

    assert await database.write(work) == (3, {"wine", "broken glass"}, {"size": "42"})


async def test_what_is_known_of_a_contact_is_not_overwritten(database):
    def work(session):
        inbox = Cast(session).inbox
        for number, told in (("1", {"custom.size": "42"}), ("2", {"custom.size": "1"})):
            ingest(session, b"key", [Understood(inbox.id, submission(number, **told))])
        contact_id = session.exec(select(Conversation.contact_id)).first()
        return session.get_one(Contact, contact_id).custom

    assert await database.write(work) == {"size": "42"}


async def test_a_priority_that_is_none_and_a_word_that_is_no_tag_are_passed_over(database):
    def work(session):
        inbox = Cast(session).inbox
        made = ingest(
            session, b"k", [Understood(inbox.id, submission("1", priority="9", tags=" "))]
        )
        return len(made)

    assert await database.write(work) == 1
