"""The conversation of a web chat as one mail to its visitor."""

from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_datetime
from sqlmodel import Session, select

from inbox import clock, i18n
from inbox.crm import claims
from inbox.desk import conversations, visiting, visitors
from inbox.desk.continuing import mail_inbox_of, mail_thread
from inbox.desk.replies import Composed, reply
from inbox.desk.visitors import VisitorMessage
from inbox.envelope import Address, AddressKind
from inbox.errors import Invalid, NotFound
from inbox.events import SYSTEM
from inbox.i18n import gettext as _
from inbox.model import Contact, Identity, Inbox

MOST_PAGES = 6  # of the visitor's history


def send(session: Session, inbox: Inbox, visitor: str, email: str, request_id: str) -> str:
    """To the address given, else to the visitor's own; which one it was."""
    mail_inbox = mail_inbox_of(session, inbox) if inbox.settings.get("transcripts", True) else None
    running = visitors.newest_conversation_id(session, inbox.id, visitor)
    conversation = conversations.find(session, running) if running else None
    if mail_inbox is None or conversation is None:
        raise NotFound("There is no conversation to send.")
    contact = session.get_one(Contact, conversation.contact_id)
    identity = (
        _identity(session, contact, email) if email else visiting.email_of(session, contact.id)
    )
    if identity is None:
        raise Invalid(fields={"email": "Give the address to send it to."})
    with i18n.speaking(contact.language):
        composed = Composed(
            text=_text(session, inbox, visitor, contact),
            subject=_("Your conversation with %(title)s") % {"title": _title(inbox)},
            thread_id=mail_thread(session, conversation, mail_inbox, identity).id,
            automatic=True,
        )
    shown = conversation.preview, conversation.last_author
    reply(session, conversation, composed, by=SYSTEM, request_id=request_id)
    conversation.preview, conversation.last_author = shown  # for the list nobody has said anything
    return identity.value


def _identity(session: Session, contact: Contact, email: str) -> Identity | None:
    """Whoever has the address; who types a new one claims it."""
    address = Address(kind=AddressKind.EMAIL, value=email.strip().lower())
    claims.claim(session, contact.id, (address,), clock.now())
    wanted = select(Identity).where(Identity.kind == address.kind, Identity.value == address.value)
    return session.exec(wanted).first()


def _text(session: Session, inbox: Inbox, visitor: str, contact: Contact) -> str:
    lines = [_line(message, contact) for message in _history(session, inbox, visitor)]
    return "\n\n".join(lines)


def _history(session: Session, inbox: Inbox, visitor: str) -> list[VisitorMessage]:
    """The newest pages, oldest first."""
    found: list[VisitorMessage] = []
    for _page in range(MOST_PAGES):
        before = found[0].id if found else ""
        page = visitors.history(session, inbox.id, visitor, before=before)
        found = [*page.messages, *found]
        if not page.has_earlier:
            break
    return found


def _line(message: VisitorMessage, contact: Contact) -> str:
    zone = contact.time_zone if contact.time_zone in available_timezones() else "UTC"
    at = message.at.astimezone(ZoneInfo(zone))
    when = format_datetime(at, "short", locale=i18n.babel_locale())
    who = _("You") if message.author == "visitor" else message.name or _("Automatic answer")
    files = [f"[{file.name}]" for file in message.files]
    return "\n".join([f"{who}, {when}:", *filter(None, [message.text]), *files])


def _title(inbox: Inbox) -> str:
    return str(inbox.settings.get("title") or inbox.name)
