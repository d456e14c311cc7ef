"""A mail as an envelope of one account."""

import re
from typing import Any

from inbox.channels.email.authentication import Verdict, judge
from inbox.channels.email.cards import with_cards
from inbox.channels.email.headers import REFERENCE_LIMIT, Mailbox
from inbox.channels.email.identity import identity
from inbox.channels.email.imap import SENT
from inbox.channels.email.mail import Mail
from inbox.channels.email.reading import UNKNOWN_SENDER, read_mail
from inbox.channels.email.settings import EmailSettings
from inbox.envelope import Address, AddressKind, Bounce, Forwarded, InboundEnvelope, Proof, RawItem
from inbox.richtext import base_subject, sanitize, split_quoted, split_quoted_html, to_text
from inbox.richtext.cleaning import QUOTE_CLASS
from inbox.richtext.quotes.forwarded import is_forward, unwrap

TEXT_LIMIT = 500_000
MARKER_LIMIT = 20

_MARKER = re.compile(r"\[ref:([0-9a-z]{1,32}-[0-9a-z]{16})\]", re.IGNORECASE)


def to_envelope(mail: Mail, raw: RawItem, settings: EmailSettings) -> InboundEnvelope:
    sender, is_answer_address = _sender(mail, settings)
    visible, quoted, html = _body(mail)
    verdict = judge(mail.authentication, settings.trusted_host, mail.sender[1])
    if is_answer_address and verdict.is_proven:  # of another than whom we would answer
        verdict = Verdict(why="other_sender", host=verdict.host, checks=verdict.checks)
    from_us, outgoing = mail.sender[1] in settings.own_addresses(), raw.meta.get("folder") == SENT
    return InboundEnvelope(
        external_id=raw.external_id or identity(raw.content),
        sender=_address(sender),
        text=visible,
        quoted=quoted,
        html=html,
        subject=mail.subject,
        references=_references(mail),
        delivered_to=mail.delivered_to,
        markers=tuple(dict.fromkeys(_MARKER.findall(mail.text.lower())))[:MARKER_LIMIT],
        to=tuple(_address(box) for box in mail.to),
        cc=tuple(_address(box) for box in mail.cc),
        files=with_cards(mail.files),
        sent_at=mail.sent_at,
        proof=Proof.PROVEN if verdict.is_proven else Proof.CLAIMED,
        reading=_reading(mail, verdict),
        automatic=mail.automatic or (from_us and not outgoing),
        bounce=_bounce(mail),
        mail_message_id=mail.message_id,
        written_by=mail.sender[1] if is_answer_address else "",
        forwarded=_forwarded(mail),
        from_us=from_us,
        outgoing=outgoing,
        reply_to=tuple(address for _, address in mail.reply_to),
    )


def _reading(mail: Mail, verdict: Verdict) -> dict[str, Any]:
    return {"sender": verdict.stored(), **({"shortened": mail.shortened} if mail.shortened else {})}


def _sender(mail: Mail, settings: EmailSettings) -> tuple[Mailbox, bool]:
    """Whom an answer goes to, and whether that is another than From: forms send that way.

    The name of From stays with it where Reply-To has none. Nothing is proven about such a sender.
    """
    answers = [box for box in mail.reply_to if box[1] not in settings.own_addresses()]
    is_other = len(answers) == 1 and answers[0][1] != mail.sender[1] and not mail.from_list
    if not is_other:
        return mail.sender, False
    return (answers[0][0] or mail.sender[0], answers[0][1]), True


def _forwarded(mail: Mail) -> Forwarded | None:
    """What it passes on, in its text or as the one mail attached to it."""
    if mail.failure or mail.from_list:
        return None
    found = unwrap(mail.text[:TEXT_LIMIT], mail.subject)
    if found:
        sender = Address(kind=AddressKind.EMAIL, value=found.address, name=found.name)
        subject, above = found.subject or base_subject(mail.subject), found.above
        return Forwarded(sender=sender, subject=subject, text=found.text, above=above)
    attached = [file for file in mail.files if file.content_type == "message/rfc822"]
    if len(attached) != 1 or not attached[0].content or not is_forward(mail.subject):
        return None
    inner = read_mail(attached[0].content)
    if inner.sender == UNKNOWN_SENDER:
        return None
    text = split_quoted(inner.text[:TEXT_LIMIT])[0]
    above = split_quoted(mail.text[:TEXT_LIMIT])[0].strip()
    return Forwarded(sender=_address(inner.sender), subject=inner.subject, text=text, above=above)


def _body(mail: Mail) -> tuple[str, str, str]:
    """The new text, the quoted text, and the HTML with its quote marked."""
    fresh, old = split_quoted_html(mail.html)
    html = sanitize(fresh)
    if old:
        html += f'<div class="{QUOTE_CLASS}">{sanitize(old)}</div>'
    visible, quoted = split_quoted(mail.text[:TEXT_LIMIT])
    if old and not quoted:
        visible, signature = split_quoted(to_text(fresh)[:TEXT_LIMIT])
        quoted = "\n".join(part for part in (signature, to_text(old)[:TEXT_LIMIT]) if part)
    return visible, quoted, html


def _references(mail: Mail) -> tuple[str, ...]:
    """Newest first; In-Reply-To names the very mail that is answered."""
    newest_first = [*mail.in_reply_to, *reversed(mail.references)]
    return tuple(dict.fromkeys(newest_first))[:REFERENCE_LIMIT]


def _address(mailbox: Mailbox) -> Address:
    return Address(kind=AddressKind.EMAIL, value=mailbox[1], name=mailbox[0])


def _bounce(mail: Mail) -> Bounce | None:
    if not mail.failure:
        return None
    return Bounce(
        original_message_id=mail.failure.original_message_id,
        recipients=mail.failure.recipients,
        status=next(iter(mail.failure.statuses), ""),
        permanent=mail.failure.permanent,
        explanation=mail.failure.explanation,
        late=mail.failure.action == "delayed",
    )
