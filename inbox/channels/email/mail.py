"""One mail, read: the same for every account, before anything is decided about it."""

from dataclasses import dataclass
from datetime import datetime

from inbox.channels.email.headers import Mailbox
from inbox.envelope import FilePart


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureReport:
    """What a bounce says; `action` is failed or delayed."""

    recipients: tuple[str, ...]
    statuses: tuple[str, ...]
    permanent: bool
    action: str
    original_message_id: str
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """`text` and `html` are whole, as sent: neither cut nor cleaned.

    `shortened` says why not all of it was read: parts, depth, or unreadable for a plain extract.
    """

    sender: Mailbox
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    reply_to: tuple[Mailbox, ...] = ()
    delivered_to: tuple[str, ...] = ()
    subject: str = ""
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sent_at: datetime | None = None
    text: str = ""
    html: str = ""
    files: tuple[FilePart, ...] = ()
    automatic: bool = False
    from_list: bool = False
    complaint: bool = False
    failure: FailureReport | None = None
    authentication: tuple[str, ...] = ()
    shortened: str = ""
