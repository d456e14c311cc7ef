"""The console: prints instead of sending."""

import pytest

from inbox.channels.base import Account, PermanentFailure, Unparsable
from inbox.channels.console import ConsoleChannel, ConsoleSettings
from inbox.envelope import Address, FilePart, OutboundEnvelope, RawItem
from inbox.testing import check_channel

ACCOUNT = Account(inbox_id="i", name="Support", settings=ConsoleSettings())


def test_the_channel_keeps_the_contract():
    check_channel(ConsoleChannel, ACCOUNT, [RawItem(external_id="1", content="Здраво".encode())])


async def test_an_answer_is_printed(capsys):
    envelope = OutboundEnvelope(
        delivery_id="d1",
        message_id="m1",
        recipient=Address(kind="external", value="console"),
        subject="Your order",
        text="It leaves today.",
        files=(FilePart(name="offer.pdf", content_type="application/pdf", content=b""),),
    )

    receipt = await ConsoleChannel(ACCOUNT).send(envelope)

    assert receipt.provider_id == "d1"
    assert capsys.readouterr().out.splitlines() == [
        "── Support to console",
        "Your order",
        "It leaves today.",
        "offer.pdf",
    ]


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xff"])
def test_what_is_no_text_is_unparsable(content):
    with pytest.raises(Unparsable):
        ConsoleChannel(ACCOUNT).parse(RawItem(external_id="1", content=content))


async def test_it_holds_no_files_and_is_always_well():
    part = FilePart(name="a.png", content_type="image/png", remote="x")

    with pytest.raises(PermanentFailure):
        await ConsoleChannel(ACCOUNT).fetch(part)
    assert (await ConsoleChannel(ACCOUNT).check()).ok
