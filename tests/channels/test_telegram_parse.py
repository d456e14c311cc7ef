"""Telegram's updates are understood, and python-telegram-bot reads the same of them."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from inbox.channels.base import Account, Unparsable
from inbox.channels.telegram import TelegramChannel, TelegramSettings
from inbox.envelope import Address, RawItem
from inbox.testing import check_channel

AT = datetime(2026, 5, 4, 10, tzinfo=UTC)
ANA = telegram.User(23, "Ана", False, last_name="Илић", username="ana", language_code="sr")
PRIVATE = telegram.Chat(23, "private", first_name="Ана")
GROUP = telegram.Chat(-100, "group", title="Naručioci")


def channel(**changes: Any):
    settings = TelegramSettings(token=SecretStr("123:abc"), **changes)
    return TelegramChannel(Account(inbox_id="i", name="T", settings=settings, key=b"k" * 32))


def message(chat=PRIVATE, **content: Any) -> telegram.Message:
    return telegram.Message(1, AT, chat, from_user=ANA, **content)


def raw(kind="message", value=None, **content: Any) -> RawItem:
    update = telegram.Update(7, **{kind: value or message(**content)})
    return RawItem(external_id="update:7", content=update.to_json().encode())


def parsed(kind="message", value=None, **content: Any):
    return channel().parse(raw(kind, value, **content))[0]


PRESS = telegram.CallbackQuery("q1", ANA, "instance", message=message(text="Which?"), data="red")
SAMPLES = {
    "text": raw(text="Zdravo"),
    "group": raw(chat=GROUP, text="Zdravo"),
    "photo": raw(caption="Look", photo=[telegram.PhotoSize("s", "us", 9, 9)]),
    "document": raw(document=telegram.Document("d", "ud", "a.pdf", "application/pdf")),
    "voice": raw(voice=telegram.Voice("v", "uv", 3, "audio/ogg")),
    "sticker": raw(sticker=telegram.Sticker("k", "uk", 9, 9, False, False, "regular", emoji="👍")),
    "location": raw(location=telegram.Location(longitude=20.46, latitude=44.81)),
    "contact": raw(contact=telegram.Contact("+381641234567", "Ана", user_id=23)),
    "press": raw("callback_query", PRESS),
    "edit": raw(
        "edited_message",
        telegram.Message(1, AT, PRIVATE, from_user=ANA, text="Novo", edit_date=AT),
    ),
}


def test_the_channel_keeps_the_contract():
    check_channel(TelegramChannel, channel().account, list(SAMPLES.values()))


def test_a_text_is_understood():
    envelope = parsed(text="Zdravo")

    assert envelope.external_id == "23:1"
    assert envelope.sender == Address(kind="telegram", value="23", name="Ана Илић")
    assert envelope.thread == "23"
    assert envelope.text == "Zdravo"
    assert envelope.sent_at == AT
    assert envelope.fields == {"telegram_username": "ana", "language": "sr"}


@pytest.mark.parametrize("kind", ["group", "supergroup"])
def test_a_group_is_one_correspondent_whose_writers_are_named(kind):
    envelope = parsed(chat=telegram.Chat(-100, kind, title="Naručioci"), text="Zdravo")

    assert (envelope.thread, envelope.subject) == ("-100", "Naručioci")
    assert envelope.sender == Address(kind="telegram", value="-100", name="Naručioci")
    assert envelope.written_in == "Ана Илић"


def test_groups_can_be_left_out():
    opened = channel(groups="ignore")

    assert opened.parse(raw(chat=GROUP, text="Zdravo")) == []
    assert opened.parse(raw(text="Zdravo"))


def test_the_largest_size_of_a_photo_is_taken():
    sizes = [telegram.PhotoSize("small", "us", 9, 9), telegram.PhotoSize("large", "ul", 90, 90)]

    envelope = parsed(photo=sizes, caption="Broken cork")

    (file,) = envelope.files
    assert envelope.text == "Broken cork"
    assert (file.remote, file.content_type, file.name) == ("large", "image/jpeg", "photo-1.jpg")


def test_an_animation_is_one_file():
    envelope = parsed(
        animation=telegram.Animation("a", "ua", 9, 9, 1, mime_type="video/mp4"),
        document=telegram.Document("a", "ua"),
    )

    assert len(envelope.files) == 1


def test_an_edit_names_what_it_replaces():
    edited = telegram.Message(1, AT, PRIVATE, from_user=ANA, text="Novo", edit_date=AT)

    envelope = parsed("edited_message", edited)

    assert envelope.external_id == f"23:1:edit:{int(AT.timestamp())}"
    assert envelope.edits == "23:1"


def test_an_answer_names_what_it_answers():
    earlier = telegram.Message(4, AT, PRIVATE, from_user=ANA, text="Our offer")

    envelope = parsed(text="Yes", reply_to_message=earlier)

    assert envelope.answers == "23:4"
    assert envelope.answered == ("Ана Илић", "Our offer")


def test_pictures_of_an_album_name_it():
    photo = [telegram.PhotoSize("s", "us", 9, 9)]

    envelope = parsed(photo=photo, media_group_id="77")

    assert (envelope.external_id, envelope.album) == ("23:1", "23:album:77")


def test_a_reaction_says_to_what_and_all_that_it_is_now():
    changed = telegram.MessageReactionUpdated(
        PRIVATE, 4, AT, [], [telegram.ReactionTypeEmoji("👍")], user=ANA
    )

    reacted = parsed("message_reaction", changed)

    assert (reacted.message_id, reacted.emojis) == ("23:4", ("👍",))
    assert reacted.sender.value == "23"


def test_the_address_behind_a_word_is_told():
    link = telegram.MessageEntity("text_link", 3, 3, url="https://shop.example/a")

    assert parsed(text="🍷 See it", entities=[link]).text == "🍷 See (https://shop.example/a) it"


def test_a_poll_is_its_question_and_its_choices():
    poll = {"id": "p", "question": "Which?", "options": [{"text": "Red"}, {"text": "White"}]}
    update = orjson.loads(raw(text="").content)
    update["message"]["poll"] = poll

    (found,) = channel().parse(RawItem(external_id="u", content=orjson.dumps(update)))

    assert found.text == "Poll: Which?\n• Red\n• White"


def test_a_pressed_button_says_what_stood_on_it():
    keyboard = telegram.InlineKeyboardMarkup(
        [[telegram.InlineKeyboardButton("Red wine", callback_data="red")]]
    )
    press = telegram.CallbackQuery(
        "q1", ANA, "x", message=message(text="Which?", reply_markup=keyboard), data="red"
    )

    envelope = parsed("callback_query", press)

    assert (envelope.choice, envelope.acknowledge, envelope.answers) == ("red", "q1", "23:1")
    assert (envelope.external_id, envelope.text, envelope.thread) == (
        "callback:q1",
        "Red wine",
        "23",
    )


def test_a_start_token_is_for_us_and_not_for_reading():
    envelope = parsed(text="/start abc123")

    assert envelope.text == "/start"
    assert envelope.fields["start_token"] == "abc123"


def test_a_place_is_a_link_and_a_field():
    envelope = parsed(location=telegram.Location(longitude=20.46, latitude=44.81))

    assert "openstreetmap.org" in envelope.text
    assert envelope.fields["latitude"] == "44.81"


def test_a_venue_is_its_name_its_address_and_a_link():
    place = telegram.Location(longitude=20.46, latitude=44.81)

    lines = parsed(venue=telegram.Venue(place, "Vinarija", "Glavna 1")).text.splitlines()

    assert lines[:2] == ["Vinarija", "Glavna 1"]
    assert "openstreetmap.org" in lines[2]


@pytest.mark.parametrize(("owner", "own"), [(23, True), (99, False), (None, False)])
def test_only_ones_own_number_becomes_the_contacts(owner, own):
    envelope = parsed(contact=telegram.Contact("+381641234567", "Ана", user_id=owner))

    assert ("phone" in envelope.fields) is own
    assert envelope.fields["shared_phone"] == "+381641234567"


def test_what_cannot_be_shown_is_said():
    assert "a game" in parsed(game=telegram.Game("g", "G", [])).text


def test_a_die_shows_what_fell():
    assert parsed(dice=telegram.Dice(6, "🎲")).text == "🎲 6"


def test_what_a_group_says_of_itself_is_nothing_to_keep():
    assert channel().parse(raw(chat=GROUP, new_chat_title="Kupci")) == []


def test_an_update_of_a_new_kind_is_nothing_to_keep():
    assert channel().parse(RawItem(external_id="u", content=b'{"update_id": 1, "new": {}}')) == []


@given(st.text(max_size=300).filter(lambda text: not text.startswith("/start ")))
def test_what_the_library_reads_we_read(text):
    item = raw(text=text)
    theirs = telegram.Update.de_json(orjson.loads(item.content), None)

    found = channel().parse(item)

    expected = (theirs.message.text or "").replace("\0", "")
    assert [ours.text for ours in found] == ([expected] if expected else [])


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)
names = st.sampled_from(
    [
        "message_id",
        "date",
        "chat",
        "from",
        "text",
        "photo",
        "location",
        "contact",
        "voice",
        "edit_date",
        "reply_to_message",
        "sticker",
    ]
)


@given(st.sampled_from(["message", "edited_message"]), st.dictionaries(names, values, max_size=3))
def test_a_changed_message_is_understood_or_unparsable(kind, changes):
    update = orjson.loads(SAMPLES["text"].content)
    try:
        content = orjson.dumps({"update_id": 7, kind: update["message"] | changes})
    except TypeError:  # numbers that JSON can't carry here
        return
    with suppress(Unparsable):
        channel().parse(RawItem(external_id="u", content=content))


@given(st.binary())
def test_any_bytes_are_understood_or_unparsable(content):
    with suppress(Unparsable):
        channel().parse(RawItem(external_id="u", content=content))
