"""What a channel can carry, asked before an answer is queued: too long or too large is refused."""

from sqlmodel import Session, col, select

from inbox.channels import registry
from inbox.channels.base import Capabilities
from inbox.envelope import AddressKind
from inbox.errors import Invalid
from inbox.i18n import gettext as _
from inbox.model import Attachment, Message

MEGABYTE = 1024 * 1024


def capabilities(channel: str) -> Capabilities:
    """Those of a kind that is not installed any more are the usual ones."""
    kind = registry.kinds().get(channel)
    return kind.capabilities if kind else Capabilities()


def reach() -> dict[str, str]:
    """The kinds of inboxes by which we may begin, and the kind of address that each reaches."""
    return {
        name: kind.capabilities.address_kind
        for name, kind in registry.kinds().items()
        if kind.capabilities.agent_can_start and kind.capabilities.address_kind != "external"
    }


def counts_sms(channel: str, identity_kind: str) -> bool:
    return channel == "sms" and identity_kind == AddressKind.PHONE


def refuse_to_start(channel: str) -> None:
    if not capabilities(channel).agent_can_start:
        words = _("On this channel the customer writes first. Choose an inbox of another one.")
        raise Invalid(fields={"inbox_id": words})


def refuse_too_much(session: Session, message: Message) -> None:
    """In the unit of work that queued the message, which is undone by it."""
    can = capabilities(message.channel)
    if can.text_limit and len(message.text) > can.text_limit:
        raise Invalid(
            fields={
                "text": _(
                    "This channel takes %(limit)d characters, and these are %(length)d."
                    " Shorten the text, or send it in two messages."
                )
                % {"limit": can.text_limit, "length": len(message.text)}
            }
        )
    if message.attachment_count:
        _refuse_files(session, message, can)


def _refuse_files(session: Session, message: Message, can: Capabilities) -> None:
    if not can.files:
        words = _("This channel carries no files. Send a link, or answer by e-mail.")
        raise Invalid(fields={"attachments": words})
    files = session.exec(select(Attachment).where(col(Attachment.message_id) == message.id)).all()
    large = [file.name for file in files if file.size > can.file_limit]
    if large or (can.copies and sum(file.size for file in files) > can.file_limit):
        words = _("%(names)s: this channel takes files of up to %(limit)d MB. Send a link instead.")
        names = ", ".join(large) or _("All together")
        raise Invalid(
            fields={"attachments": words % {"names": names, "limit": can.file_limit // MEGABYTE}}
        )
