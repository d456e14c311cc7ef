"""Contacts that are one person: proposed, merged and parted again; and one person's history."""

from typing import Any

from aiohttp import web
from sqlmodel import Session

from inbox.crm import contacts, merging, suggesting
from inbox.desk import access, directory, history, search
from inbox.web import asking, keys
from inbox.web.render import render
from inbox.web.route import Access, Route

FOUND = 8
PATH = "/contacts/{id}"


def beside(
    session: Session, contact_id: str, query: str, inbox_ids: list[str] | None
) -> dict[str, Any]:
    """What the contact's page shows of all this; `query` looks for somebody to merge."""
    contact = contacts.get(session, contact_id)
    found = directory.page(session, query, limit=FOUND).entries if query.strip() else []
    return {
        "suggestions": suggesting.suggestions(session, contact),
        "merges": merging.standing(session, contact.id),
        "others": [entry for entry in found if entry.contact.id != contact.id],
        "query": query,
        "history": history.of(session, contact.id, inbox_ids),
    }


async def timeline(request: web.Request) -> web.StreamResponse:
    """The next chunk of the history."""
    agent, role, contact_id = request[keys.AGENT], request[keys.ROLE], asking.wanted(request)
    cursor = request.query.get("cursor", "")

    def work(session: Session) -> Any:
        contact = contacts.get(session, contact_id)
        inbox_ids = list(access.visible_inboxes(session, agent, role))
        return history.of(session, contact.id, inbox_ids, cursor=cursor)

    found = await asking.database(request).read(work)
    return render(request, "contacts/_history.html", history=found, contact_id=contact_id)


async def merge(request: web.Request) -> web.StreamResponse:
    contact_id, by = asking.wanted(request), asking.actor(request)
    other_id = str((await request.post()).get("contact", ""))

    def work(session: Session) -> str:
        contact = contacts.get(session, contact_id)
        event = merging.merge(session, contact, other_id, by=by)
        search.index_contact(session, contact.id)
        search.forget_contact(session, event.particulars["merged_id"])
        return contact.id

    stays = await asking.database(request).write(work)
    raise web.HTTPSeeOther(f"/contacts/{stays}")


async def undo(request: web.Request) -> web.StreamResponse:
    contact_id, by = asking.wanted(request), asking.actor(request)
    merge_id = asking.wanted(request, "merge_id")

    def work(session: Session) -> None:
        contact = contacts.get(session, contact_id)
        other = merging.undo(session, contact, merge_id, by=by)
        for each in (contact, other):
            search.index_contact(session, each.id)

    await asking.database(request).write(work)
    raise web.HTTPSeeOther(f"/contacts/{contact_id}")


ROUTES = [
    Route("GET", f"{PATH}/timeline", timeline, Access.AGENT),
    Route("POST", f"{PATH}/merges", merge, Access.AGENT),
    Route("POST", f"{PATH}/merges/{{merge_id}}/undo", undo, Access.AGENT),
]
