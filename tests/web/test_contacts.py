"""The contacts' pages."""

import pytest
from sqlmodel import select

from inbox.crm import contacts
from inbox.desk import conversations, directory
from inbox.desk.search import people
from inbox.envelope import Address
from inbox.events import SYSTEM
from inbox.model import Contact, Event, Identity, Inbox


@pytest.fixture
async def client(signed_in, ana):
    return await signed_in(ana)


@pytest.fixture
def mika(services):
    address = Address(kind="email", value="mika@example.org", name="Mika")
    return services.database.run(lambda s: contacts.create(s, "Mika", [address], by=SYSTEM))


def post(client, path, data):
    return client.post(path, data=data, allow_redirects=False)


async def test_a_contact_is_found_by_name_and_by_address(client, mika, services):
    services.database.run(lambda s: contacts.create(s, "Other", [], by=SYSTEM))
    services.database.run(people.index_new)
    for query in ("mik", "MIKA@"):
        page = await (await client.get("/contacts", params={"q": query})).text()
        assert "mika@example.org" in page
        assert "Other" not in page
    assert "Nobody found." in await (await client.get("/contacts?q=%25")).text()


def test_pages_follow_each_other_without_gaps_or_doubles(services):
    def work(session):
        for number in range(25):
            contacts.create(session, f"Same {number % 3}", [], by=SYSTEM)

    services.database.run(work)
    seen, after = [], ""
    while True:
        page = services.database.look(lambda s, a=after: directory.page(s, "", a, limit=10))
        seen += [entry.contact.id for entry in page.entries]
        after = page.next
        if not after:
            break
    assert len(seen) == len(set(seen)) == 25


async def test_a_contact_is_added_with_its_address(client, services):
    form = {"name": "Pera", "email": "Pera@Example.org", "phone": "+381641234567"}
    answer = await post(client, "/contacts/new", form)
    assert answer.status == 303
    page = await (await client.get(answer.headers["Location"])).text()
    assert "pera@example.org" in page
    assert "+381641234567" in page


async def test_an_address_of_somebody_else_is_refused_and_the_form_keeps_what_was_typed(
    client, mika, services
):
    form = {"name": "Thief", "email": "mika@example.org", "phone": ""}
    answer = await post(client, "/contacts/new", form)
    page = await answer.text()
    assert answer.status == 422
    assert "belongs to another contact" in page
    assert 'value="Thief"' in page
    assert len(services.database.look(lambda s: s.exec(select(Identity)).all())) == 1


@pytest.mark.parametrize(
    "form",
    [{"name": "", "email": "", "phone": ""}, {"name": "x", "phone": "12"}, {"email": "not one"}],
)
async def test_a_contact_needs_a_name_or_a_real_address(client, services, form):
    assert (await post(client, "/contacts/new", form)).status == 422
    assert services.database.look(lambda s: s.exec(select(Contact)).all()) == []


async def test_a_record_is_corrected_and_the_event_says_what_it_was(client, mika, services, ana):
    form = {"name": "Mihajlo", "kind": "partner", "country": "rs", "time_zone": "Europe/Belgrade"}
    assert (await post(client, f"/contacts/{mika.id}", form)).status == 303
    found = services.database.look(lambda s: s.get(Contact, mika.id))
    assert (found.name, found.kind, found.country) == ("Mihajlo", "partner", "RS")
    event = services.database.look(
        lambda s: s.exec(select(Event).where(Event.kind == "contact_updated")).one()
    )
    assert event.actor_id == ana.id
    assert event.particulars["before"]["name"] == "Mika"


async def test_who_loses_his_name_is_listed_by_his_address(services, mika):
    def work(session):
        inbox = Inbox(name="Shop", kind="api", slug="shop")
        session.add(inbox)
        session.flush()
        to = Address(kind="email", value="mika@example.org")
        begun = conversations.start(session, inbox, to, "Boiler", by=SYSTEM)
        contact = contacts.get(session, mika.id)
        contacts.update(session, contact, {"name": ""}, by=SYSTEM)
        return begun.contact_name

    assert services.database.run(work) == "mika@example.org"


async def test_languages_and_countries_are_chosen_by_name(client, mika, services):
    saved = {"name": "Mika", "language": "sr-Latn", "country": "RS"}
    await post(client, f"/contacts/{mika.id}", saved)

    page = await (await client.get(f"/contacts/{mika.id}")).text()

    assert '<option value="sr-Latn" selected>Serbian (Latin)</option>' in page
    assert '<option value="RS" selected>Serbia</option>' in page
    assert '<option value="tlh-Latn"' not in page

    await post(client, f"/contacts/{mika.id}", {**saved, "language": "tlh-Latn"})

    page = await (await client.get(f"/contacts/{mika.id}")).text()
    assert '<option value="tlh-Latn" selected>' in page  # one that nobody offers is kept


async def test_a_wrong_field_is_said_and_the_rest_is_kept(client, mika, services):
    form = {"name": "Mihajlo", "time_zone": "Mars", "country": "Serbia"}
    answer = await post(client, f"/contacts/{mika.id}", form)
    page = await answer.text()
    assert answer.status == 422
    assert "Write a time zone like" in page
    assert 'value="Mihajlo"' in page
    assert services.database.look(lambda s: s.get(Contact, mika.id)).name == "Mika"


async def test_what_a_contact_is_called_is_never_markup(client, services):
    await post(client, "/contacts/new", {"name": "<script>alert(1)</script>"})
    page = await (await client.get("/contacts")).text()
    assert "<script>alert" not in page


async def test_nobody_is_there(client):
    assert (await client.get("/contacts/nobody")).status == 404
