"""Contacts: the people who write to us, listed, shown, added and corrected."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from zoneinfo import available_timezones

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlmodel import col, select

from inbox import mailtokens
from inbox.crm import contacts
from inbox.desk import access, directory, search
from inbox.envelope import Address, AddressKind
from inbox.errors import Conflict, InboxError, Invalid
from inbox.i18n import N_
from inbox.i18n import gettext as _
from inbox.model import Company, ContactKind, Inbox
from inbox.web import asking, fields, forms, keys, nav, words
from inbox.web.pages import contact_merges
from inbox.web.render import render
from inbox.web.route import Access, Route

PATH = "/contacts"

SORTED = {"name": N_("Name"), "added": N_("Added")}


class ContactForm(BaseModel):
    """What an agent may correct of a person."""

    model_config = ConfigDict(str_strip_whitespace=True)

    name: str = Field("", title=N_("Name"), max_length=300)
    kind: ContactKind = Field(ContactKind.CUSTOMER, title=N_("Kind"))
    title: str = Field("", title=N_("Role in the company"), max_length=200)
    language: str = Field("", title=N_("Language"), max_length=16)
    time_zone: str = Field("", title=N_("Time zone"), max_length=64)
    city: str = Field("", title=N_("City"), max_length=120)
    country: str = Field("", title=N_("Country"), pattern="^([A-Za-z]{2})?$")
    about: str = Field(
        "", title=N_("About"), max_length=5000, json_schema_extra={"kind": "textarea"}
    )
    blocked: bool = Field(
        False,
        title=N_("Blocked"),
        description=N_("What they write goes to spam; the chat takes nothing."),
    )

    @field_validator("time_zone")
    @classmethod
    def time_zone_is_known(cls, name: str) -> str:
        if name and name not in available_timezones():
            raise ValueError(N_("Write a time zone like Europe/Belgrade."))
        return name


class NewContactForm(BaseModel):
    """A name, an address, or both."""

    model_config = ConfigDict(str_strip_whitespace=True)

    name: str = Field("", title=N_("Name"), max_length=300)
    email: str = Field(
        "", title=N_("E-mail address"), max_length=254, pattern=r"^([^@\s]+@[^@\s]+)?$",
        json_schema_extra={"kind": "email"},
    )  # fmt: skip
    phone: str = Field(
        "", title=N_("Phone"), max_length=20, pattern=r"^(\+[1-9]\d{5,14})?$",
        description=N_("With the country: +381641234567."), json_schema_extra={"kind": "tel"},
    )  # fmt: skip


async def index(request: web.Request) -> web.StreamResponse:
    query, cursor = request.query.get("q", ""), request.query.get("after", "")
    sort = request.query.get("sort", "name")
    sort = sort if sort in directory.ORDERS else "name"
    page = await asking.database(request).read(
        lambda s: directory.page(s, query, cursor, sort=sort)
    )
    kept = {"q": query, "sort": sort}
    return render(
        request, "contacts/index.html", nav=await nav.load(request), page=page, query=query,
        sort=sort, columns=[_column(name, label, query, sort) for name, label in SORTED.items()],
        next=f"{PATH}?{urlencode({**kept, 'after': page.next})}" if page.next else "",
    )  # fmt: skip


def _column(name: str, label: str, query: str, sort: str) -> dict[str, str]:
    """A column's heading: where it leads, and how the list goes by it now."""
    other = f"-{name}" if sort == name or (name == "added" and sort != "-added") else name
    now = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
    return {
        "label": _(label),
        "sort": now,
        "href": f"{PATH}?{urlencode({'q': query, 'sort': other})}",
    }


async def new(request: web.Request) -> web.StreamResponse:
    return await _new_form(request, {})


async def create(request: web.Request) -> web.StreamResponse:
    values = await forms.posted(request, NewContactForm)
    try:
        form = forms.validated(NewContactForm, values)
        contact = await asking.database(request).write(
            lambda s: contacts.create(s, form.name, _addresses(form), by=asking.actor(request))
        )
    except (Invalid, Conflict) as error:
        return await _new_form(request, values, error)
    raise web.HTTPSeeOther(f"{PATH}/{contact.id}")


