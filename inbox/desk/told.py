"""What a form tells beside its words: tags and priority, and fields of the contact's own."""

from collections.abc import Mapping
from contextlib import suppress

from sqlmodel import Session

from inbox.crm import contacts
from inbox.desk import status, tags
from inbox.errors import Invalid
from inbox.events import Actor
from inbox.model import Conversation, Priority

CUSTOM = "custom."
PRIORITIES = {str(int(priority)) for priority in Priority}


def tells(fields: Mapping[str, str]) -> bool:
    return bool(
        fields.get("tags") or fields.get("priority") or any(n.startswith(CUSTOM) for n in fields)
    )


def heed(
    session: Session,
    conversation_id: str,
    contact_id: str,
    fields: Mapping[str, str],
    *,
    by: Actor,
) -> None:
    """Gaps in the record are filled, and nothing there is overwritten: a form proves nothing."""
    own = {n.removeprefix(CUSTOM): value for n, value in fields.items() if n.startswith(CUSTOM)}
    contact = contacts.get(session, contact_id)
    if own.keys() - contact.custom.keys():
        contact.custom = {**own, **contact.custom}
        contact.version += 1
        session.add(contact)
    conversation = session.get_one(Conversation, conversation_id)
    for name in fields.get("tags", "").splitlines():
        with suppress(Invalid):  # no word at all
            tags.tag(session, conversation, name.strip()[: tags.LONGEST], by=by)
    if fields.get("priority") in PRIORITIES:
        status.set_priority(session, conversation, int(fields["priority"]), by=by)
