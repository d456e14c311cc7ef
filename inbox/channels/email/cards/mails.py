"""A mail within the mail: whose it is, when it was written, and how it begins."""

from collections.abc import Mapping
from typing import Any

from inbox.channels.email.headers import Mailbox
from inbox.channels.email.reading import UNKNOWN_SENDER, read_mail

TEXT_LIMIT = 300
PEOPLE_LIMIT = 5


def mail_card(content: bytes) -> Mapping[str, Any]:
    mail = read_mail(content)
    if mail.sender == UNKNOWN_SENDER and not mail.subject:
        return {}
    return {
        "kind": "mail",
        "from": _shown(mail.sender),
        "to": [_shown(box) for box in mail.to[:PEOPLE_LIMIT]],
        "subject": mail.subject[:TEXT_LIMIT],
        "sent_at": mail.sent_at.isoformat() if mail.sent_at else "",
        "text": " ".join(mail.text[: 4 * TEXT_LIMIT].split())[:TEXT_LIMIT],
        "files": len(mail.files),
    }


def _shown(mailbox: Mailbox) -> str:
    name, address = mailbox
    return f"{name} <{address}>" if name else address
