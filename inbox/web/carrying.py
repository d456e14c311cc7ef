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
    if can.file_count and len(files) > can.file_count:
        words = _("This channel takes %(count)d files. Send the others in a second message.")
        raise Invalid(fields={"attachments": words % {"count": can.file_count}})
    for file in files:
        limit = limit_of(can, file.content_type)
        if file.size > limit:
            raise _too_large(file.name, limit)
    if can.copies and sum(file.size for file in files) > can.file_limit:
        raise _too_large(_("All together"), can.file_limit)


def limit_of(can: Capabilities, content_type: str) -> int:
    """In bytes, for a file of this type."""
    found = (size for kind, size in can.file_limits.items() if content_type.startswith(kind))
    return next(found, can.file_limit)


def _too_large(name: str, limit: int) -> Invalid:
    words = _("%(names)s: this channel takes files of up to %(limit)d MB. Send a link instead.")
    return Invalid(fields={"attachments": words % {"names": name, "limit": limit // MEGABYTE}})
