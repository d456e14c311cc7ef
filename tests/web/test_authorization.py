"""Every route, for nobody, an agent, an agent outside of the inbox, and an administrator."""

from dataclasses import dataclass
from typing import Any

import pytest

from inbox.db import Session
from inbox.model import (
    Arrival,
    ArrivalState,
    Attachment,
    CannedResponse,
    Conversation,
    Inbox,
    InboxMembership,
    Macro,
    Message,
)  # fmt: skip
from inbox.web.route import Access
from inbox.web.routes import ROUTES
from tests.cast import Cast

IN, MISSING, FORBIDDEN, OK = "sign in", 404, 403, "served"

PUBLIC = (OK, OK, OK, OK)
AGENT = (IN, OK, OK, OK)
CONVERSATION = (IN, OK, MISSING, OK)  # what belongs to the restricted inbox
ADMIN = (IN, FORBIDDEN, FORBIDDEN, OK)

_C = "/conversations/{number}"
TABLE: dict[str, tuple[Any, ...]] = {
    "GET /healthz": PUBLIC, "GET /readyz": PUBLIC,
    "GET /metrics": PUBLIC, "GET /api/docs": PUBLIC, "GET /api/v1/openapi.json": PUBLIC,
    "GET /more": AGENT,
    "GET /first-run": (IN, IN, IN, IN), "POST /first-run": PUBLIC,
    "GET /sign-in": PUBLIC, "POST /sign-in": PUBLIC,
    "GET /media/{token}": (MISSING, MISSING, MISSING, MISSING),
    "GET /widget.js": PUBLIC, "GET /widget/{inbox_id}": PUBLIC,
    "GET /widget/{inbox_id}/loader.js": PUBLIC, "GET /widget/{inbox_id}/now": PUBLIC,
    "GET /visitors": AGENT, "GET /visitors/{inbox_id}/{visitor}": AGENT,
    "POST /visitors/{inbox_id}/{visitor}/messages": AGENT,
    "POST /visitors/{inbox_id}/{visitor}/blocks": AGENT,
    "GET /forms/{slug}": PUBLIC, "POST /forms/{slug}": PUBLIC, "GET /forms/{slug}/thanks": PUBLIC,
    "GET /profile": AGENT, "POST /profile": AGENT, "POST /profile/availability": AGENT,
    "POST /profile/theme": AGENT, "POST /profile/password": AGENT,
    "POST /profile/sessions/{id}/end": AGENT, "POST /sign-out": AGENT,
    "GET /contacts": AGENT, "GET /contacts/new": AGENT, "POST /contacts/new": AGENT,
    "GET /contacts/{id}": AGENT, "POST /contacts/{id}": AGENT,
    "GET /": AGENT, "GET /views/{kind}": AGENT, "GET /views/{kind}/{id}": AGENT,
    "GET /contacts/{id}/timeline": AGENT, "POST /contacts/{id}/merges": AGENT,
    "GET /failed-sends": AGENT, "POST /messages/{id}/second-tries": CONVERSATION,
    "POST /messages/{id}/dismissals": CONVERSATION,
    "GET /messages/{id}/other-ways": CONVERSATION, "POST /messages/{id}/other-ways": CONVERSATION,
    "GET /contacts/{id}/interactions/new": AGENT, "POST /contacts/{id}/interactions": AGENT,
    "POST /contacts/{id}/merges/{merge_id}/undo": AGENT,
    "GET /saved-views/new": AGENT, "POST /saved-views/new": AGENT,
    "GET /saved-views/counts": AGENT, "GET /saved-views/{id}": AGENT,
    "POST /saved-views/{id}": AGENT, "POST /saved-views/{id}/delete": AGENT,
    "GET /reports": AGENT, "GET /reports/{slug}": AGENT,
    "POST /attachments": AGENT, "GET /searches": AGENT, "GET /live": AGENT,
    "GET /conversations/bulk": AGENT, "POST /conversations/bulk": AGENT,
    "POST /conversations/bulk/undo": AGENT,
    f"GET {_C}": CONVERSATION, f"GET {_C}/messages": CONVERSATION,
    f"GET {_C}/why": CONVERSATION, f"GET {_C}/templates/{{id}}": (IN, MISSING, MISSING, MISSING),
    f"POST {_C}/assignments": CONVERSATION, f"POST {_C}/resolutions": CONVERSATION,
    f"POST {_C}/snoozes": CONVERSATION, f"POST {_C}/priorities": CONVERSATION,
    f"POST {_C}/taggings": CONVERSATION, f"DELETE {_C}/taggings/{{tag}}": CONVERSATION,
    f"POST {_C}/readings": CONVERSATION, f"POST {_C}/notes": CONVERSATION,
    f"PUT {_C}/drafts/{{kind}}": CONVERSATION, f"POST {_C}/replies": CONVERSATION,
    f"POST {_C}/forwards": CONVERSATION, f"GET {_C}/canned-responses": CONVERSATION,
    f"POST {_C}/canned-responses/{{id}}/uses": CONVERSATION,
    f"GET {_C}/rearrangement": CONVERSATION, f"POST {_C}/merges": CONVERSATION,
    f"POST {_C}/splits": CONVERSATION, f"POST {_C}/moves": CONVERSATION,
    f"POST {_C}/customers": CONVERSATION, f"POST {_C}/macro-runs": CONVERSATION,
    "POST /merges/{id}/undo": CONVERSATION, "POST /splits/{id}/undo": CONVERSATION,
    "POST /messages/{id}/undos": CONVERSATION, "POST /messages/{id}/retries": CONVERSATION,
    "GET /messages/{id}/source": CONVERSATION, "GET /messages/{id}/raw": CONVERSATION,
    "GET /messages/{id}/print": CONVERSATION, f"GET {_C}/print": CONVERSATION,
    "POST /messages/{id}/reactions": CONVERSATION,
    "GET /messages/{id}/body": CONVERSATION, "GET /attachments/{id}": CONVERSATION,
}  # fmt: skip
# they end the session or begin another; the tests of signing in and of the profile have them
ENDING = {"POST /sign-out", "POST /profile/password", "POST /sign-in"}
FORMS: dict[str, dict[str, Any]] = {
    f"POST {_C}/snoozes": {"data": {"until": "2099-01-01T00:00:00+00:00"}},
    f"POST {_C}/priorities": {"data": {"priority": "3"}},
    f"POST {_C}/taggings": {"data": {"tag": "leak"}},
    f"POST {_C}/notes": {"data": {"text": "A note"}},
    f"POST {_C}/replies": {"data": {"text": "An answer", "request_id": "1"}},
    f"POST {_C}/forwards": {"data": {"forward_to": "a@b.example", "request_id": "2"}},
    f"POST {_C}/merges": {"data": {"conversation": "1"}},
    f"PUT {_C}/drafts/{{kind}}": {"json": {"text": "A draft", "version": 0}},
}


