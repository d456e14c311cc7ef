"""What was said, as a quote below a mail to somebody else: with heads, without what leads to us."""

import html as markup
import re
from collections.abc import Sequence

from inbox import richtext
from inbox.i18n import gettext as _
from inbox.model import Message

RULE = "-" * 10
_TOKEN = re.compile(r"\[ref:[0-9a-z-]{1,60}\]", re.IGNORECASE)


def as_text(messages: Sequence[Message]) -> str:
    """Each below its heads, the oldest first."""
    title = f"{RULE} {_('Forwarded message')} {RULE}"
    parts = ["\n".join([title, *_lines(one), "", _text(one)]) for one in messages]
    return "\n\n".join(parts)


def as_html(messages: Sequence[Message]) -> str:
    """The same; `messages` have HTML that was cleaned, or none."""
    parts = []
    for one in messages:
        lines = [f"{RULE} {_('Forwarded message')} {RULE}", *_lines(one)]
        head = "<br>".join(markup.escape(line) for line in lines)
        body = one.html or richtext.to_html(_text(one))
        parts.append(f"<p>{head}</p>{_without_tokens(body)}")
    return "<br>".join(parts)


def _lines(message: Message) -> list[str]:
    sender = message.recipients.get("from", "")
    name = message.author_name or _("Automatic")
    pairs = (
        (_("From"), f"{name} <{sender}>" if sender and sender != name else name),
        (_("Date"), f"{message.sent_at:%Y-%m-%d %H:%M} UTC"),
        (_("Subject"), message.subject),
        (_("To"), ", ".join(message.recipients.get("to", []))),
    )
    return [f"{label}: {' '.join(value.split())}" for label, value in pairs if value]


def _text(message: Message) -> str:
    whole = "\n\n".join(part for part in (message.text, message.quoted) if part)
    return _without_tokens(whole).strip()


def _without_tokens(text: str) -> str:
    """An answer that quotes them would be taken for one to the customer's conversation."""
    return _TOKEN.sub("", text)
