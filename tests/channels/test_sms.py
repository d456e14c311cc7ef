"""SMS: signatures, understanding, sending and what its failures mean."""

import hashlib
import json
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from twilio.request_validator import RequestValidator

from inbox.channels import calling
from inbox.channels.base import (
    Account,
    BadRequest,
    BadSignature,
    HookRequest,
    LoginRefused,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
    Unparsable,
)
from inbox.channels.sms import SmsChannel, SmsSettings
from inbox.envelope import Address, DeliveryReport, FilePart, OutboundEnvelope, RawItem
from inbox.testing import check_channel

TOKEN = "a-throw-away-token"
HOOK = "https://inbox.example.com/hooks/inbox-1"
FORM = "application/x-www-form-urlencoded"
MESSAGE = {
    "MessageSid": "SM1",
    "From": "+381641234567",
    "To": "+15005550006",
    "Body": "Where is my order?",
    "NumMedia": "1",
    "MediaUrl0": "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/SM1/Media/ME1",
    "MediaContentType0": "image/png",
    "FromCountry": "RS",
}
REPORT = {"MessageSid": "SM2", "MessageStatus": "undelivered", "ErrorCode": "30003"}
ENVELOPE = OutboundEnvelope(
    delivery_id="d1",
    message_id="m1",
    recipient=Address(kind="phone", value="+381 64 1234567"),
    text="It leaves today.",
)


def settings(**changes):
    given = {"account_sid": "AC1", "auth_token": SecretStr(TOKEN), "sender": "+1 500 555 0006"}
    return SmsSettings(**(given | changes))


def channel(**changes):
    return SmsChannel(
        Account(inbox_id="i", name="SMS", settings=settings(**changes), hook_url=HOOK)
    )


def item(fields, content_type=FORM):
    return RawItem(
        external_id="x", content=urlencode(fields).encode(), meta={"content_type": content_type}
    )


def request(fields, *, url=HOOK, signed_url=HOOK, token=TOKEN, body=None):
    signature = RequestValidator(token).compute_signature(signed_url, fields)
    return HookRequest(
        method="POST",
        url=url,
        headers={"content-type": FORM, "x-twilio-signature": signature},
        query={},
        body=urlencode(fields if body is None else body).encode(),
    )


def test_the_channel_keeps_the_contract():
    account = channel().account
    check_channel(SmsChannel, account, [item(MESSAGE), item(REPORT)])


def test_a_signed_message_is_kept_under_its_sid():
    answer = channel().hook(request(MESSAGE))

    assert [kept.external_id for kept in answer.items] == ["SM1"]
    assert answer.content_type == "text/xml"
    assert "<Response/>" in answer.body


def test_each_state_of_a_message_is_kept_once():
    answer = channel().hook(request(REPORT))

    assert answer.items[0].external_id == "status:SM2:undelivered"


def test_the_signature_counts_for_the_public_address_whatever_a_proxy_made_of_it():
    behind_a_proxy = request(MESSAGE, url="http://10.0.0.7:8080/hooks/inbox-1")

    assert channel().hook(behind_a_proxy).items


@pytest.mark.parametrize(
    "forged",
    [
        request(MESSAGE, token="another"),
        request(MESSAGE, signed_url="https://elsewhere.example.com/hooks/inbox-1"),
        request(MESSAGE, body=MESSAGE | {"Body": "changed"}),
        request(MESSAGE, body=MESSAGE | {"Extra": "1"}),
        replace(request(MESSAGE), headers={"Content-Type": FORM}),
        replace(request(MESSAGE), headers={"Content-Type": FORM, "X-Twilio-Signature": "ж"}),
        replace(request(MESSAGE), headers={"Content-Type": "application/json"}, body=b"{}"),
    ],
)
def test_a_forged_request_is_refused(forged):
    with pytest.raises(BadSignature):
        channel().hook(forged)


def test_a_json_request_is_signed_by_the_hash_in_its_address():
    body = json.dumps(MESSAGE).encode()
    url = f"{HOOK}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = RequestValidator(TOKEN).compute_signature(url, {})
    headers = {"Content-Type": "application/json", "X-Twilio-Signature": signature}
    good = HookRequest(method="POST", url=url, headers=headers, query={}, body=body)

    kept = channel().hook(good).items[0]

    assert channel().parse(kept)[0].text == "Where is my order?"
    with pytest.raises(BadSignature):
        channel().hook(replace(good, body=body + b" "))


def test_a_signed_request_without_a_sid_is_a_bad_request():
    with pytest.raises(BadRequest, match="MessageSid"):
        channel().hook(request({"From": "+381641234567"}))


