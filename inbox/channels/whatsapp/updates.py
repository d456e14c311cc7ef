"""What we read of WhatsApp's webhooks; the rest of them is ignored.

Meta: "WhatsApp Business Platform, Cloud API, Webhooks, messages".
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from inbox.channels.reading import ADDRESS_LIMIT, Reading, Text

LATEST_TIME = 253402300799  # the end of the year 9999
ID_LIMIT = 300

Id = Annotated[Text, Field(min_length=1, max_length=ID_LIMIT)]
Number = Annotated[Text, Field(max_length=ADDRESS_LIMIT - 1)]


def _number(value: Any) -> Any:
    """Times come as texts, and as numbers in older versions."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


Time = Annotated[int, BeforeValidator(_number), Field(ge=0, le=LATEST_TIME)]


class Profile(Reading):
    name: Text = ""


class Person(Reading):
    profile: Profile = Profile()
    wa_id: Number = ""
    user_id: Number = ""  # instead of the number of somebody who hides it


class Context(Reading):
    id: Text = ""
    forwarded: bool = False
    frequently_forwarded: bool = False


class Body(Reading):
    body: Text = ""


class Media(Reading):
    id: Id
    mime_type: Text = "application/octet-stream"
    sha256: Text = ""
    filename: Text = ""
    caption: Text = ""
    voice: bool = False


class Place(Reading):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    name: Text = ""
    address: Text = ""


class Choice(Reading):
    id: Text = ""
    title: Text = ""
    description: Text = ""


class Filled(Reading):
    response_json: Text = ""


class Interactive(Reading):
    button_reply: Choice | None = None
    list_reply: Choice | None = None
    nfm_reply: Filled | None = None


class Button(Reading):
    text: Text = ""
    payload: Text = ""


class Reaction(Reading):
    message_id: Text = ""
    emoji: Text = ""


class FullName(Reading):
    formatted_name: Text = ""


class Phone(Reading):
    phone: Text = ""


class Mail(Reading):
    email: Text = ""


class Card(Reading):
    name: FullName = FullName()
    phones: tuple[Phone, ...] = ()
    emails: tuple[Mail, ...] = ()


class Ordered(Reading):
    product_retailer_id: Text = ""
    quantity: Annotated[int, BeforeValidator(_number)] = 1


class Order(Reading):
    text: Text = ""
    product_items: tuple[Ordered, ...] = ()


class Changed(Reading):
    """What became of an earlier message: taken back, or written anew."""

    original_message_id: Text = ""
    message: "Message | None" = None


class Unsupported(Reading):
    type: Text = ""


class Message(Reading):
    id: Text = Field("", max_length=ID_LIMIT)
    sender: Number = Field("", alias="from")
    from_user_id: Number = ""
    timestamp: Time = 0
    type: Text = ""
    context: Context | None = None
    text: Body | None = None
    image: Media | None = None
    video: Media | None = None
    audio: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    location: Place | None = None
    contacts: tuple[Card, ...] = ()
    interactive: Interactive | None = None
    button: Button | None = None
    reaction: Reaction | None = None
    order: Order | None = None
    system: Body | None = None
    revoke: Changed | None = None
    edit: Changed | None = None
    unsupported: Unsupported | None = None

    def media(self) -> Media | None:
        return self.image or self.video or self.audio or self.document or self.sticker


class Problem(Reading):
    code: int = 0
    title: Text = ""


class Status(Reading):
    id: Id
    status: Text
    timestamp: Time = 0
    recipient_id: Text = ""
    errors: tuple[Problem, ...] = ()


class Metadata(Reading):
    phone_number_id: Text = ""
    display_phone_number: Text = ""


class Item(Reading):
    """One message or one status, with who and where it is from: what an arrival keeps."""

    metadata: Metadata = Metadata()
    contacts: tuple[Person, ...] = ()
    message: Message | None = None
    status: Status | None = None
