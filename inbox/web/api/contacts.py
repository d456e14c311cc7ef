"""Contacts by the API."""

from pydantic import Field
from sqlmodel import Session, col, select

from inbox.crm import contacts
from inbox.desk import paging
from inbox.desk.paging import Order
from inbox.envelope import Address, AddressKind
from inbox.model import Contact, ContactKind
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Id, Input, Name, Paged, Words, any_of, changes, no_null
from inbox.web.api.shapes import ContactShape, ContactWithAddresses, Page
from inbox.web.route import Access

ORDER = Order((col(Contact.id),))


class AddressInput(Input):
    """E-mail in any case, phones as +381601234567."""

    kind: AddressKind
    value: Name
    name: str = Field("", max_length=300)


class NewContact(Input):
    model_config = any_of("name", "addresses")

    name: str = Field("", max_length=300)
    addresses: list[AddressInput] = Field(default=[], max_length=50)


class ContactChanges(Input):
    """Only what is given changes."""

    model_config = no_null("company_id")

    name: Name | None = None
    kind: ContactKind | None = None
    title: str | None = Field(None, max_length=200)
    language: str | None = Field(None, max_length=16)
    time_zone: str | None = Field(None, max_length=64)
    city: str | None = Field(None, max_length=120)
    country: str | None = Field(None, pattern="^([A-Z]{2})?$", description="two letters, as in RS")
    about: Words | None = None
    company_id: Id | None = None
    preferred_channel: str | None = Field(None, max_length=32)
    blocked: bool | None = None


def listed(session: Session, call: Call) -> object:
    query = select(Contact).where(col(Contact.merged_into_id).is_(None))
    return paging.page(session, query, ORDER, call.query.cursor, call.query.limit)


def create(session: Session, call: Call) -> object:
    addresses = [address(given) for given in call.body.addresses]
    return whole(session, contacts.create(session, call.body.name, addresses, by=call.by))


def show(session: Session, call: Call) -> object:
    return whole(session, contacts.get(session, call.path["id"]))


def update(session: Session, call: Call) -> object:
    contact = contacts.get(session, call.path["id"])
    wanted = changes(call.body, "company_id")
    return whole(session, contacts.update(session, contact, wanted, by=call.by))


def address(given: AddressInput) -> Address:
    """Normalised, so that it is found again."""
    value = given.value.lower() if given.kind is AddressKind.EMAIL else given.value
    return Address(kind=given.kind, value=value, name=given.name)


def whole(session: Session, contact: Contact) -> ContactWithAddresses:
    session.flush()
    shape = ContactShape.model_validate(contact).model_dump()
    return ContactWithAddresses.model_validate(
        {**shape, "addresses": contacts.identities(session, contact.id)}, from_attributes=True
    )


OPERATIONS = [
    Operation(
        method="GET", path="/contacts", access=Access.API_READ, summary="Contacts, oldest first",
        work=listed, query=Paged, gives=Page[ContactShape],
    ),
    Operation(
        method="POST", path="/contacts", access=Access.API_WRITE, summary="Add a contact",
        work=create, body=NewContact, gives=ContactWithAddresses, status=201,
    ),
    Operation(
        method="GET", path="/contacts/{id}", access=Access.API_READ,
        summary="A contact, or the one it was merged into", work=show, gives=ContactWithAddresses,
    ),
    Operation(
        method="PATCH", path="/contacts/{id}", access=Access.API_WRITE, summary="Change a contact",
        work=update, body=ContactChanges, gives=ContactWithAddresses,
    ),
]  # fmt: skip
