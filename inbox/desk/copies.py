"""Who else gets a reply by e-mail: proposed from what the customer wrote, and checked."""

import re
from collections.abc import Sequence

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from inbox.desk import own_addresses
from inbox.desk import rows as rows_of
from inbox.desk.composing import Composed
from inbox.desk.own_addresses import is_ours
from inbox.desk.reply_channels import ReplyChannel
from inbox.envelope import AddressKind
from inbox.errors import Invalid
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import (
    Conversation,
    Direction,
    Identity,
    Message,
    Participant,
    ParticipantKind,
)  # fmt: skip

MOST = 50
LONGEST = 254  # RFC 5321, errata 1690
_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")
_NAMED = re.compile(r"[^<>,;]*<\s*([^<>]*?)\s*>")


def addresses(text: str) -> list[str]:
    """From a field of the composer: separated by commas, semicolons or line breaks."""
    parts = (_NAMED.sub(r"\1", part).strip() for part in re.split(r"[,;\n]", text))
    return list(dict.fromkeys(part.lower() for part in parts if part))


def check(
    session: Session, conversation: Conversation, composed: Composed, channel: ReplyChannel
) -> None:
    """Raises Invalid; only e-mail has copies, and a choice of whom it goes to."""
    named = {"to": composed.to, "cc": composed.cc, "bcc": composed.bcc}
    for field, values in named.items():
        if values and channel.identity_kind != AddressKind.EMAIL:
            raise Invalid(fields={field: N_("Only an e-mail can go to others as well.")})
        check_each(field, values)
    if sum(map(len, named.values())) > MOST:
        raise Invalid(fields={"cc": N_("An e-mail can go to 50 others at most.")})
    if channel.is_side:
        _keep_beside(session, conversation, composed)


def check_each(field: str, values: Sequence[str]) -> None:
    for value in values:
        if len(value) > LONGEST or not _ADDRESS.fullmatch(value):
            shown = {"address": value[:LONGEST]}
            raise Invalid(fields={field: _("%(address)s is not an address.") % shown})


def _keep_beside(session: Session, conversation: Conversation, composed: Composed) -> None:
    """What is said beside never reaches the customer, and no rule speaks there."""
    if composed.automatic:
        raise Invalid(fields={"channel": N_("Nothing automatic goes into a side talk.")})
    refuse_customer(session, conversation, (*composed.to, *composed.cc, *composed.bcc))


def refuse_customer(session: Session, conversation: Conversation, everybody: Sequence[str]) -> None:
    if theirs(session, conversation) & {one.lower() for one in everybody}:
        raise Invalid(fields={"to": N_("This is the customer's own address. Answer instead.")})


def takers(session: Session, conversation: Conversation) -> set[str]:
    """The addresses of those who take part beside the customer."""
    query = select(Participant.key).where(
        Participant.conversation_id == conversation.id,
        Participant.kind == ParticipantKind.COPIED,
    )
    return set(session.exec(query).all())


def theirs(session: Session, conversation: Conversation) -> set[str]:
    """The customer's addresses."""
    query = select(Identity.value).where(Identity.contact_id == conversation.contact_id)
    return set(session.exec(query).all())


def proposed(session: Session, conversation: Conversation) -> list[str]:
    """Those to whom the customer's last mail went besides us, so that they stay in the talk."""
    last = session.exec(
        select(Message.recipients)
        .where(
            Message.conversation_id == conversation.id,
            Message.direction == Direction.INCOMING,
            Message.channel == "email",
            col(Message.is_side).is_(False),
        )
        .order_by(col(Message.id).desc())
        .limit(1)
    ).first()
    if not last:
        return []
    own = own_addresses.every(session)
    sender = str(last.get("from", "")).lower()
    others = (str(value).lower() for value in [*last.get("to", []), *last.get("cc", [])])
    return list(dict.fromkeys(o for o in others if o and o != sender and not is_ours(o, own)))


def copy_in(session: Session, conversation: Conversation, message: Message) -> None:
    """Who gets an answer openly beside the customer takes part from now on."""
    named = {one.lower() for field in ("to", "cc") for one in message.recipients.get(field, [])}
    if message.channel != "email" or not named:
        return
    own = own_addresses.every(session)
    others = {one for one in named - theirs(session, conversation) if not is_ours(one, own)}
    if not others:
        return
    rows = [
        {**rows_of.record(message.created_at), "conversation_id": conversation.id,
         "kind": ParticipantKind.COPIED, "key": one[:320], "name": ""}
        for one in sorted(others)
    ]  # fmt: skip
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(Participant).on_conflict_do_nothing(), rows)
