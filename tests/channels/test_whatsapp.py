"""WhatsApp: signatures, understanding, sending and what its failures mean."""

import hashlib
import hmac
from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

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
from inbox.channels.whatsapp import WhatsappChannel, WhatsappSettings
from inbox.channels.whatsapp.parse import divide, understand_item
from inbox.envelope import Address, FilePart, OutboundEnvelope, Reacted
from inbox.testing import check_channel

SECRET = "a-throw-away-secret"
NUMBER = "1122334455"
SENT = {"messages": [{"id": "wamid.OURS"}]}
PNG = FilePart(name="bike.png", content_type="image/png", content=b"png")
PDF = FilePart(name="offer.pdf", content_type="application/pdf", content=b"%PDF")
ENVELOPE = OutboundEnvelope(
    delivery_id="d1",
    message_id="m1",
    recipient=Address(kind="whatsapp", value="+381641234567"),
    thread="+381641234567",
    text="It leaves today.",
)


def settings(**changes):
    given = {
        "phone_number_id": NUMBER,
        "access_token": SecretStr("token-1"),
        "app_secret": SecretStr(SECRET),
        "verify_token": SecretStr("our own words"),
    }
    return WhatsappSettings(**(given | changes))


def channel():
    return WhatsappChannel(Account(inbox_id="i", name="WhatsApp", settings=settings()))


def call(*messages, statuses=(), number=NUMBER):
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15005550006", "phone_number_id": number},
        "contacts": [{"profile": {"name": "Jana"}, "wa_id": "381641234567"}],
        "messages": list(messages),
        "statuses": list(statuses),
    }
    return orjson.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]})


def message(**content):
    head = {"from": "381641234567", "id": "wamid.1", "timestamp": "1764060000"}
    return head | {"type": next(iter(content), "")} | content


def envelope(**content):
    (item,) = divide(call(message(**content)))
    (found,) = understand_item(item.content)
    return found


def request(body, secret=SECRET):
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature-256": f"sha256={signature}"}
    return HookRequest(method="POST", url="", headers=headers, query={}, body=body)


def test_the_channel_keeps_the_contract():
    status = {"id": "wamid.0", "status": "failed", "errors": [{"code": 131047, "title": "Late"}]}
    samples = divide(call(message(text={"body": "Hello"}), statuses=[status]))

    check_channel(WhatsappChannel, channel().account, samples)


def test_each_message_and_each_state_of_a_call_is_kept_once():
    statuses = [{"id": "wamid.0", "status": state} for state in ("sent", "delivered")]
    answer = channel().hook(request(call(message(text={"body": "Hi"}), statuses=statuses)))

    kept = [item.external_id for item in answer.items]
    assert kept == ["wamid.1", "status:wamid.0:sent", "status:wamid.0:delivered"]


def test_what_is_for_another_number_of_the_same_app_is_left_to_its_inbox():
    answer = channel().hook(request(call(message(text={"body": "Hi"}), number="999")))

    assert answer.items == []


@pytest.mark.parametrize(
    "forged",
    [
        request(call(), secret="another"),
        replace(request(call()), body=call(message(text={"body": "changed"}))),
        replace(request(call()), headers={}),
        replace(request(call()), headers={"X-Hub-Signature-256": "sha256=ж"}),
    ],
)
def test_a_forged_call_is_refused(forged):
    with pytest.raises(BadSignature):
        channel().hook(forged)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"entry": [{"changes": [{"value": 1}]}]}'])
def test_a_signed_call_of_another_shape_is_refused(body):
    with pytest.raises(BadRequest):
        channel().hook(request(body))


def test_metas_question_is_answered_with_its_challenge():
    query = {"hub.mode": "subscribe", "hub.verify_token": "our own words", "hub.challenge": "42"}
    asked = HookRequest(method="GET", url="", headers={}, query=query, body=b"")

    assert channel().hook(asked).body == "42"
    with pytest.raises(BadSignature, match="verify token"):
        channel().hook(replace(asked, query=query | {"hub.verify_token": "guessed"}))


