"""An answer that its channel can't carry is refused before it is queued."""

import pytest
from sqlmodel import select

from inbox.model import Attachment, Conversation, Delivery
from inbox.web import carrying
from tests.cast import Cast


@pytest.fixture
def conversation(services, owner) -> Conversation:
    def work(session):
        cast = Cast(session)
        cast.inbox.kind = "sms"
        session.add(cast.inbox)
        return cast.conversation()

    return services.database.run(work)


async def answer(browser, conversation, text, **more):
    files = [("attachments", one) for one in more.pop("attachments", ())]
    data = [("text", text), ("request_id", "1"), *more.items(), *files]
    url = f"/conversations/{conversation.number}/replies"
    return await browser.post(url, data=data, headers={"HX-Request": "true"})


async def test_a_text_that_is_too_long_is_refused_with_the_remedy(
    services, signed_in, owner, conversation
) -> None:
    browser = await signed_in(owner)

    refused = await answer(browser, conversation, "x" * 1700)

    assert refused.status == 422
    assert "1600 characters, and these are 1700" in await refused.text()
    assert services.database.look(lambda s: s.exec(select(Delivery)).all()) == []
    assert (await answer(browser, conversation, "x" * 1600)).status == 200


@pytest.mark.parametrize(
    ("given", "words"), [((1, 6), "files of up to 5 MB"), ((11, 1), "takes 10 files")]
)
async def test_what_a_phone_cannot_get_is_told_before_it_is_sent(
    services, signed_in, owner, conversation, given, words
) -> None:
    count, megabytes = given
    size = megabytes * carrying.MEGABYTE
    files = [
        Attachment(name=f"{n}.pdf", content_type="application/pdf", size=size, digest="0" * 64)
        for n in range(count)
    ]
    file_ids = [services.database.run(lambda s, f=f: _added(s, f)) for f in files]

    refused = await answer(await signed_in(owner), conversation, "See", attachments=file_ids)

    assert refused.status == 422
    assert words in await refused.text()
    kept = services.database.look(lambda s: s.get_one(Attachment, file_ids[0]))
    assert kept.message_id is None


def test_each_kind_of_file_has_its_own_limit() -> None:
    can = carrying.capabilities("whatsapp")

    limits = [carrying.limit_of(can, kind) for kind in ("image/png", "video/mp4", "text/csv")]

    assert [limit // carrying.MEGABYTE for limit in limits] == [5, 16, 100]


def test_files_that_are_too_large_together_are_refused_for_mail(services, owner) -> None:
    def work(session):
        cast = Cast(session)
        message = cast.incoming(cast.conversation(), attachment_count=2)
        for name in ("a", "b"):
            session.add(
                Attachment(
                    message_id=message.id, name=name, content_type="x/y",
                    size=20 * carrying.MEGABYTE, digest="0" * 64,
                )
            )  # fmt: skip
        session.flush()
        carrying.refuse_too_much(session, message)

    with pytest.raises(carrying.Invalid, match="25 MB"):
        services.database.run(work)


def test_where_the_customer_writes_first_nobody_can_begin() -> None:
    carrying.refuse_to_start("sms")
    with pytest.raises(carrying.Invalid, match="writes first"):
        carrying.refuse_to_start("telegram")


def _added(session, file: Attachment) -> str:
    session.add(file)
    session.flush()
    return file.id
