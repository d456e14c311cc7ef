"""What can be told of an attached file without opening it: invitations, contacts, mails, seals.

A card is JSON with a `kind`, made where the mail is read, since what is in a file is as hostile as
the mail it came with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from inbox.channels.email.cards.contacts import contact_card
from inbox.channels.email.cards.invites import invite_card
from inbox.channels.email.cards.mails import mail_card
from inbox.channels.email.cards.seals import seal_card
from inbox.envelope import FilePart

CARD_LIMIT = 20  # of one mail
CONTENT_LIMIT = 1024 * 1024

_MAKERS = {
    "text/calendar": invite_card,
    "application/ics": invite_card,
    "text/vcard": contact_card,
    "text/x-vcard": contact_card,
    "text/directory": contact_card,
    "message/rfc822": mail_card,
}
_ENDINGS = {".ics": invite_card, ".vcf": contact_card, ".eml": mail_card}


def with_cards(files: Sequence[FilePart]) -> tuple[FilePart, ...]:
    """Each file with its card, if it has one; of many only the first get theirs."""
    left, found = CARD_LIMIT, []
    for file in files:
        card = card_of(file) if left else {}
        left -= bool(card)
        found.append(replace(file, card=card) if card else file)
    return tuple(found)


def card_of(file: FilePart) -> Mapping[str, Any]:
    """Empty for a file that says nothing by itself, or can't be read."""
    content = file.content or b""
    if len(content) > CONTENT_LIMIT:
        return {}
    if seal := seal_card(file):
        return seal
    ending = file.name[file.name.rfind(".") :].lower() if "." in file.name else ""
    make = _MAKERS.get(file.content_type) or _ENDINGS.get(ending)
    if make is None or not content:
        return {}
    try:
        return make(content)
    except Exception:  # noqa: BLE001 - whatever a hostile file makes the library raise
        return {}
