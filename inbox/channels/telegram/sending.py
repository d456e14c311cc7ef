"""An answer as calls of the bot API: texts in parts, files one by one or as an album.

https://core.telegram.org/bots/api#available-methods
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import groupby
from typing import Any

import aiohttp
import orjson

from inbox.channels.base import OutcomeUnknown
from inbox.channels.splitting import split
from inbox.channels.telegram.bot_api import BotApi
from inbox.envelope import FilePart, OutboundEnvelope

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
PHOTO_LIMIT = 10 * 1024 * 1024
ALBUM = 10  # files at the most
UPLOAD_SECONDS = 60
DATA_LIMIT = 64  # bytes of what a button brings back
# how a file of a type is shown; all else is a document
KINDS = {
    "image/jpeg": "photo", "image/png": "photo", "image/webp": "photo",
    "image/gif": "animation", "video/mp4": "video",
    "audio/ogg": "voice", "audio/mpeg": "audio", "audio/mp4": "audio",
}  # fmt: skip
TOGETHER = {"photo": "seen", "video": "seen", "document": "document", "audio": "audio"}


async def send_parts(
    api: BotApi, chat_id: str, envelope: OutboundEnvelope
) -> AsyncIterator[list[int]]:
    """The ids of the messages that each call made; the first answers, the last has the buttons.

    A short text goes as the caption of what is shown first.
    """
    texts = split(envelope.text, TEXT_LIMIT)
    groups = list(_albums(envelope.files))
    is_caption = bool(groups) and len(envelope.text) <= CAPTION_LIMIT and not envelope.buttons
    first: dict[str, Any] = _answering(envelope.answers, chat_id)
    for text in [] if is_caption else texts:
        is_last = text is texts[-1]
        body = {"chat_id": chat_id, "text": text, **first}
        if is_last and envelope.buttons:
            body["reply_markup"] = _keyboard(envelope)
        found = await api.ask("sendMessage", once=True, json=body)
        yield [_message_id(found)]
        first = {}
    caption = envelope.text if is_caption else ""
    for group in groups:
        given = {"chat_id": chat_id, **first}
        yield await _send_files(api, given, group, caption)
        first, caption = {}, ""


def _answering(answers: str, chat_id: str) -> dict[str, Any]:
    """Only what was said in this chat, and sent all the same if it is gone."""
    chat, _, number = answers.rpartition(":")
    if chat != chat_id or not number.isdigit():
        return {}
    return {"reply_parameters": {"message_id": int(number), "allow_sending_without_reply": True}}


def _keyboard(envelope: OutboundEnvelope) -> dict[str, Any]:
    """One button a row, so that each can be read."""
    rows = [[{"text": one.text, "callback_data": _data(one.value)}] for one in envelope.buttons]
    return {"inline_keyboard": rows}


def _data(value: str) -> str:
    return value.encode()[:DATA_LIMIT].decode(errors="ignore")


def _albums(files: Sequence[FilePart]) -> Iterator[list[FilePart]]:
    """Neighbours that Telegram shows as one album; voice and animations stand alone."""
    for together, group in groupby(files, key=lambda file: TOGETHER.get(_kind(file), "")):
        found = list(group)
        size = ALBUM if together else 1
        yield from (found[first : first + size] for first in range(0, len(found), size))


def _kind(file: FilePart) -> str:
    kind = KINDS.get(file.content_type, "document")
    return "document" if kind == "photo" and file.size > PHOTO_LIMIT else kind


async def _send_files(
    api: BotApi, given: dict[str, Any], files: Sequence[FilePart], caption: str
) -> list[int]:
    form = aiohttp.FormData(
        {name: v if isinstance(v, str) else orjson.dumps(v).decode() for name, v in given.items()}
    )
    if len(files) == 1:
        kind = _kind(files[0])
        if caption:
            form.add_field("caption", caption)
        _add(form, kind, files[0])
        method = f"send{kind.capitalize()}"
        found = await api.ask(method, once=True, seconds=UPLOAD_SECONDS, data=form)
        return [_message_id(found)]
    media: list[dict[str, str]] = []
    for place, file in enumerate(files):
        media.append({"type": _kind(file), "media": f"attach://file{place}"})
        _add(form, f"file{place}", file)
    if caption:
        media[0]["caption"] = caption
    form.add_field("media", orjson.dumps(media).decode())
    found = await api.ask("sendMediaGroup", once=True, seconds=UPLOAD_SECONDS, data=form)
    if not isinstance(found, list) or not found:
        raise OutcomeUnknown("Telegram took the album and gave no ids for it.")
    return [_message_id(one) for one in found]


def _add(form: aiohttp.FormData, name: str, file: FilePart) -> None:
    form.add_field(name, file.content or b"", filename=file.name, content_type=file.content_type)


def _message_id(result: Any) -> int:
    if isinstance(result, dict) and isinstance(result.get("message_id"), int):
        return int(result["message_id"])
    raise OutcomeUnknown("Telegram took the message and gave no id for it.")
