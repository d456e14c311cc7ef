"""One person's history, and contacts that are one person, by the API."""

from typing import Any

from sqlmodel import Session

from inbox.crm import contacts, merging, suggesting
from inbox.desk import history, search
from inbox.model import Event
from inbox.web.api.contacts import whole
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Id, Input, Paged
from inbox.web.api.shapes import ContactMerge, HistoryEntry, Merges, Page, Suggestions
from inbox.web.route import Access


class NewMerge(Input):
    """The contact that goes up in the one of the URL."""

    contact_id: Id


def timeline(session: Session, call: Call) -> object:
    contact = contacts.get(session, call.path["id"])
    query = call.query
    return history.of(
        session, contact.id, call.bearer.inbox_ids, cursor=query.cursor, limit=query.limit
    )


def suggested(session: Session, call: Call) -> object:
    contact = contacts.get(session, call.path["id"])
    return {"items": suggesting.suggestions(session, contact)}


def standing(session: Session, call: Call) -> object:
    contact = contacts.get(session, call.path["id"])
    return {"items": [described(event) for event in merging.standing(session, contact.id)]}


def merge(session: Session, call: Call) -> object:
    contact = contacts.get(session, call.path["id"])
    event = merging.merge(session, contact, call.body.contact_id, by=call.by)
    search.index_contact(session, contact.id)
    search.forget_contact(session, event.particulars["merged_id"])
    return {**described(event), "contact": whole(session, contact)}


def undo(session: Session, call: Call) -> None:
    contact = contacts.get(session, call.path["id"])
    other = merging.undo(session, contact, call.path["merge_id"], by=call.by)
    for each in (contact, other):
        search.index_contact(session, each.id)


def described(event: Event) -> dict[str, Any]:
    what = event.particulars
    return {
        "id": event.id,
        "at": event.at,
        "by": event.actor_name,
        "merged_id": what["merged_id"],
        "merged_name": what["merged_name"],
    }


OPERATIONS = [
    Operation(
        method="GET", path="/contacts/{id}/timeline", access=Access.API_READ,
        summary="Everything said and done with a contact on all channels, newest first",
        work=timeline, query=Paged, gives=Page[HistoryEntry],
    ),
    Operation(
        method="GET", path="/contacts/{id}/merge-suggestions", access=Access.API_READ,
        summary="Contacts that may be the same person, with the reason", work=suggested,
        gives=Suggestions,
    ),
    Operation(
        method="GET", path="/contacts/{id}/merges", access=Access.API_READ,
        summary="What was merged into a contact and can be undone", work=standing, gives=Merges,
    ),
    Operation(
        method="POST", path="/contacts/{id}/merges", access=Access.API_WRITE,
        summary="Merge another contact into this one", work=merge, body=NewMerge,
        gives=ContactMerge, status=201,
    ),
    Operation(
        method="DELETE", path="/contacts/{id}/merges/{merge_id}", access=Access.API_WRITE,
        summary="Undo a merge", work=undo, status=204,
    ),
]  # fmt: skip