def test_a_text_names_its_sender_and_what_it_answers():
    found = envelope(text={"body": "Where is it?"}, context={"id": "wamid.OURS"})

    assert found.sender == Address(kind="whatsapp", value="+381641234567", name="Jana")
    assert (found.text, found.answers, found.proof) == (
        "Where is it?",
        "wamid.OURS",
        "proven",
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"button": {"text": "Yes", "payload": "1"}}, "Yes"),
        ({"interactive": {"button_reply": {"id": "1", "title": "Red"}}}, "Red"),
        ({"interactive": {"list_reply": {"id": "1", "title": "Blue"}}}, "Blue"),
        ({"interactive": {"nfm_reply": {"response_json": '{"size": "XL"}'}}}, "size: XL"),
        ({"order": {"product_items": [{"product_retailer_id": "A1", "quantity": 2}]}}, "2 x A1"),
        ({"system": {"body": "Jana changed her number"}}, "Jana changed her number"),
        ({"unsupported": {"type": "poll"}}, "Sent poll, which can only be seen in WhatsApp."),
        (
            {"contacts": [{"name": {"formatted_name": "Bo"}, "phones": [{"phone": "+1"}]}]},
            "Contact: Bo\n+1",
        ),
    ],
)
def test_what_is_no_text_is_said_in_words(content, text):
    assert envelope(**content).text == text


def test_a_place_is_a_link_to_the_map_and_kept_on_the_contact():
    found = envelope(location={"latitude": 45.25, "longitude": 19.84, "name": "Bakery"})

    assert found.text.startswith("Bakery\nhttps://www.openstreetmap.org/")
    assert found.fields == {"latitude": "45.25", "longitude": "19.84"}


@pytest.mark.parametrize(("emoji", "emojis"), [("👍", ("👍",)), ("", ())])
def test_a_reaction_is_no_message_but_stands_on_one(emoji, emojis):
    found = envelope(reaction={"message_id": "wamid.OURS", "emoji": emoji})

    assert isinstance(found, Reacted)
    assert (found.message_id, found.emojis) == ("wamid.OURS", emojis)


@pytest.mark.parametrize(
    ("content", "choice"),
    [
        ({"button": {"text": "Yes", "payload": "order-1"}}, "order-1"),
        ({"interactive": {"button_reply": {"id": "red", "title": "Red"}}}, "red"),
        ({"text": {"body": "Red"}}, ""),
    ],
)
def test_a_pressed_button_is_a_choice(content, choice):
    assert envelope(**content).choice == choice


def test_what_the_customer_takes_back_or_writes_anew_replaces_the_message():
    anew = {"original_message_id": "wamid.0", "message": {"text": {"body": "Three"}}}

    assert (envelope(edit=anew).edits, envelope(edit=anew).text) == ("wamid.0", "Three")
    assert envelope(revoke={"original_message_id": "wamid.0"}).text == "Deleted by the customer."


def test_a_file_is_named_by_its_type_if_it_has_no_name():
    found = envelope(audio={"id": "M1", "mime_type": "audio/ogg; codecs=opus"})

    (file,) = found.files
    assert (file.remote, file.content_type, file.name) == ("M1", "audio/ogg", "audio.oga")


def test_somebody_who_hides_the_number_is_known_by_metas_name():
    person = {"profile": {"name": "Jana"}, "user_id": "RS.1"}
    content = {"contacts": [person], "message": {"id": "wamid.1", "text": {"body": "Hi"}}}

    (found,) = understand_item(orjson.dumps(content))

    assert found.sender == Address(kind="whatsapp", value="RS.1", name="Jana")


def test_a_failure_is_explained():
    status = {"id": "wamid.0", "status": "failed", "errors": [{"code": 131047, "title": "Late"}]}
    (item,) = divide(call(statuses=[status]))

    (report,) = understand_item(item.content)

    assert (report.state, report.code) == ("failed", "131047")
    assert "24 hours" in report.explanation


