"""The JSON that Telegram makes of people, chats, messages and files."""

from datetime import datetime
from typing import Any

from inbox import clock
from inbox.simulators.cast import by_address
from inbox.simulators.ledger import Entry, KeptFile

BOT_ID = 7100000000
BOT_USERNAME = "shop_example_bot"
PHOTO_PIXELS = 800  # nobody looks at the true size


def bot() -> dict[str, Any]:
    return {
        "id": BOT_ID,
        "is_bot": True,
        "first_name": "Shop",
        "username": BOT_USERNAME,
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


def chat(chat_id: str) -> dict[str, Any]:
    return {"id": int(chat_id), "type": "private", **_names(chat_id)}


def chat_in_full(chat_id: str) -> dict[str, Any]:
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    return chat(chat_id) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys((*gifts, "gifts_from_channels"), False),
    }


def person(chat_id: str) -> dict[str, Any]:
    customer = by_address(chat_id)
    language = {"language_code": customer.language} if customer else {}
    return {"id": int(chat_id), "is_bot": False, **_names(chat_id), **language}


def message(entry: Entry) -> dict[str, Any]:
    """A message of the bot or of the customer; one with a file has a caption, not a text."""
    shape: dict[str, Any] = {
        "message_id": entry.meta["message_id"],
        "from": bot() if entry.outgoing else person(entry.customer),
        "chat": chat(entry.customer),
        "date": int(datetime.fromisoformat(entry.at).timestamp()),
    }
    if entry.meta.get("buttons"):
        rows = [
            [{"text": one["text"], "callback_data": one["data"]}] for one in entry.meta["buttons"]
        ]
        shape["reply_markup"] = {"inline_keyboard": rows}
    if "album" in entry.meta:
        shape["media_group_id"] = entry.meta["album"]
    if "edited" in entry.meta:
        shape["edit_date"] = entry.meta["edited"]
    if not entry.files:
        return shape | {"text": entry.text} | _entities(entry.text)
    if entry.text:
        shape["caption"] = entry.text
    return shape | _attached(entry.files[0])


def reaction(entry: Entry, before: list[str]) -> dict[str, Any]:
    """What the customer felt about a message, and what they feel now."""
    return {
        "chat": chat(entry.customer),
        "message_id": entry.meta["message_id"],
        "user": person(entry.customer),
        "date": int(clock.now().timestamp()),
        "old_reaction": [{"type": "emoji", "emoji": emoji} for emoji in before],
        "new_reaction": [{"type": "emoji", "emoji": emoji} for emoji in entry.meta["theirs"]],
    }


def callback_query(entry: Entry, data: str) -> dict[str, Any]:
    return {
        "id": f"{entry.customer}{entry.meta['message_id']}",
        "from": person(entry.customer),
        "message": message(entry),
        "chat_instance": entry.customer,
        "data": data,
    }


def file(kept: KeptFile) -> dict[str, Any]:
    return {"file_id": kept.id, "file_unique_id": kept.id[:16], "file_size": kept.size}


def _attached(kept: KeptFile) -> dict[str, Any]:
    if kept.content_type in {"image/jpeg", "image/png"}:
        size = {"width": PHOTO_PIXELS, "height": PHOTO_PIXELS}
        return {"photo": [file(kept) | size]}
    if kept.content_type.startswith("audio/ogg"):
        return {"voice": file(kept) | {"duration": 1, "mime_type": kept.content_type}}
    return {"document": file(kept) | {"file_name": kept.name, "mime_type": kept.content_type}}


def _entities(text: str) -> dict[str, Any]:
    """A command at the start is marked, as clients do."""
    if not text.startswith("/"):
        return {}
    length = len(text.split(maxsplit=1)[0])
    return {"entities": [{"type": "bot_command", "offset": 0, "length": length}]}


def _names(chat_id: str) -> dict[str, str]:
    customer = by_address(chat_id)
    if not customer:
        return {"first_name": f"Guest {chat_id}"}
    return {
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "username": f"{customer.key}_example",
    }
