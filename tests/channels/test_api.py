"""The API channel: signed calls in both directions, and errors that name the field."""

import base64
from contextlib import suppress
from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from inbox.channels.api import ApiChannel, ApiSettings, read_arrival
from inbox.channels.api.signing import HEADER, signature, verify
from inbox.channels.base import (
    Account,
    BadRequest,
    BadSignature,
    HookRequest,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
    Unparsable,
)
from inbox.envelope import Address, FilePart, OutboundEnvelope, RawItem
from inbox.errors import Invalid
from inbox.testing import check_channel, fixed_clock

SECRET = "a-throw-away-secret"
ARRIVAL = {
    "external_id": "call-17",
    "sender": {"kind": "email", "value": "Ana@Example.com", "name": "Ana"},
    "text": "She called about the order.",
    "thread": "calls",
    "attachments": [
        {"name": "a.txt", "content_type": "text/plain", "content_base64": "aGVsbG8="},
        {"name": "b.txt", "url": "https://files.example.com/b.txt"},
    ],
    "sent_at": "2026-05-04T09:30:00+02:00",
}
ENVELOPE = OutboundEnvelope(
    delivery_id="d1",
    message_id="m1",
    recipient=Address(kind="external", value="u1"),
    thread="calls",
    text="It leaves today.",
    files=(FilePart(name="a.txt", content_type="text/plain", content=b"hello"),),
)


def settings(**changes):
    return ApiSettings(**({"secret": SecretStr(SECRET)} | changes))


def channel(**changes):
    return ApiChannel(Account(inbox_id="i", name="API", settings=settings(**changes)))


def content(**changes):
    return orjson.dumps(ARRIVAL | changes)


def request(body, given=None):
    headers = {HEADER: signature(SECRET, body) if given is None else given}
    return HookRequest(method="POST", url="https://x/", headers=headers, query={}, body=body)


def test_the_channel_keeps_the_contract():
    item = RawItem(external_id="call-17", content=content())

    check_channel(ApiChannel, channel().account, [item])


def test_a_number_is_the_same_however_it_is_written():
    sender = {"kind": "phone", "value": "+381 64 123-4567"}

    (found,) = channel().parse(RawItem(external_id="1", content=content(sender=sender)))

    assert found.sender.value == "+381641234567"


def test_html_of_a_program_is_cleaned_and_read_as_text_where_there_is_none():
    html = (
        '<p onclick="x()">She <b>called</b>.</p><script>x()</script><img src="https://t.example/1">'
    )

    (found,) = channel().parse(RawItem(external_id="1", content=content(text="", html=html)))

    assert "script" not in found.html
    assert "onclick" not in found.html
    assert 'data-remote-src="https://t.example/1"' in found.html
    assert found.text == "She called."


def test_a_signed_arrival_is_kept_under_its_own_id():
    answer = channel().hook(request(content()))

    assert answer.status == 202
    assert answer.items[0].external_id == "call-17"


def test_an_arrival_is_understood():
    envelope = channel().parse(RawItem(external_id="call-17", content=content()))[0]

    assert envelope.sender == Address(kind="email", value="ana@example.com", name="Ana")
    assert envelope.files[0].content == b"hello"
    assert envelope.files[1].remote == "https://files.example.com/b.txt"
    assert envelope.sent_at.isoformat() == "2026-05-04T09:30:00+02:00"


@pytest.mark.parametrize("given", ["", "t=1", "v1=ab", "t=x,v1=ab", "t=٣,v1=ab", "=,=", "t=1,v1=ж"])
def test_a_signature_of_another_shape_is_refused(given):
    with pytest.raises(BadSignature):
        channel().hook(request(content(), given))


def test_a_signature_is_for_this_body_and_this_secret():
    good = request(content())

    with pytest.raises(BadSignature):
        channel().hook(replace(good, body=good.body + b" "))
    with pytest.raises(BadSignature):
        channel(secret=SecretStr("another")).hook(good)


def test_without_a_secret_nothing_is_taken():
    body = content()

    with pytest.raises(BadSignature):
        channel(secret=SecretStr("")).hook(request(body, signature("", body)))