def test_a_message_is_understood():
    envelope = channel().parse(item(MESSAGE))[0]

    assert envelope.sender == Address(kind="phone", value="+381641234567")
    assert envelope.thread == "+381641234567"
    assert envelope.proof == "proven"
    assert envelope.fields == {"country": "RS"}
    assert envelope.files[0].name == "media-1.png"


def test_a_whatsapp_message_is_an_address_of_its_own_kind():
    fields = MESSAGE | {"From": "whatsapp:+381641234567", "ProfileName": "Ана"}

    envelope = channel().parse(item(fields))[0]

    assert envelope.sender == Address(kind="whatsapp", value="+381641234567", name="Ана")
    assert envelope.thread == "whatsapp:+381641234567"
    assert (envelope.window_hours, channel().parse(item(MESSAGE))[0].window_hours) == (24, 0)


@pytest.mark.parametrize(
    ("text", "noted"),
    [("STOP", "stopped"), (" Stop. ", "stopped"), ("start", "started"), ("Don't stop", None)],
)
def test_stop_and_start_are_noted_only_as_whole_messages(text, noted):
    envelope = channel().parse(item(MESSAGE | {"Body": text}))[0]

    assert envelope.fields.get("sms_consent") == noted


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("queued", "sent"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("undelivered", "failed"),
        ("failed", "failed"),
    ],
)
def test_provider_states_become_ours(status, state):
    report = channel().parse(item({"MessageSid": "SM2", "MessageStatus": status}))[0]

    assert isinstance(report, DeliveryReport)
    assert (report.provider_id, report.state) == ("SM2", state)


def test_an_error_code_is_explained():
    report = channel().parse(item(REPORT))[0]

    assert report.code == "30003"
    assert "out of reach" in report.explanation


def test_an_unknown_code_keeps_the_words_of_twilio():
    fields = REPORT | {"ErrorCode": "39999", "ErrorMessage": "Odd"}

    assert channel().parse(item(fields))[0].explanation == "Odd"


@given(st.binary(), st.sampled_from([FORM, "application/json", ""]))
def test_any_bytes_are_understood_or_unparsable(content, content_type):
    with suppress(Unparsable):
        channel().parse(
            RawItem(external_id="x", content=content, meta={"content_type": content_type})
        )


@given(st.dictionaries(st.sampled_from(sorted(MESSAGE | REPORT)), st.text()))
def test_any_values_are_understood_or_unparsable(values):
    fields = {name: text.encode("utf-8", "replace") for name, text in (MESSAGE | values).items()}
    with suppress(Unparsable):
        channel().parse(item(fields))


async def test_a_message_is_handed_over_once(provider, account):
    provider.will_answer(201, {"sid": "SM9", "status": "queued"})
    opened = SmsChannel(account(settings(api_base=provider.base)))

    receipt = await opened.send(ENVELOPE)

    assert receipt.provider_id == "SM9"
    (seen,) = provider.seen
    assert seen.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert seen.headers["Authorization"].startswith("Basic ")
    assert seen.form == {
        "To": "+381641234567",
        "From": "+15005550006",
        "Body": "It leaves today.",
        "StatusCallback": HOOK,
    }


async def test_a_messaging_service_and_whatsapp_are_named_as_twilio_wants(provider, account):
    provider.will_answer(201, {"sid": "SM9"})
    opened = SmsChannel(account(settings(api_base=provider.base, sender="MG1")))

    to = Address(kind="whatsapp", value="+381641234567")
    await opened.send(replace(ENVELOPE, recipient=to))

    assert provider.seen[0].form["MessagingServiceSid"] == "MG1"
    assert provider.seen[0].form["To"] == "whatsapp:+381641234567"


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (400, {"code": 21610, "message": "blocked"}, PermanentFailure, "STOP"),
        (400, {"code": 29999, "message": "Something odd"}, PermanentFailure, "Something odd"),
        (401, {"code": 20003}, LoginRefused, "auth token"),
        (429, {"code": 20429}, TemporaryFailure, "wait"),
        (500, {}, OutcomeUnknown, "500"),
        (503, {}, OutcomeUnknown, "503"),
        (201, {}, OutcomeUnknown, "no id"),
    ],
)
async def test_refusals_are_told_apart(provider, account, status, body, error, words):
    provider.will_answer(status, body)
    opened = SmsChannel(account(settings(api_base=provider.base)))

    with pytest.raises(error, match=words):
        await opened.send(ENVELOPE)

    assert len(provider.seen) == 1


