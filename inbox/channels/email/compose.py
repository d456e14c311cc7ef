"""An envelope as the bytes of a mail.

Addresses are built from parts and header texts freed of line breaks, so that nothing a customer or
agent typed adds a header or a recipient.
"""

import re
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from email.utils import format_datetime

from inbox import clock
from inbox.channels.base import PermanentFailure
from inbox.channels.email.automatic import MARKER_HEADER
from inbox.channels.email.headers import REFERENCE_LIMIT, Mailbox, one_line
from inbox.channels.email.heads import address_head, ids_head
from inbox.channels.email.settings import EmailSettings
from inbox.envelope import Address, FilePart, OutboundEnvelope
from inbox.i18n import Phrase
from inbox.mailtokens import token_of

SUBJECT_LIMIT = 500
NAME_LIMIT = 200
RECIPIENT_LIMIT = 1000

_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{1,250}")  # no spaces, no brackets
_TYPE = re.compile(r"([a-z0-9!#$&^_.+-]+)/([a-z0-9!#$&^_.+-]+)")
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]\\@\x00-\x1f\x7f]+@[^\s<>,;:\"()\[\]\\@\x00-\x1f\x7f]+")


def compose(envelope: OutboundEnvelope, settings: EmailSettings) -> bytes:
    message = EmailMessage(policy=_policy(envelope, settings))
    message["Subject"] = one_line(envelope.subject)[:SUBJECT_LIMIT]
    message["Date"] = format_datetime(clock.now())
    if envelope.automatic:
        message["Auto-Submitted"] = "auto-replied" if envelope.in_reply_to else "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message[MARKER_HEADER] = "yes"
    _body(message, envelope)
    heads = _address_heads(envelope, settings) + _id_heads(envelope)
    return heads.encode() + message.as_bytes()


def recipients(envelope: OutboundEnvelope) -> list[str]:
    """Each once, in the form in which the server is told."""
    everyone = (envelope.recipient, *envelope.also_to, *envelope.cc, *envelope.bcc)
    found = list(dict.fromkeys(wire_address(address.value) for address in everyone))
    if len(found) > RECIPIENT_LIMIT:
        raise PermanentFailure(
            Phrase(
                "This mail has %(count)s recipients, more than %(most)s. Send it in parts.",
                count=len(found),
                most=RECIPIENT_LIMIT,
            )
        )
    return found


def wire_address(value: str) -> str:
    """With its domain in ASCII; refuses what is no address, line breaks and all."""
    if not _ADDRESS.fullmatch(value):
        raise PermanentFailure(
            Phrase("This is not an e-mail address: %(text)s", text=one_line(value)[:NAME_LIMIT])
        )
    local, _, domain = value.rpartition("@")
    try:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError:
        raise PermanentFailure(
            Phrase("The domain %(domain)s is not possible in an address.", domain=domain)
        ) from None


def needs_utf8(envelope: OutboundEnvelope, settings: EmailSettings) -> bool:
    return not "".join(
        [*recipients(envelope), settings.email, envelope.sender, envelope.reply_to]
    ).isascii()


def _policy(envelope: OutboundEnvelope, settings: EmailSettings) -> "EmailPolicy[EmailMessage]":
    """Bodies in seven bits, so that it does not matter what each server on the way can carry."""
    policy = SMTPUTF8 if needs_utf8(envelope, settings) else SMTP
    return policy.clone(cte_type="7bit")


def _address_heads(envelope: OutboundEnvelope, settings: EmailSettings) -> str:
    name = envelope.sender_name or settings.display_name
    sender = envelope.sender or settings.email
    heads = address_head("From", [(name, wire_address(sender))])
    heads += address_head("To", [_mailbox(one) for one in (envelope.recipient, *envelope.also_to)])
    if envelope.cc:
        heads += address_head("Cc", [_mailbox(address) for address in envelope.cc])
    if envelope.reply_to and envelope.reply_to != sender:
        heads += address_head("Reply-To", [(name, wire_address(envelope.reply_to))])
    return heads


def _mailbox(address: Address) -> Mailbox:
    return address.name, wire_address(address.value)


def _id_heads(envelope: OutboundEnvelope) -> str:
    """`references` are oldest first; of too many the first and the last are kept."""
    known = [found for found in envelope.references if _ID.fullmatch(found)]
    if len(known) > REFERENCE_LIMIT:
        known = [known[0], *known[-REFERENCE_LIMIT + 1 :]]
    answered = envelope.in_reply_to if _ID.fullmatch(envelope.in_reply_to) else ""
    if answered:
        known = [found for found in known if found != answered] + [answered]
    own = envelope.message_id if _ID.fullmatch(envelope.message_id) else ""
    heads = {"Message-ID": [own], "In-Reply-To": [answered], "References": known}
    return "".join(ids_head(name, ids) for name, ids in heads.items() if any(ids))


def _body(message: EmailMessage, envelope: OutboundEnvelope) -> None:
    token = token_of(envelope.reply_to)
    message.set_content(envelope.text.rstrip() + (f"\n\n[ref:{token}]" if token else "") + "\n")
    inline = [file for file in envelope.files if file.inline and file.content_id and envelope.html]
    if envelope.html:
        mark = f'<p style="color:#999999;font-size:10px">[ref:{token}]</p>' if token else ""
        message.add_alternative(envelope.html + mark, subtype="html")
        for file in inline:
            _add_related(message.get_payload(1), file)  # type: ignore[arg-type]
    for file in envelope.files:
        if file not in inline:
            main, sub = _kind(file)
            name = one_line(file.name)[:NAME_LIMIT] or "file"
            message.add_attachment(file.content or b"", main, sub, filename=name)


def _add_related(html: EmailMessage, file: FilePart) -> None:
    main, sub = _kind(file)
    content_id = "".join(_ID.findall(file.content_id))
    html.add_related(
        file.content or b"",
        main,
        sub,
        cid=f"<{content_id}>",
        filename=one_line(file.name)[:NAME_LIMIT] or "file",
        disposition="inline",
    )


def _kind(file: FilePart) -> tuple[str, str]:
    """Of a mail in the mail too only the bytes are sent."""
    found = _TYPE.fullmatch(file.content_type.lower().partition(";")[0].strip())
    if not found or found.group(1) in {"multipart", "message"}:
        return "application", "octet-stream"
    return found.group(1), found.group(2)
