"""What people told of themselves is shown on their page."""

from inbox import clock, mailtokens
from inbox.envelope import AddressKind
from inbox.model import Identity, Inbox
from tests.cast import Cast


async def test_stop_and_consent_stand_on_the_contacts_page(services, signed_in, owner) -> None:
    def work(session) -> str:
        contact_id = Cast(session).contact.id
        now = clock.now()
        session.add(
            Identity(
                contact_id=contact_id, kind=AddressKind.PHONE, value="+381601234567",
                stopped_at=now, consented_at=now, consent_version="v7",
            )
        )  # fmt: skip
        session.add(Inbox(name="Bot", kind="telegram", slug="bot"))
        return contact_id

    contact_id = services.database.run(work)

    page = await (await (await signed_in(owner)).get(f"/contacts/{contact_id}")).text()

    assert "Said STOP" in page
    assert "v7" in page
    token = mailtokens.start_token(services.vault.key("mail"), contact_id)
    assert f"?start={token}" in page