async def test_the_time_to_wait_is_taken_from_twilio(provider, account):
    provider.will_answer(429, {"code": 20429}, Retry_After="7")

    with pytest.raises(TemporaryFailure) as caught:
        await SmsChannel(account(settings(api_base=provider.base))).send(ENVELOPE)

    assert caught.value.retry_after == 7


@pytest.mark.parametrize("trouble", ["drop", "hang"])
async def test_a_break_after_the_message_left_is_unknown(provider, account, monkeypatch, trouble):
    monkeypatch.setattr(calling, "TIMEOUT_SECONDS", 0.3)
    provider.answers.append(trouble)

    with pytest.raises(OutcomeUnknown):
        await SmsChannel(account(settings(api_base=provider.base))).send(ENVELOPE)

    assert len(provider.seen) == 1


async def test_a_refused_connection_is_temporary(nobody):
    base, account = nobody

    with pytest.raises(TemporaryFailure, match="no connection"):
        await SmsChannel(account(settings(api_base=base))).send(ENVELOPE)


async def test_a_private_address_is_not_called(account):
    opened = SmsChannel(account(settings(api_base="http://127.0.0.1:9")))

    with pytest.raises(PermanentFailure, match="INBOX_PRIVATE_HOSTS"):
        await opened.send(ENVELOPE)


async def test_what_an_sms_cannot_carry_is_not_sent():
    with pytest.raises(PermanentFailure):
        await channel().send(replace(ENVELOPE, text="a" * 1601))


async def test_a_file_is_fetched_with_the_password_of_the_account(provider, account):
    provider.answers.append(b"picture")
    part = FilePart(name="a.png", content_type="image/png", remote=f"{provider.base}/ME1")

    fetched = await SmsChannel(account(settings(api_base=provider.base))).fetch(part)

    assert fetched.content == b"picture"
    assert provider.seen[0].headers["Authorization"].startswith("Basic ")


async def test_the_password_does_not_follow_a_redirect_to_another_host(provider, account):
    elsewhere = provider.base.replace("127.0.0.1", "localhost")
    provider.will_answer(307, {}, Location=f"{elsewhere}/stored")
    provider.answers.append(b"picture")
    part = FilePart(name="a.png", content_type="image/png", remote=f"{provider.base}/ME1")

    fetched = await SmsChannel(account(settings(api_base=provider.base))).fetch(part)

    assert fetched.content == b"picture"
    assert "Authorization" not in provider.seen[1].headers


@pytest.mark.parametrize(
    "remote",
    [
        "https://evil.example.com/ME1",
        "https://twilio.com.evil.example.com/ME1",
        "https://eviltwilio.com/ME1",
        "http://api.twilio.com/ME1",
        "https://api.twilio.com@evil.example.com/ME1",
        "file:///etc/passwd",
    ],
)
async def test_a_file_elsewhere_is_not_fetched(remote):
    part = FilePart(name="a.png", content_type="image/png", remote=remote)

    with pytest.raises(PermanentFailure, match="not at Twilio"):
        await channel().fetch(part)


async def test_a_file_that_is_not_there_yet_is_asked_for_again(provider, account):
    provider.will_answer(404, {})
    part = FilePart(name="a.png", content_type="image/png", remote=f"{provider.base}/ME1")

    with pytest.raises(TemporaryFailure):
        await SmsChannel(account(settings(api_base=provider.base))).fetch(part)


async def test_the_check_tells_what_twilio_says(provider, account):
    opened = SmsChannel(account(settings(api_base=provider.base)))
    provider.will_answer(200, {"friendly_name": "Vinarija"})
    provider.will_answer(401, {})

    well, refused = await opened.check(), await opened.check()

    assert (well.ok, "Vinarija" in well.explanation) == (True, True)
    assert (refused.ok, refused.needs_login) == (False, True)


@pytest.mark.parametrize("sender", ["", "0641234567 x", "hello there"])
def test_a_sender_without_its_country_is_explained(sender):
    with pytest.raises(ValidationError, match="country code"):
        settings(sender=sender)


@pytest.mark.parametrize(("status", "error"), [(403, PermanentFailure), (500, TemporaryFailure)])
async def test_a_file_that_twilio_keeps_to_itself_is_not_asked_for_for_ever(
    provider, account, status, error
):
    provider.will_answer(status)
    part = FilePart(name="a.png", content_type="image/png", remote=f"{provider.base}/ME1")

    with pytest.raises(error):
        await SmsChannel(account(settings(api_base=provider.base))).fetch(part)


async def test_the_check_survives_a_provider_that_is_away(nobody):
    base, account = nobody

    found = await SmsChannel(account(settings(api_base=base))).check()

    assert (found.ok, found.needs_login) == (False, False)