@dataclass(frozen=True)
class Things:
    """Of the restricted inbox."""

    conversation: Conversation
    message: Message
    attachment: Attachment
    inbox: Inbox
    arrival: Arrival
    event_id: str
    canned_id: str
    forms: dict[str, Any]


@pytest.fixture
async def things(services, owner) -> Things:
    digest = await services.files.put(b"plan")

    def make(session: Session) -> Things:
        cast = Cast(session)
        cast.inbox.restricted = True
        conversation = cast.conversation()
        message = cast.incoming(conversation, attachment_count=1)
        attachment = Attachment(
            message_id=message.id, name="plan", content_type="text/plain", size=4, digest=digest
        )
        arrival = Arrival(
            inbox_id=cast.inbox.id, external_id="1", raw=b"raw", state=ArrivalState.QUARANTINED
        )
        session.add_all([attachment, arrival])
        session.flush()
        event_id = cast.received(message).id
        macro, canned = Macro(name="Macro"), CannedResponse(name="Hello", text="Hello")
        session.add_all([macro, canned])
        session.flush()
        forms = {
            f"POST {_C}/customers": {"data": {"contact": cast.contact.id}},
            f"POST {_C}/moves": {"data": {"inbox": cast.inbox.id}},
            f"POST {_C}/macro-runs": {"data": {"macro": macro.id}},
        }
        return Things(
            conversation, message, attachment, cast.inbox, arrival, event_id, canned.id, forms
        )

    return services.database.run(make)


