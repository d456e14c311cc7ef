"""What we read of Telegram's updates; the rest of them is ignored."""

from typing import Annotated

from pydantic import ConfigDict, Field

from inbox.channels.reading import Reading, Text

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "message_reaction"]
GROUPS = {"group", "supergroup"}
LATEST_TIME = 253402300799  # the end of the year 9999
ID_LIMIT = 2**63

Id = Annotated[int, Field(gt=-ID_LIMIT, lt=ID_LIMIT)]
Time = Annotated[int, Field(ge=0, le=LATEST_TIME)]


class Person(Reading):
    id: Id
    first_name: Text = ""
    last_name: Text = ""
    username: Text = ""
    language_code: Text = ""
    is_bot: bool = False


class Chat(Reading):
    id: Id
    type: Text = "private"
    title: Text = ""  # groups have one

    @property
    def is_group(self) -> bool:
        return self.type in GROUPS


class File(Reading):
    file_id: Text = Field(min_length=1)
    file_name: Text = ""
    mime_type: Text = ""
    emoji: Text = ""


class Place(Reading):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    live_period: int | None = None


class Venue(Reading):
    location: Place
    title: Text = ""
    address: Text = ""


class SharedContact(Reading):
    phone_number: Text
    first_name: Text = ""
    last_name: Text = ""
    user_id: Id | None = None


class Entity(Reading):
    """A stretch of the text, in UTF-16 units."""

    type: Text
    offset: int = Field(ge=0, lt=ID_LIMIT)
    length: int = Field(ge=0, lt=ID_LIMIT)
    url: Text = ""


class Option(Reading):
    text: Text = ""
    voter_count: int = 0


class Poll(Reading):
    question: Text = ""
    options: tuple[Option, ...] = ()


class Dice(Reading):
    emoji: Text = ""
    value: int = 0


class Feeling(Reading):
    """An emoji, or a picture of somebody's making, which has only an id."""

    type: Text = "emoji"
    emoji: Text = ""


class Button(Reading):
    text: Text
    callback_data: Text = ""


class Keyboard(Reading):
    inline_keyboard: tuple[tuple[Button, ...], ...] = ()


class EarlierMessage(Reading):
    """One that is answered, or whose button was pressed; its content may be gone."""

    message_id: Id
    chat: Chat
    author: Person | None = Field(None, alias="from")
    text: Text = ""
    caption: Text = ""
    media_group_id: Text = ""
    reply_markup: Keyboard | None = None


class Message(Reading):
    model_config = ConfigDict(extra="allow")  # to name the kinds of content that we can't show

    message_id: Id
    date: Time
    chat: Chat
    author: Person | None = Field(None, alias="from")
    edit_date: Time | None = None
    media_group_id: Text = Field("", max_length=100)
    text: Text = ""
    entities: tuple[Entity, ...] = ()
    caption: Text = ""
    caption_entities: tuple[Entity, ...] = ()
    photo: tuple[File, ...] = ()
    animation: File | None = None
    document: File | None = None
    voice: File | None = None
    audio: File | None = None
    video: File | None = None
    video_note: File | None = None
    sticker: File | None = None
    location: Place | None = None
    venue: Venue | None = None
    contact: SharedContact | None = None
    poll: Poll | None = None
    dice: Dice | None = None
    reply_to_message: EarlierMessage | None = None


class CallbackQuery(Reading):
    id: Text = Field(min_length=1, max_length=200)
    author: Person = Field(alias="from")
    message: EarlierMessage | None = None
    data: Text = ""


class MessageReaction(Reading):
    """Who changed their reactions, and to what."""

    chat: Chat
    message_id: Id
    user: Person | None = None
    date: Time
    new_reaction: tuple[Feeling, ...] = ()


class Update(Reading):
    update_id: Id
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    message_reaction: MessageReaction | None = None
