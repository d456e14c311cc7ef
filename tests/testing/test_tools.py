"""The tools for tests: found by name, a fake channel, a clock, requests as plain values."""

from datetime import timedelta

import pytest
from twilio.request_validator import RequestValidator

import inbox.testing
from inbox import clock
from inbox.channels.base import Account, PermanentFailure, TemporaryFailure
from inbox.envelope import Address, FilePart, OutboundEnvelope
from inbox.errors import Invalid
from inbox.testing import FakeChannel, FakeSettings, fixed_clock, parse_hook
from inbox.testing.clocks import NOON

ACCOUNT = Account(inbox_id="i", name="Fake", settings=FakeSettings())
ENVELOPE = OutboundEnvelope(
    delivery_id="d1", message_id="m1", recipient=Address(kind="external", value="ana"), text="Hi"
)


def test_every_tool_is_found_by_its_name():
    for name in dir(inbox.testing):
        assert callable(getattr(inbox.testing, name))
    with pytest.raises(AttributeError, match="no 'nothing'"):
        _ = inbox.testing.nothing


def test_the_clock_stands_still_until_it_is_told():
    with fixed_clock() as fixed:
        assert clock.now() == NOON
        fixed.advance(minutes=5)
        assert clock.now() == NOON + timedelta(minutes=5)
    assert clock.now() != NOON


async def test_the_fake_channel_fails_as_told_and_remembers():
    fake = FakeChannel(ACCOUNT)
    fake.failures.append(TemporaryFailure("Not now."))

    with pytest.raises(TemporaryFailure):
        await fake.send(ENVELOPE)
    receipt = await fake.send(ENVELOPE)
    await fake.close()

    assert (receipt.provider_id, fake.sent, fake.closed) == ("fake-1", [ENVELOPE], True)
    assert (await fake.check()).ok


async def test_the_fake_channel_has_the_files_it_was_given():
    fake = FakeChannel(ACCOUNT)
    fake.files["here"] = b"hello"
    part = FilePart(name="a.txt", content_type="text/plain", remote="here")

    assert (await fake.fetch(part)).content == b"hello"
    with pytest.raises(PermanentFailure):
        await fake.fetch(FilePart(name="a.txt", content_type="text/plain", remote="elsewhere"))


def test_a_request_of_twilio_is_told_in_plain_values():
    message = {"MessageSid": "SM1", "From": "+381641234567", "Body": "Zdravo"}
    report = {"MessageSid": "SM2", "MessageStatus": "failed", "ErrorCode": "30005"}

    assert parse_hook("twilio", {"params": message})["text"] == "Zdravo"
    assert parse_hook("sms", {"json": report})["status"] == "failed"


@pytest.mark.parametrize(("token", "valid"), [("t0ken", True), ("another", False)])
def test_a_signature_of_twilio_is_judged(token, valid):
    url = "https://inbox.example.com/hooks/1?a=b"
    signature = RequestValidator("t0ken").compute_signature(url, {"CallSid": "CA1"})
    request = {
        "url": url,
        "auth_token": token,
        "headers": {"X-Twilio-Signature": signature},
        "params": [["CallSid", "CA1"]],
    }

    assert parse_hook("twilio", request) == {"signature_valid": valid}


@pytest.mark.parametrize(("given", "valid"), [("s3cret", True), ("", False)])
def test_an_update_of_telegram_is_told_in_plain_values(given, valid):
    update = {
        "update_id": 1,
        "message": {
            "message_id": 4,
            "date": 1777888800,
            "chat": {"id": 23},
            "from": {"id": 23, "first_name": "Ana", "username": "ana"},
            "location": {"latitude": 44.81, "longitude": 20.46},
        },
    }
    headers = {"X-Telegram-Bot-Api-Secret-Token": given}

    found = parse_hook("telegram", {"json": update, "secret": "s3cret", "headers": headers})

    assert found["signature_valid"] is valid
    assert (found["chat_id"], found["message_id"], found["date"]) == (23, 4, 1777888800)
    assert found["location"] == {"latitude": 44.81, "longitude": 20.46}


def test_what_is_nothing_to_keep_is_said():
    assert parse_hook("telegram", {"body": '{"update_id": 1}'}) == {"ignored": True}


def test_an_unknown_provider_is_refused():
    with pytest.raises(Invalid, match="pigeon"):
        parse_hook("pigeon", {})
