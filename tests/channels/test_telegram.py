"""Telegram: the webhook's secret, polling, sending and files."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from pydantic import SecretStr

from inbox.channels.base import (
    Account,
    BadRequest,
    BadSignature,
    Enables,
    Hooked,
    HookRequest,
    Listens,
    LoginRefused,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
)
from inbox.channels.telegram import TelegramChannel, TelegramSettings
from inbox.envelope import Address, Button, FilePart, OutboundEnvelope
from inbox.testing import fixed_clock
from inbox.testing.clocks import NOON

UPDATE = {"update_id": 7, "message": {"message_id": 1, "date": 1, "chat": {"id": 5}}}
ENVELOPE = OutboundEnvelope(
    delivery_id="d1",
    message_id="m1",
    recipient=Address(kind="telegram", value="23"),
    thread="23",
    text="Hello.",
)
DONE = {"ok": True, "result": True}
SENT = {"ok": True, "result": {"message_id": 9}}
PDF = FilePart(name="offer.pdf", content_type="application/pdf", content=b"%PDF")
PNG = FilePart(name="bottle.png", content_type="image/png", content=b"\x89PNG")


def settings(**changes):
    return TelegramSettings(**({"token": SecretStr("123:abc")} | changes))


def channel(key=b"k" * 32, **changes):
    return TelegramChannel(Account(inbox_id="i", name="T", settings=settings(**changes), key=key))


def request(secret, body=b'{"update_id": 7}'):
    headers = {"x-telegram-bot-api-secret-token": secret}
    return HookRequest(
        method="POST", url="https://inbox.example.com/", headers=headers, query={}, body=body
    )


def test_it_listens_is_called_and_is_enabled():
    for protocol in (Listens, Hooked, Enables):
        assert isinstance(channel(), protocol)
    assert channel(mode="polling").listens()
    assert not channel(mode="webhook").listens()


def test_an_update_with_the_secret_is_kept_as_it_came():
    body = b' {"update_id": 7}'

    (item,) = channel(webhook_secret=SecretStr("s3cret")).hook(request("s3cret", body)).items

    assert item.external_id.startswith("update:7:")
    assert item.content == body


def test_an_update_is_known_again_however_it_comes_and_its_number_alone_proves_nothing():
    """After a quiet week Telegram numbers its updates anew."""
    opened = channel(webhook_secret=SecretStr("s3cret"))
    bodies = (b'{"update_id": 7, "message": 1}', b'{"message":1, "update_id":7}',
              b'{"update_id": 7, "message": 2}')  # fmt: skip

    first, again, other = [opened.hook(request("s3cret", b)).items[0].external_id for b in bodies]

    assert first == again != other


@pytest.mark.parametrize("secret", ["", "wrong", "s3cre", "s3crets", "тајна"])
def test_another_secret_is_refused(secret):
    with pytest.raises(BadSignature):
        channel(webhook_secret=SecretStr("s3cret")).hook(request(secret))


def test_without_any_key_nothing_is_taken():
    with pytest.raises(BadSignature):
        channel(key=b"").hook(request(""))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"null", b'{"update_id": "7"}', b'{"update_id": null}', b"[" * 9999]
)
def test_what_is_no_update_is_a_bad_request(body):
    with pytest.raises(BadRequest):
        channel(webhook_secret=SecretStr("s3cret")).hook(request("s3cret", body))


async def test_the_webhook_is_set_with_a_secret_that_the_hook_accepts(provider, account):
    provider.will_answer(200, DONE)
    opened = TelegramChannel(account(settings(api_base=provider.base, mode="webhook")))

    await opened.enable()

    asked = orjson.loads(provider.seen[0].body)
    assert provider.seen[0].path == "/bot123:abc/setWebhook"
    assert asked["url"] == "https://inbox.example.com/hooks/inbox-1"
    assert opened.hook(request(asked["secret_token"])).items


async def test_polling_takes_a_webhook_away(provider, account):
    provider.will_answer(200, DONE)

    await TelegramChannel(account(settings(api_base=provider.base))).enable()

    assert provider.seen[0].path == "/bot123:abc/deleteWebhook"


async def listened(opened, checkpoint, rounds):
    """What `record` was given in so many rounds."""
    recorded = []

    async def record(items, kept):
        recorded.append(([item.external_id.rpartition(":")[0] for item in items], kept))
        if len(recorded) == rounds:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await opened.listen(checkpoint, record)
    return recorded


async def test_the_offset_moves_with_what_was_recorded(provider, account):
    provider.will_answer(200, {"ok": True, "result": [UPDATE, UPDATE | {"update_id": 9}]})
    provider.will_answer(200, {"ok": True, "result": []})
    opened = TelegramChannel(account(settings(api_base=provider.base)))

    with fixed_clock():
        recorded = await listened(opened, {"offset": 7, "at": NOON.isoformat()}, rounds=2)

    kept = {"offset": 10, "at": NOON.isoformat(), "alive": NOON.isoformat()}
    assert recorded == [(["update:7", "update:9"], kept), ([], kept)]
    assert [orjson.loads(seen.body)["offset"] for seen in provider.seen] == [7, 10]


async def test_what_could_not_be_recorded_is_asked_for_again(provider, account):
    provider.will_answer(200, {"ok": True, "result": [UPDATE]})
    opened = TelegramChannel(account(settings(api_base=provider.base)))

    async def record(items, kept):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await opened.listen({}, record)
    await listened(opened, {}, rounds=1)

    assert [orjson.loads(seen.body)["offset"] for seen in provider.seen] == [0, 0]


async def test_an_offset_of_last_week_means_nothing(provider, account):
    provider.will_answer(200, {"ok": True, "result": []})
    opened = TelegramChannel(account(settings(api_base=provider.base)))
    old = {"offset": 7000, "at": (NOON - timedelta(days=7)).isoformat()}

    with fixed_clock():
        await listened(opened, old, rounds=1)

    assert orjson.loads(provider.seen[0].body)["offset"] == 0


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"ok": False, "description": "Unauthorized"}, LoginRefused),
        (409, {"ok": False, "description": "Conflict"}, TemporaryFailure),
        (429, {"ok": False, "parameters": {"retry_after": 37}}, TemporaryFailure),
        (502, None, TemporaryFailure),
        (200, {"ok": True, "result": [{"no": "id"}]}, TemporaryFailure),
        (200, [], TemporaryFailure),
    ],
)
async def test_trouble_while_polling_is_told_apart(provider, account, status, body, error):
    provider.will_answer(status, body)

    with pytest.raises(error):
        await listened(TelegramChannel(account(settings(api_base=provider.base))), {}, rounds=1)


async def test_a_text_is_sent_once(provider, account):
    provider.will_answer(200, SENT)

    receipt = await TelegramChannel(account(settings(api_base=provider.base))).send(ENVELOPE)

    assert receipt.provider_id == "23:9"
    assert provider.seen[0].path == "/bot123:abc/sendMessage"
    assert orjson.loads(provider.seen[0].body) == {"chat_id": "23", "text": "Hello."}


def methods(provider):
    return [seen.path.rpartition("/")[2] for seen in provider.seen]


async def test_a_short_text_stands_below_the_first_file(provider, account):
    provider.will_answer(200, SENT)
    opened = TelegramChannel(account(settings(api_base=provider.base)))

    await opened.send(replace(ENVELOPE, files=(PNG, PDF)))

    assert methods(provider) == ["sendPhoto", "sendDocument"]
    assert provider.seen[0].form["caption"] == "Hello."
    assert provider.seen[1].form["chat_id"] == "23"
    assert provider.seen[1].form["document"] == ("offer.pdf", b"%PDF")


async def test_a_text_too_long_for_a_caption_goes_before_the_files(provider, account):
    provider.will_answer(200, SENT)
    opened = TelegramChannel(account(settings(api_base=provider.base)))

    await opened.send(replace(ENVELOPE, text="A long word. " * 100, files=(PNG,)))

    assert methods(provider) == ["sendMessage", "sendPhoto"]


async def test_pictures_that_go_together_are_one_album_in_their_order(provider, account):
    sent = {"ok": True, "result": [{"message_id": 9}, {"message_id": 10}]}
    provider.will_answer(200, sent)
    opened = TelegramChannel(account(settings(api_base=provider.base)))
    video = FilePart(name="tour.mp4", content_type="video/mp4", content=b"mp4")

    receipt = await opened.send(replace(ENVELOPE, files=(PNG, video)))

    assert methods(provider) == ["sendMediaGroup"]
    assert orjson.loads(provider.seen[0].form["media"]) == [
        {"type": "photo", "media": "attach://file0", "caption": "Hello."},
        {"type": "video", "media": "attach://file1"},
    ]
    assert (receipt.provider_id, receipt.others) == ("23:9", ("23:10",))


@pytest.mark.parametrize(
    ("content_type", "method"),
    [
        ("audio/ogg", "sendVoice"),
        ("audio/mpeg", "sendAudio"),
        ("video/mp4", "sendVideo"),
        ("image/gif", "sendAnimation"),
        ("text/csv", "sendDocument"),
    ],
)
async def test_each_kind_of_file_is_sent_as_what_it_is(provider, account, content_type, method):
    provider.will_answer(200, SENT)
    opened = TelegramChannel(account(settings(api_base=provider.base)))
    file = FilePart(name="f", content_type=content_type, content=b"x")

    await opened.send(replace(ENVELOPE, text="", files=(file,)))

    assert methods(provider) == [method]


async def test_buttons_stand_below_the_text_one_a_row(provider, account):
    provider.will_answer(200, SENT)
    opened = TelegramChannel(account(settings(api_base=provider.base)))
    buttons = (Button(text="Yes", value="yes"), Button(text="Црвено вино", value="ж" * 60))

    await opened.send(replace(ENVELOPE, buttons=buttons))

    rows = orjson.loads(provider.seen[0].body)["reply_markup"]["inline_keyboard"]
    assert [row[0]["text"] for row in rows] == ["Yes", "Црвено вино"]
    assert [row[0]["callback_data"] for row in rows] == ["yes", "ж" * 32]  # 64 bytes


async def test_one_message_is_answered_among_many(provider, account):
    provider.will_answer(200, SENT)
    opened = TelegramChannel(account(settings(api_base=provider.base)))

    await opened.send(replace(ENVELOPE, answers="23:4"))

    answering = orjson.loads(provider.seen[0].body)["reply_parameters"]
    assert answering == {"message_id": 4, "allow_sending_without_reply": True}


async def test_a_message_of_another_chat_is_not_named(provider, account):
    provider.will_answer(200, SENT)
    opened = TelegramChannel(account(settings(api_base=provider.base)))

    await opened.send(replace(ENVELOPE, answers="99:4"))

    assert "reply_parameters" not in orjson.loads(provider.seen[0].body)


async def test_a_reaction_is_set_and_taken_back(provider, account):
    provider.will_answer(200, DONE)
    opened = TelegramChannel(account(settings(api_base=provider.base)))

    await opened.react("23", "23:4", "👍")
    await opened.react("23", "23:4", "")

    asked = [orjson.loads(seen.body) for seen in provider.seen]
    assert methods(provider) == ["setMessageReaction"] * 2
    assert [one["reaction"] for one in asked] == [[{"type": "emoji", "emoji": "👍"}], []]
    assert asked[0]["message_id"] == 4


async def test_a_pressed_button_is_acknowledged(provider, account):
    provider.will_answer(200, DONE)

    await TelegramChannel(account(settings(api_base=provider.base))).acknowledge("q1")

    assert methods(provider) == ["answerCallbackQuery"]
    assert orjson.loads(provider.seen[0].body) == {"callback_query_id": "q1"}


def test_after_more_than_a_day_away_something_may_be_missing():
    opened = channel()
    with fixed_clock():
        away = {"alive": (NOON - timedelta(days=3)).isoformat()}
        here = {"alive": (NOON - timedelta(hours=23)).isoformat()}

        gap = opened.gap(away)

        assert gap == (NOON - timedelta(days=3), NOON - timedelta(days=1))
        assert opened.gap(here) is None
        assert opened.gap({}) is None


async def test_a_long_text_is_sent_in_parts(provider, account):
    provider.will_answer(200, SENT)
    opened = TelegramChannel(account(settings(api_base=provider.base)))

    await opened.send(replace(ENVELOPE, text="A sentence of ours. " * 300))

    texts = [orjson.loads(seen.body)["text"] for seen in provider.seen]
    assert len(texts) == 2
    assert all(len(text) <= 4096 and text.endswith("ours.") for text in texts)


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (400, {"description": "Bad Request: chat not found"}, PermanentFailure, "chat not found"),
        (401, {"description": "Unauthorized"}, LoginRefused, "BotFather"),
        (403, {"description": "Forbidden: bot was blocked by the user"}, PermanentFailure, "block"),
        (429, {"parameters": {"retry_after": 37}}, TemporaryFailure, "wait"),
        (502, {}, OutcomeUnknown, "502"),
        (200, {"ok": True, "result": {}}, OutcomeUnknown, "no id"),
        (200, [], OutcomeUnknown, "understood"),
    ],
)
async def test_refusals_are_told_apart(provider, account, status, body, error, words):
    provider.will_answer(status, body)
    opened = TelegramChannel(account(settings(api_base=provider.base)))

    with pytest.raises(error, match=words) as caught:
        await opened.send(ENVELOPE)

    assert "123:abc" not in str(caught.value)
    assert len(provider.seen) == 1


async def test_the_time_to_wait_is_obeyed(provider, account):
    provider.will_answer(429, {"parameters": {"retry_after": 37}})

    with pytest.raises(TemporaryFailure) as caught:
        await TelegramChannel(account(settings(api_base=provider.base))).send(ENVELOPE)

    assert caught.value.retry_after == 37


async def test_after_a_part_was_sent_nothing_is_tried_again(provider, account):
    provider.will_answer(200, SENT)
    provider.will_answer(429, {"parameters": {"retry_after": 1}})
    opened = TelegramChannel(account(settings(api_base=provider.base)))

    with pytest.raises(OutcomeUnknown, match="Only a part"):
        await opened.send(replace(ENVELOPE, files=(PNG, PDF)))


async def test_a_refused_connection_is_temporary(nobody):
    base, account = nobody

    with pytest.raises(TemporaryFailure):
        await TelegramChannel(account(settings(api_base=base))).send(ENVELOPE)


async def test_an_empty_message_is_not_sent():
    with pytest.raises(PermanentFailure, match="empty"):
        await channel().send(replace(ENVELOPE, text=" "))


async def test_a_file_is_fetched_by_its_path(provider, account):
    provider.will_answer(200, {"ok": True, "result": {"file_path": "photos/file_1.jpg"}})
    provider.answers.append(b"picture")
    part = FilePart(name="a.jpg", content_type="image/jpeg", remote="AgAD")

    fetched = await TelegramChannel(account(settings(api_base=provider.base))).fetch(part)

    assert fetched.content == b"picture"
    assert provider.seen[1].path == "/file/bot123:abc/photos/file_1.jpg"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"description": "Bad Request: file is too big"}),
        (200, {"ok": True, "result": {}}),
        (200, {"ok": True, "result": {"file_path": "../../secret"}}),
    ],
)
async def test_a_file_that_is_not_given_is_a_permanent_failure(provider, account, status, body):
    provider.will_answer(status, body)
    part = FilePart(name="a.jpg", content_type="image/jpeg", remote="AgAD")

    with pytest.raises(PermanentFailure):
        await TelegramChannel(account(settings(api_base=provider.base))).fetch(part)


async def test_the_check_names_the_bot(provider, account):
    opened = TelegramChannel(account(settings(api_base=provider.base)))
    provider.will_answer(200, {"ok": True, "result": {"id": 1, "username": "vinarija_bot"}})
    provider.will_answer(401, {"ok": False})

    well, refused = await opened.check(), await opened.check()

    assert "@vinarija_bot" in well.explanation
    assert refused.needs_login


async def test_the_check_survives_a_provider_that_is_away(nobody):
    base, account = nobody

    found = await TelegramChannel(account(settings(api_base=base))).check()

    assert (found.ok, found.needs_login) == (False, False)


async def test_a_file_that_is_gone_is_told(provider, account):
    provider.will_answer(200, {"ok": True, "result": {"file_path": "photos/file_1.jpg"}})
    provider.will_answer(400, {"description": "Bad Request: file is gone"})
    part = FilePart(name="a.jpg", content_type="image/jpeg", remote="AgAD")

    with pytest.raises(PermanentFailure, match="gone"):
        await TelegramChannel(account(settings(api_base=provider.base))).fetch(part)
