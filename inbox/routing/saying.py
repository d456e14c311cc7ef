"""What rules, auto-replies and macros say, fitted to the channel by which it goes."""

from dataclasses import replace

from sqlmodel import Session

from inbox.channels import registry, splitting
from inbox.desk import replies
from inbox.desk.composing import Composed
from inbox.desk.reply_channels import channels_for
from inbox.events import Actor
from inbox.model import Conversation, Message


def say(
    session: Session, conversation: Conversation, composed: Composed, *, by: Actor, request_id: str
) -> Message:
    """As many messages as the channel needs, the first of which is given back.

    The same `request_id` twice is the same messages.
    """
    texts = splitting.parts(composed.text, _text_limit(session, conversation, composed))
    if len(texts) < 2:
        return replies.reply(session, conversation, composed, by=by, request_id=request_id)
    said = []
    for number, text in enumerate(texts, 1):
        is_last = number == len(texts)
        part = replace(
            composed, text=text, html="", buttons=composed.buttons if is_last else (),
            attachment_ids=composed.attachment_ids if is_last else (),
        )  # fmt: skip
        known_as = request_id if number == 1 else f"{request_id}:{number}"
        said.append(replies.reply(session, conversation, part, by=by, request_id=known_as))
    return said[0]


def _text_limit(session: Session, conversation: Conversation, composed: Composed) -> int:
    """Of the channel that the reply will take; 0: there is none."""
    wanted = composed.thread_id
    for channel in channels_for(session, conversation):
        if channel.thread_id == wanted if wanted else channel.is_proposed:
            kind = registry.kinds().get(channel.channel)
            return kind.capabilities.text_limit if kind else 0
    return 0
