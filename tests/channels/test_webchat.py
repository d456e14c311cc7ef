"""Web chat: what the widget's server recorded becomes messages and reports."""

from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.channels.base import Account, PermanentFailure, Unparsable
from inbox.channels.webchat import WebchatChannel, WebchatItem, WebchatSettings
from inbox.envelope import Address, DeliveryReport, FilePart, OutboundEnvelope, RawItem
from inbox.testing import check_channel

DIGEST = "0123456789abcdef" * 4
MESSAGE = {
    "kind": "message",
    "visitor": "v1",
    "client_id": "c1",
    "text": "Do you ship to Bulgaria?",
    "name": "Мария",
    "email": "Maria@Example.com",
    "files": [{"name": "a.png", "content_type": "image/png", "digest": DIGEST, "size": 9}],
    "language": "bg",
    "time_zone": "Europe/Sofia",
    "consent": "4f2a",
    "page": "https://shop.example.com/wine",
}


def channel(**settings):
    return WebchatChannel(Account(inbox_id="i", name="Chat", settings=WebchatSettings(**settings)))


def item(**changes):
    return RawItem(external_id="x", content=orjson.dumps(MESSAGE | changes))


def test_the_channel_keeps_the_contract():
    samples = [item(), item(kind="read", upto="d1")]

    check_channel(WebchatChannel, channel().account, samples)


def test_a_message_is_understood():
    envelope = channel().parse(item())[0]

    assert envelope.external_id == "v1:c1"
    assert envelope.sender == Address(kind="visitor", value="v1", name="Мария")
    assert envelope.thread == "v1"
    assert envelope.proof == "proven"
    assert [one.value for one in envelope.claimed] == ["maria@example.com"]
    assert envelope.fields["time_zone"] == "Europe/Sofia"
    assert envelope.fields["consent_version"] == "4f2a"
    assert envelope.files == (
        FilePart(name="a.png", content_type="image/png", remote=f"digest:{DIGEST}"),
    )


def test_the_server_records_under_the_same_id_as_the_message_gets():
    recorded = WebchatItem.model_validate_json(item().content)

    assert recorded.external_id == channel().parse(item())[0].external_id


@pytest.mark.parametrize("kind", ["delivered", "read"])
def test_reports_name_the_message_they_reach_to(kind):
    assert channel().parse(item(kind=kind, upto="d7")) == [
        DeliveryReport(provider_id="d7", state=kind)
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"visitor": ""},
        {"client_id": ""},
        {"text": " ", "files": []},
        {"kind": "read"},
        {"kind": "typing"},
        {"files": [{"name": "a", "digest": "../../etc/passwd"}]},
    ],
)
def test_what_is_not_whole_is_unparsable(changes):
    with pytest.raises(Unparsable):
        channel().parse(item(**changes))


async def test_an_answer_needs_nobody_else():
    envelope = OutboundEnvelope(
        delivery_id="d1",
        message_id="m1",
        recipient=Address(kind="visitor", value="v1"),
        text="Yes, to Bulgaria too.",
    )

    receipt = await channel().send(envelope)

    assert (receipt.provider_id, receipt.state) == ("d1", "sent")
    assert (await channel().check()).ok


async def test_a_file_that_the_store_lost_is_named():
    part = FilePart(name="a.png", content_type="image/png", remote=f"digest:{DIGEST}")

    with pytest.raises(PermanentFailure, match=r"a\.png"):
        await channel().fetch(part)


def test_domains_are_read_from_one_line():
    settings = WebchatSettings(allowed_domains=" Example.com,, *.example.org ")

    assert settings.domains() == ("example.com", "*.example.org")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*MESSAGE, "upto"]), json_values))
def test_any_values_are_understood_or_unparsable(changes):
    content = orjson.dumps(MESSAGE | changes)
    with suppress(Unparsable):
        channel().parse(RawItem(external_id="x", content=content))
