"""Telegram's updates into envelopes."""

import mimetypes
from collections.abc import Iterator
from datetime import UTC, datetime

from inbox.channels.reading import NAME_LIMIT, understand
from inbox.channels.telegram.updates import CallbackQuery, File, Message, Person, Place, Update
from inbox.envelope import Address, AddressKind, FilePart, Inbound, InboundEnvelope, Proof

START = "/start "
MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}"
# field of a message → type of its file where Telegram gives none
FILE_KINDS = {
    "animation": "video/mp4",
    "document": "application/octet-stream",
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "sticker": "image/webp",
}
# what customers can send and we can't show: said in words, so that nothing vanishes
UNSHOWN = {
    "poll": "a poll",
    "dice": "a die",
    "game": "a game",
    "story": "a story",
    "checklist": "a checklist",
    "paid_media": "paid media",
}


def understand_update(content: bytes) -> list[Inbound]:
    update = understand(Update, content)
    message = update.message or update.edited_message
    if message:
        envelope = _from_message(message)
        return [envelope] if envelope else []
    return [_from_press(update.callback_query)] if update.callback_query else []


def _from_message(message: Message) -> InboundEnvelope | None:
    """None for what a group says of itself (joined, renamed) and for channels' posts."""
    files = tuple(_files(message))
    text = _text(message)
    if message.author is None or not (text or files):
        return None
    external_id = f"{message.chat.id}:{message.message_id}"
    edit = f":edit:{message.edit_date}" if message.edit_date else ""
    replied = message.reply_to_message
    return InboundEnvelope(
        external_id=external_id + edit,
        edits=external_id if edit else "",
        sender=_sender(message.author),
        thread=str(message.chat.id),
        subject=message.chat.title,
        text=text,
        files=files,
        references=(f"{replied.chat.id}:{replied.message_id}",) if replied else (),
        sent_at=datetime.fromtimestamp(message.edit_date or message.date, UTC),
        automatic=message.author.is_bot,
        proof=Proof.PROVEN,
        fields=_fields(message.author) | _shared(message),
    )


def _from_press(query: CallbackQuery) -> InboundEnvelope:
    """A button was pressed: what stood on it, as if the customer had written it."""
    chat_id = query.message.chat.id if query.message else query.author.id
    return InboundEnvelope(
        external_id=f"callback:{query.id}",
        sender=_sender(query.author),
        thread=str(chat_id),
        text=_label(query) or query.data or "Pressed a button.",
        proof=Proof.PROVEN,
        fields=_fields(query.author),
    )


def _label(query: CallbackQuery) -> str:
    keyboard = query.message and query.message.reply_markup
    buttons = [button for row in keyboard.inline_keyboard for button in row] if keyboard else []
    return next((button.text for button in buttons if button.callback_data == query.data), "")


def _sender(person: Person) -> Address:
    name = f"{person.first_name} {person.last_name}".strip() or person.username
    return Address(kind=AddressKind.TELEGRAM, value=str(person.id), name=name[:NAME_LIMIT])


def _text(message: Message) -> str:
    if message.text.startswith(START):
        return START.strip()  # its token is for us, see _shared, and for nobody's eyes
    return message.text or message.caption or _described(message)


def _described(message: Message) -> str:
    """What isn't text, in words."""
    if message.venue:
        venue = message.venue
        lines = [venue.title, venue.address, _map(venue.location)]
        return "\n".join(line for line in lines if line)
    if message.location:
        return f"Location: {_map(message.location)}"
    if message.contact:
        person = message.contact
        name = f"{person.first_name} {person.last_name}".strip()
        return f"Contact: {name}\n{person.phone_number}"
    if message.sticker:
        return message.sticker.emoji
    extra = message.model_extra or {}
    unshown = next((words for kind, words in UNSHOWN.items() if extra.get(kind)), "")
    return f"Sent {unshown}, which can only be seen in Telegram." if unshown else ""


def _map(place: Place) -> str:
    return MAP.format(place.latitude, place.longitude)


def _files(message: Message) -> Iterator[FilePart]:
    if message.photo:  # sizes of one picture, the largest last
        yield _part(message.photo[-1], "photo", "image/jpeg", message.message_id)
    for kind, content_type in FILE_KINDS.items():
        file = getattr(message, kind)
        # an animation comes again as a document, for old programs
        if file and not (kind == "document" and message.animation):
            yield _part(file, kind, content_type, message.message_id)


def _part(file: File, kind: str, content_type: str, message_id: int) -> FilePart:
    content_type = file.mime_type or content_type
    name = file.file_name or f"{kind}-{message_id}{mimetypes.guess_extension(content_type) or ''}"
    return FilePart(name=name[:NAME_LIMIT], content_type=content_type, remote=file.file_id)


def _fields(person: Person) -> dict[str, str]:
    found = {"telegram_username": person.username, "language": person.language_code}
    return {name: value for name, value in found.items() if value}


def _shared(message: Message) -> dict[str, str]:
    """What the customer told of themselves: a start token, their place, a phone number."""
    found = {}
    if message.text.startswith(START):
        found["start_token"] = message.text.removeprefix(START).strip()
    if message.location:
        found["latitude"] = str(message.location.latitude)
        found["longitude"] = str(message.location.longitude)
    if message.contact:
        found["shared_phone"] = message.contact.phone_number
        if message.author and message.contact.user_id == message.author.id:
            found["phone"] = message.contact.phone_number
    return found
