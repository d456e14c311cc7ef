"""Telegram's updates into envelopes."""

import mimetypes
from collections.abc import Iterator
from datetime import UTC, datetime

from inbox.channels.reading import NAME_LIMIT, understand
from inbox.channels.telegram import words
from inbox.channels.telegram.updates import (
    CallbackQuery,
    Chat,
    EarlierMessage,
    File,
    Message,
    MessageReaction,
    Person,
    Update,
)  # fmt: skip
from inbox.envelope import (
    Address,
    AddressKind,
    FilePart,
    Inbound,
    InboundEnvelope,
    Proof,
    Reacted,
)  # fmt: skip

START = "/start "
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


def understand_update(content: bytes, *, groups: bool = True) -> list[Inbound]:
    """Nothing for what is said in groups unless `groups`."""
    update = understand(Update, content)
    message = update.message or update.edited_message
    if message:
        envelope = _from_message(message) if groups or not message.chat.is_group else None
        return [envelope] if envelope else []
    if update.message_reaction:
        return _from_reaction(update.message_reaction)
    return [_from_press(update.callback_query)] if update.callback_query else []


def _from_message(message: Message) -> InboundEnvelope | None:
    """None for what a group says of itself (joined, renamed), for posts and a moving place."""
    files = tuple(_files(message))
    text = START.strip() if message.text.startswith(START) else words.said(message)
    moves = message.edit_date and message.location
    if message.author is None or not (text or files) or moves:
        return None
    external_id = f"{message.chat.id}:{message.message_id}"
    album = _album(message)
    edit = f":edit:{message.edit_date}" if message.edit_date else ""
    return InboundEnvelope(
        external_id=external_id + edit,
        edits=(album or external_id) if edit else "",
        album="" if edit else album,
        sender=_sender(message.author, message.chat),
        written_in=_name(message.author) if message.chat.is_group else "",
        thread=str(message.chat.id),
        subject=message.chat.title,
        text=text,
        files=files,
        answers=_id_of(message.reply_to_message),
        answered=_told(message.reply_to_message),
        sent_at=datetime.fromtimestamp(message.edit_date or message.date, UTC),
        order=message.message_id,
        automatic=message.author.is_bot,
        proof=Proof.PROVEN,
        fields=_fields(message.author, message.chat) | _shared(message),
    )


def _from_press(query: CallbackQuery) -> InboundEnvelope:
    """A button was pressed: what stood on it, as if the customer had written it."""
    chat = query.message.chat if query.message else Chat(id=query.author.id)
    return InboundEnvelope(
        external_id=f"callback:{query.id}",
        sender=_sender(query.author, chat),
        written_in=_name(query.author) if chat.is_group else "",
        thread=str(chat.id),
        text=_label(query) or query.data or "Pressed a button.",
        choice=query.data or _label(query),
        answers=_id_of(query.message),
        answered=_told(query.message),
        acknowledge=query.id,
        proof=Proof.PROVEN,
        fields=_fields(query.author, chat),
    )


def _from_reaction(found: MessageReaction) -> list[Inbound]:
    """Those of a group that stays anonymous are nobody's."""
    if found.user is None:
        return []
    return [
        Reacted(
            message_id=f"{found.chat.id}:{found.message_id}",
            sender=_sender(found.user, found.chat),
            emojis=tuple(one.emoji or "⭐" for one in found.new_reaction),
            at=datetime.fromtimestamp(found.date, UTC),
        )
    ]


def _album(message: Message) -> str:
    group = message.media_group_id
    return f"{message.chat.id}:album:{group}" if group else ""


def _id_of(earlier: EarlierMessage | None) -> str:
    if earlier is None:
        return ""
    if earlier.media_group_id:
        return f"{earlier.chat.id}:album:{earlier.media_group_id}"
    return f"{earlier.chat.id}:{earlier.message_id}"


def _told(earlier: EarlierMessage | None) -> tuple[str, str]:
    if earlier is None:
        return "", ""
    name = _name(earlier.author) if earlier.author else ""
    return name, earlier.text or earlier.caption


def _label(query: CallbackQuery) -> str:
    keyboard = query.message and query.message.reply_markup
    buttons = [button for row in keyboard.inline_keyboard for button in row] if keyboard else []
    return next((button.text for button in buttons if button.callback_data == query.data), "")


def _sender(person: Person, chat: Chat) -> Address:
    """A group is one correspondent, in whose conversation each message names its writer."""
    if chat.is_group:
        name = chat.title[:NAME_LIMIT]
        return Address(kind=AddressKind.TELEGRAM, value=str(chat.id), name=name)
    return Address(kind=AddressKind.TELEGRAM, value=str(person.id), name=_name(person))


def _name(person: Person) -> str:
    name = f"{person.first_name} {person.last_name}".strip() or person.username
    return name[:NAME_LIMIT]


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


def _fields(person: Person, chat: Chat) -> dict[str, str]:
    """In a group what is told of one member says nothing of the others."""
    found = {"telegram_username": person.username}
    found |= (
        {"telegram_user": str(person.id)} if chat.is_group else {"language": person.language_code}
    )
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