@pytest.mark.parametrize(("seconds", "taken"), [(299, True), (301, False), (-301, False)])
def test_a_signature_holds_for_five_minutes(seconds, taken):
    with fixed_clock() as clock:
        signed = request(content())
        clock.advance(seconds=seconds)
        if taken:
            assert channel().hook(signed).items
        else:
            with pytest.raises(BadSignature, match="five minutes"):
                channel().hook(signed)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"external_id": ""}, "external_id", "empty"),
        ({"external_id": None}, "external_id", "text"),
        ({"sender": {}}, "sender.value", "give it"),
        ({"sender": {"kind": "pigeon", "value": "x"}}, "sender.kind", "email"),
        ({"txt": "x"}, "txt", "correct its name"),
        ({"text": " ", "attachments": []}, "body", "give a text"),
        ({"sent_at": "2026-05-04T09:30:00"}, "sent_at", "time zone"),
        ({"attachments": [{"name": "a"}]}, "attachments.0", "content_base64 or url"),
        (
            {"attachments": [{"name": "a", "content_base64": "%"}]},
            "attachments.0.content_base64",
            "base64",
        ),
        ({"attachments": [{"name": "a", "url": "file:///x"}]}, "attachments.0.url", "http"),
    ],
)
def test_an_error_names_the_field_and_the_remedy(changes, field, words):
    with pytest.raises(Invalid) as caught:
        read_arrival(content(**changes))

    assert words in caught.value.fields[field]
    with pytest.raises(BadRequest, match=field):
        channel().hook(request(content(**changes)))


async def test_an_answer_is_posted_signed_and_can_be_recognised(provider, account):
    provider.will_answer(200, {"id": "their-9"})
    opened = ApiChannel(account(settings(callback_url=f"{provider.base}/answers")))

    receipt = await opened.send(ENVELOPE)

    (seen,) = provider.seen
    posted = orjson.loads(seen.body)
    verify(SECRET, seen.body, seen.headers[HEADER])
    assert receipt.provider_id == "their-9"
    assert seen.headers["Idempotency-Key"] == posted["delivery_id"] == "d1"
    assert base64.b64decode(posted["attachments"][0]["content_base64"]) == b"hello"


async def test_without_a_callback_the_answer_waits_to_be_fetched():
    receipt = await channel().send(ENVELOPE)

    assert receipt.provider_id == "d1"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "no such thread"}, PermanentFailure),
        (429, None, TemporaryFailure),
        (500, None, OutcomeUnknown),
        (302, None, PermanentFailure),
    ],
)
async def test_refusals_are_told_apart(provider, account, status, body, error):
    provider.will_answer(status, body)
    opened = ApiChannel(account(settings(callback_url=f"{provider.base}/answers")))

    with pytest.raises(error):
        await opened.send(ENVELOPE)


async def test_a_refused_connection_is_temporary(nobody):
    base, account = nobody

    with pytest.raises(TemporaryFailure):
        await ApiChannel(account(settings(callback_url=base))).send(ENVELOPE)


async def test_a_file_is_fetched_from_its_address(provider, account):
    provider.answers.append(b"hello")
    part = FilePart(name="b.txt", content_type="text/plain", remote=f"{provider.base}/b.txt")

    fetched = await ApiChannel(account(settings())).fetch(part)

    assert fetched.content == b"hello"


async def test_a_file_on_a_private_address_is_not_fetched(account):
    part = FilePart(name="b.txt", content_type="text/plain", remote="http://169.254.169.254/b")

    with pytest.raises(PermanentFailure, match="not a public web address"):
        await ApiChannel(account(settings())).fetch(part)


async def test_a_missing_file_is_a_permanent_failure(provider, account):
    provider.will_answer(404)
    part = FilePart(name="b.txt", content_type="text/plain", remote=f"{provider.base}/b.txt")

    with pytest.raises(PermanentFailure, match="404"):
        await ApiChannel(account(settings())).fetch(part)


async def test_the_check_wants_a_secret():
    assert (await channel().check()).ok
    assert not (await channel(secret=SecretStr("")).check()).ok


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(ARRIVAL)) | st.text(), json_values))
def test_any_values_are_understood_or_unparsable(changes):
    with suppress(Unparsable):
        channel().parse(RawItem(external_id="x", content=content(**changes)))


@given(st.text())
def test_any_header_is_refused(given):
    with pytest.raises(BadSignature):
        verify(SECRET, b"{}", given)
