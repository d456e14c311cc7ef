"""An emoji on a customer's message: told to the provider at once, and kept if it took it."""

from collections.abc import Callable

from sqlmodel import Session

from inbox.channels.abilities import Reacts
from inbox.channels.base import ChannelError
from inbox.desk import amending, parts
from inbox.errors import Conflict, Invalid, message_of
from inbox.events import Actor
from inbox.i18n import N_, Phrase
from inbox.model import ChannelThread, Inbox, Message
from inbox.services import Services
from inbox.web import carrying

Find = Callable[[Session], Message]  # raises where it may not be seen


async def react(services: Services, find: Find, emoji: str, *, by: Actor) -> Message:
    """The same emoji again takes it back. It may be repeated, so no outbox is needed."""

    def read(session: Session) -> tuple[Message, Inbox, str, str]:
        message = find(session)
        thread = session.get(ChannelThread, message.thread_id) if message.thread_id else None
        if thread is None:
            raise Conflict(N_("Nobody can be told of a reaction to this."))
        inbox = session.get_one(Inbox, message.inbox_id)
        return message, inbox, thread.remote_id, parts.provider_id(session, message)

    message, inbox, thread, provider_id = await services.database.read(read)
    offered = carrying.capabilities(message.channel).reactions
    channel = services.channels.of(inbox)
    if not isinstance(channel, Reacts) or not provider_id:
        raise Conflict(N_("On this channel there are no reactions."))
    if emoji and emoji not in offered:
        words = Phrase("Choose one of: %(ones)s.", ones=list(offered))
        raise Invalid(fields={"emoji": words})
    chosen = "" if emoji in _ours(message) else emoji
    try:
        await channel.react(thread, provider_id, chosen)
    except ChannelError as error:
        raise Conflict(message_of(error)) from error

    def keep(session: Session) -> Message:
        kept = amending.hold(session, message.id)
        amending.set_reactions(session, kept, "us", [chosen] if chosen else [], by=by)
        return kept

    return await services.database.write(keep)


def _ours(message: Message) -> list[str]:
    return [one["emoji"] for one in message.extras.get("reactions", []) if one["by"] == "us"]
