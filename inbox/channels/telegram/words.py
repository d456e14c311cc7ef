"""What a Telegram message says, in words: its text with hidden links, or what it holds instead."""

from collections.abc import Sequence

from inbox.channels.telegram.updates import Entity, Message, Place

MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}"
# what customers can send and we can't show: said in words, so that nothing vanishes
UNSHOWN = {
    "game": "a game",
    "story": "a story",
    "checklist": "a checklist",
    "paid_media": "paid media",
}


def said(message: Message) -> str:
    if message.text:
        return _with_links(message.text, message.entities)
    if message.caption:
        return _with_links(message.caption, message.caption_entities)
    return _described(message)


def _with_links(text: str, entities: Sequence[Entity]) -> str:
    """The address behind each linked word stands after it; places count UTF-16 units."""
    units = text.encode("utf-16-le")
    hidden = [one for one in entities if one.type == "text_link" and one.url]
    for one in sorted(hidden, key=lambda link: link.offset, reverse=True):
        end = 2 * (one.offset + one.length)
        if end <= len(units):
            units = units[:end] + f" ({one.url})".encode("utf-16-le") + units[end:]
    return units.decode("utf-16-le", errors="replace")


def _described(message: Message) -> str:
    if message.venue or message.location:
        return _placed(message)
    if message.contact:
        person = message.contact
        name = f"{person.first_name} {person.last_name}".strip()
        return f"Contact: {name}\n{person.phone_number}"
    if message.sticker:
        return message.sticker.emoji
    if message.poll:
        return "\n".join([f"Poll: {message.poll.question}", *_options(message)])
    if message.dice:
        return f"{message.dice.emoji} {message.dice.value}"
    extra = message.model_extra or {}
    unshown = next((words for kind, words in UNSHOWN.items() if extra.get(kind)), "")
    return f"Sent {unshown}, which can only be seen in Telegram." if unshown else ""


def _placed(message: Message) -> str:
    if message.venue:
        venue = message.venue
        lines = [venue.title, venue.address, _map(venue.location)]
        return "\n".join(line for line in lines if line)
    assert message.location
    return f"Location: {_map(message.location)}"


def _options(message: Message) -> list[str]:
    assert message.poll
    return [f"• {option.text}" for option in message.poll.options]


def _map(place: Place) -> str:
    return MAP.format(place.latitude, place.longitude)