async def show(request: web.Request) -> web.StreamResponse:
    contact_id = asking.wanted(request)
    contact = await asking.database(request).read(lambda s: contacts.get(s, contact_id))
    if contact.id != contact_id:  # merged into another
        raise web.HTTPSeeOther(f"{PATH}/{contact.id}")
    return await _page(request, contact.model_dump())


async def update(request: web.Request) -> web.StreamResponse:
    contact_id, by = asking.wanted(request), asking.actor(request)
    values = await forms.posted(request, ContactForm)
    try:
        changes = forms.validated(ContactForm, values).model_dump()
        changes["country"] = changes["country"].upper()

        def work(session: Any) -> None:
            contacts.update(session, contacts.get(session, contact_id), changes, by=by)
            search.index_contact(session, contact_id)

        await asking.database(request).write(work)
    except Invalid as error:
        return await _page(request, values, error)
    raise web.HTTPSeeOther(f"{PATH}/{contact_id}?saved")


ROUTES = [
    Route("GET", PATH, index, Access.AGENT),
    Route("GET", f"{PATH}/new", new, Access.AGENT),
    Route("POST", f"{PATH}/new", create, Access.AGENT),
    Route("GET", f"{PATH}/{{id}}", show, Access.AGENT),
    Route("POST", f"{PATH}/{{id}}", update, Access.AGENT),
]


def _addresses(form: NewContactForm) -> list[Address]:
    found = []
    if form.email:
        found.append(Address(kind=AddressKind.EMAIL, value=form.email.lower(), name=form.name))
    if form.phone:
        found.append(Address(kind=AddressKind.PHONE, value=form.phone, name=form.name))
    return found


async def _new_form(
    request: web.Request, values: Mapping[str, Any], error: InboxError | None = None
) -> web.Response:
    errors = error.fields if isinstance(error, Invalid) else {}
    drawn = fields.describe(NewContactForm, values, errors)
    return render(
        request, "contacts/new.html", status=422 if error else 200, nav=await nav.load(request),
        fields=drawn, problem=_(error.message) if error and not errors else "",
    )  # fmt: skip


def _start_token(session: Any, request: web.Request, contact_id: str) -> str:
    """What ties a Telegram account to this contact; empty where there is no Telegram."""
    wanted = select(Inbox.id).where(Inbox.kind == "telegram", col(Inbox.enabled)).limit(1)
    if session.exec(wanted).first() is None:
        return ""
    return mailtokens.start_token(request.app[keys.SERVICES].vault.key("mail"), contact_id)


async def _page(
    request: web.Request, values: Mapping[str, Any], error: Invalid | None = None
) -> web.Response:
    agent, role, contact_id = request[keys.AGENT], request[keys.ROLE], asking.wanted(request)
    wanted = request.query.get("merge", "")

    def work(session: Any) -> dict[str, Any]:
        visible = access.visible_inboxes(session, agent, role)
        contact = contacts.get(session, contact_id)
        return {
            "contact": contact,
            "company": session.get(Company, contact.company_id) if contact.company_id else None,
            "start_token": _start_token(session, request, contact_id),
            "identities": contacts.identities(session, contact_id),
            "conversations": directory.conversations_of(session, contact_id, list(visible)),
            **contact_merges.beside(session, contact_id, wanted, list(visible)),
        }

    found = await asking.database(request).read(work)
    choices = {
        "language": words.languages(str(values.get("language", ""))),
        "country": words.countries(str(values.get("country", ""))),
    }
    drawn = fields.describe(ContactForm, values, error.fields if error else {}, choices)
    return render(
        request, "contacts/show.html", status=422 if error else 200, nav=await nav.load(request),
        fields=drawn, saved="saved" in request.query, **found,
    )  # fmt: skip
