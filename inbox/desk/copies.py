"""Who else gets a reply by e-mail: proposed from what the customer wrote, and checked."""

import re
from collections.abc import Sequence

from sqlmodel import Session, col, select

from inbox.desk.reply_channels import ReplyChannel
from inbox.envelope import AddressKind
from inbox.errors import Invalid
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import Conversation, Direction, Inbox, Message

MOST = 50
_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")
_NAMED = re.compile(r"[^<>,;]*<\s*([^<>]*?)\s*>")


def addresses(text: str) -> list[str]:
    """From a field of the composer: separated by commas, semicolons or line breaks."""
    parts = (_NAMED.sub(r"\1", part).strip() for part in re.split(r"[,;\n]", text))
    return list(dict.fromkeys(part.lower() for part in parts if part))


def check(cc: Sequence[str], bcc: Sequence[str], channel: ReplyChannel) -> None:
    """Raises Invalid; only e-mail has copies."""
    for field, values in (("cc", cc), ("bcc", bcc)):
        if values and channel.identity_kind != AddressKind.EMAIL:
            raise Invalid(fields={field: N_("Only an e-mail can go to others as well.")})
        wrong = next((value for value in values if not _ADDRESS.fullmatch(value)), None)
        if wrong:
            raise Invalid(fields={field: _("%(address)s is not an address.") % {"address": wrong}})
    if len(cc) + len(bcc) > MOST:
        raise Invalid(fields={"cc": N_("An e-mail can go to 50 others at most.")})


def proposed(session: Session, conversation: Conversation) -> list[str]:
    """Those to whom the customer's last mail went besides us, so that they stay in the talk."""
    last = session.exec(
        select(Message.recipients)
        .where(
            Message.conversation_id == conversation.id,
            Message.direction == Direction.INCOMING,
            Message.channel == "email",
        )
        .order_by(col(Message.id).desc())
        .limit(1)
    ).first()
    if not last:
        return []
    own = {address.lower() for address in session.exec(select(Inbox.address)) if address}
    sender = str(last.get("from", "")).lower()
    others = (str(value).lower() for value in [*last.get("to", []), *last.get("cc", [])])
    return list(dict.fromkeys(o for o in others if o and o != sender and not _is_own(o, own)))


def _is_own(address: str, own: set[str]) -> bool:
    """Plus addresses are ours too: support+token@acme.example."""
    local, _at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" in own or address in own