@given(st.binary(max_size=200))
def test_any_bytes_are_understood_or_told_unparsable(content):
    try:
        understand_item(content)
    except Unparsable:
        return


async def test_a_text_is_handed_over_once(provider, account):
    provider.will_answer(200, SENT)

    receipt = await WhatsappChannel(account(settings(api_base=provider.base))).send(ENVELOPE)

    assert receipt.provider_id == "wamid.OURS"
    (seen,) = provider.seen
    assert seen.path == f"/{NUMBER}/messages"
    assert seen.headers["Authorization"] == "Bearer token-1"
    assert orjson.loads(seen.body) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "381641234567",
        "type": "text",
        "text": {"body": "It leaves today."},
    }


async def test_files_are_given_to_meta_and_then_shown(provider, account):
    for answer in (SENT, {"id": "M1"}, SENT, {"id": "M2"}, SENT):
        provider.will_answer(200, answer)
    opened = WhatsappChannel(account(settings(api_base=provider.base)))

    await opened.send(replace(ENVELOPE, files=(PNG, PDF)))

    assert provider.seen[1].form["file"] == ("bike.png", b"png")
    assert orjson.loads(provider.seen[2].body)["image"] == {"id": "M1"}
    assert orjson.loads(provider.seen[4].body)["document"] == {"id": "M2", "filename": "offer.pdf"}


def problem(code, status=400, **more):
    return status, {"error": {"code": code, "message": "words of Meta", **more}}


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (*problem(190, 401), LoginRefused, "access token"),
        (*problem(131047), PermanentFailure, "24 hours"),
        (*problem(100), PermanentFailure, "words of Meta"),
        (*problem(130429), TemporaryFailure, "wait"),
        (*problem(4, 429), TemporaryFailure, "wait"),
        (503, {}, OutcomeUnknown, "503"),
        (200, {}, OutcomeUnknown, "no id"),
        (400, [], PermanentFailure, "400"),
    ],
)
async def test_refusals_are_told_apart(provider, account, status, body, error, words):
    provider.will_answer(status, body)
    opened = WhatsappChannel(account(settings(api_base=provider.base)))

    with pytest.raises(error, match=words) as caught:
        await opened.send(ENVELOPE)

    assert "token-1" not in str(caught.value)
    assert len(provider.seen) == 1


async def test_after_a_part_was_sent_nothing_is_tried_again(provider, account):
    provider.will_answer(200, SENT)
    provider.will_answer(*problem(130429))
    opened = WhatsappChannel(account(settings(api_base=provider.base)))

    with pytest.raises(OutcomeUnknown, match="Only a part"):
        await opened.send(replace(ENVELOPE, files=(PDF,)))


async def test_a_file_is_fetched_by_its_id(provider, account):
    provider.will_answer(200, {"url": f"{provider.base}/media/1"})
    provider.answers.append(b"picture")
    part = FilePart(name="a.jpg", content_type="image/jpeg", remote="M1")

    fetched = await WhatsappChannel(account(settings(api_base=provider.base))).fetch(part)

    assert fetched.content == b"picture"
    assert [seen.path for seen in provider.seen] == ["/M1", "/media/1"]


async def test_the_token_goes_to_meta_only(provider, account):
    provider.will_answer(200, {"url": "https://facebook.com.evil.example/1"})
    part = FilePart(name="a.jpg", content_type="image/jpeg", remote="M1")

    with pytest.raises(PermanentFailure, match="not at Meta"):
        await WhatsappChannel(account(settings(api_base=provider.base))).fetch(part)

    assert len(provider.seen) == 1


async def test_the_check_tells_the_number(provider, account):
    provider.will_answer(200, {"display_phone_number": "+1 500 555 0006"})

    checked = await WhatsappChannel(account(settings(api_base=provider.base))).check()

    assert checked.ok
    assert "+1 500 555 0006" in checked.explanation


async def test_the_check_says_that_the_token_is_refused(provider, account):
    provider.will_answer(*problem(190, 401))

    checked = await WhatsappChannel(account(settings(api_base=provider.base))).check()

    assert checked.needs_login