def names() -> list[str]:
    return [f"{route.method} {route.path}" for route in ROUTES]


def expected(name: str) -> tuple[Any, ...]:
    return ADMIN if name.partition(" ")[2].startswith("/settings") else TABLE[name]


def path_of(name: str, things: Things) -> str:
    template = name.partition(" ")[2]
    ids = {f"{_C}/canned-responses": things.canned_id,
           "/attachments": things.attachment.id, "/messages": things.message.id,
           "/merges": things.event_id, "/splits": things.event_id}  # fmt: skip
    one = next((value for start, value in ids.items() if template.startswith(start)), "unheard-of")
    kind = "note" if "drafts" in template else "email" if "settings" in template else "all"
    return template.format(
        number=things.conversation.number, id=one, kind=kind, tag="leak",
        inbox_id=things.inbox.id, slug="none", message="unheard-of", visitor="a" * 32,
        token="a.1.b", delivery="unheard-of", merge_id="x",
    )  # fmt: skip


async def outcome(browser, name: str, things: Things) -> Any:
    method = name.partition(" ")[0]
    response = await browser.request(
        method,
        path_of(name, things),
        allow_redirects=False,
        **FORMS.get(name, things.forms.get(name, {})),
    )
    place = response.headers.get("Location", "")
    if place.startswith("/sign-in"):
        return IN
    return response.status


def refused(status: Any) -> bool:
    return status in {IN, FORBIDDEN}


def test_every_route_has_a_row_and_no_row_is_left_over() -> None:
    guarded = [
        name for name, route in zip(names(), ROUTES, strict=True)
        if route.access not in {Access.VISITOR, Access.PROVIDER}
        and not route.access.value.startswith("api")
        and not route.path.startswith("/settings")
    ]  # fmt: skip

    assert sorted(guarded) == sorted(TABLE)


def test_settings_are_for_administrators_alone() -> None:
    assert {r.access for r in ROUTES if r.path.startswith("/settings")} == {Access.ADMIN}


@pytest.mark.parametrize("who", ["nobody", "outsider", "administrator"])
async def test_each_route_lets_in_whom_it_should(
    open_browser, signed_in, things, owner, ana, who: str
) -> None:
    position = {"nobody": 0, "outsider": 2, "administrator": 3}[who]
    agent = {"outsider": ana, "administrator": owner}.get(who)
    browser = await signed_in(agent) if agent else await open_browser()
    wrong = {}
    for name in (n for n in names() if n in TABLE or "/settings" in n):
        if agent and name in ENDING:
            continue
        found, wanted = await outcome(browser, name, things), expected(name)[position]
        if name == "GET /live" and wanted == OK:
            wanted = FORBIDDEN  # without an Origin of ours
        fits = found == wanted if wanted != OK else not refused(found) and found < 500
        if not fits:
            wrong[name] = (wanted, found)

    assert wrong == {}


async def test_an_agent_of_the_restricted_inbox_is_let_in(signed_in, services, things, ana) -> None:
    membership = InboxMembership(inbox_id=things.inbox.id, agent_id=ana.id)
    services.database.run(lambda s: s.add(membership))
    browser = await signed_in(ana)

    found = {
        name: await outcome(browser, name, things)
        for name, row in TABLE.items()
        if row is CONVERSATION and "/messages/" not in name and not name.endswith("/undo")
    }

    assert {n: s for n, s in found.items() if s in {IN, 403, 404} or s >= 500} == {}
