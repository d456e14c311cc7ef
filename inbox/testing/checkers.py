"""For those who check or extend Inbox: thin functions over the code that runs in production."""

from typing import Any

from inbox.channels.email.mail import Mail
from inbox.channels.email.reading import read_mail
from inbox.richtext import base_subject, sanitize, split_quoted, split_quoted_html, to_text

__all__ = ["base_subject", "parse_email", "visible_reply", "visible_reply_html"]


def parse_email(raw: bytes) -> dict[str, Any]:
    """A mail as plain data."""
    mail = read_mail(raw)
    return {
        "from": _mailbox(mail.sender),
        "to": [_mailbox(box) for box in mail.to],
        "cc": [_mailbox(box) for box in mail.cc],
        "reply_to": [_mailbox(box) for box in mail.reply_to],
        "subject": mail.subject,
        "message_id": mail.message_id,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "date": mail.sent_at,
        "text": mail.text,
        "html": mail.html,
        "html_safe": sanitize(mail.html),
        "visible_reply": _visible(mail),
        "attachments": [_file(file) for file in mail.files],
        "auto_reply": mail.automatic and not mail.failure and not mail.complaint,
        "complaint": mail.complaint,
        "bounce": _bounce(mail),
    }


def visible_reply(text: str) -> str:
    """The newly written part of a text."""
    return split_quoted(text)[0]


def visible_reply_html(html: str) -> str:
    """The newly written part of an HTML body, cleaned."""
    return sanitize(split_quoted_html(html)[0])


def _visible(mail: Mail) -> str:
    return visible_reply(mail.text or to_text(mail.html))


def _mailbox(mailbox: tuple[str, str]) -> dict[str, str]:
    return {"name": mailbox[0], "address": mailbox[1]}


def _file(file: Any) -> dict[str, Any]:
    return {
        "filename": file.name,
        "content_type": file.content_type,
        "content": file.content,
        "content_id": file.content_id,
        "inline": file.inline,
    }


def _bounce(mail: Mail) -> dict[str, Any]:
    if not mail.failure:
        return {"is_bounce": False}
    return {
        "is_bounce": True,
        "status": mail.failure.statuses,
        "recipients": mail.failure.recipients,
        "permanent": mail.failure.permanent,
        "action": mail.failure.action,
        "original_message_id": mail.failure.original_message_id,
    }
