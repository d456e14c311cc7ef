"""Whether somebody is there, when we are back, and how long an answer takes."""

from datetime import timedelta
from typing import Any

from inbox import clock
from inbox.model import BusinessHours, Contact, Conversation, Inbox, Status


def open_at(services: Any, inbox: Any, week: dict[str, Any]) -> None:
    def work(session: Any) -> None:
        hours = BusinessHours(name="Shop", time_zone="UTC", week=week)
        session.add(hours)
        session.flush()
        session.get(Inbox, inbox.id).business_hours_id = hours.id

    services.database.run(work)


def answered(services: Any, inbox: Any, *minutes: int) -> None:
    def work(session: Any) -> None:
        contact = Contact(name="Ana")
        session.add(contact)
        session.flush()
        now = clock.now()
        session.add_all(
            Conversation(
                number=number,
                contact_id=contact.id,
                inbox_id=inbox.id,
                status=Status.WAITING,
                last_at=now,
                first_reply_at=now + timedelta(minutes=wait),
                created_at=now,
            )
            for number, wait in enumerate(minutes, start=1)
        )

    services.database.run(work)


async def now(client: Any, inbox: Any) -> dict[str, Any]:
    found: dict[str, Any] = await (await client.get(f"/widget/{inbox.id}/now")).json()
    return found


async def test_without_business_hours_we_are_always_there(client, inbox):
    assert await now(client, inbox) == {"is_open": True, "opens_at": None, "seconds": None}


async def test_out_of_hours_it_says_when_we_are_back(client, inbox, services):
    tomorrow = clock.now() + timedelta(days=1)
    open_at(services, inbox, {str(tomorrow.weekday()): [["09:00", "17:00"]]})
    found = await now(client, inbox)
    assert found["is_open"] is False
    assert found["opens_at"].startswith(f"{tomorrow:%Y-%m-%d}T09:00")


async def test_who_never_opens_promises_nothing(client, inbox, services):
    open_at(services, inbox, {})
    assert await now(client, inbox) == {"is_open": False, "opens_at": None, "seconds": None}


async def test_the_reply_time_is_the_median_of_the_last_first_replies(client, inbox, services):
    answered(services, inbox, 1, 2, 8, 30, 600)
    assert (await now(client, inbox))["seconds"] == 8 * 60


async def test_a_few_answers_say_nothing_and_slow_ones_are_not_boasted_of(
    client, make_inbox, services
):
    few, slow = make_inbox(slug="few"), make_inbox(slug="slow")
    answered(services, few, 1, 2, 3, 4)
    assert (await now(client, few))["seconds"] is None
    services.database.run(lambda s: s.exec(Conversation.__table__.delete()))
    answered(services, slow, *[60 * 48] * 6)
    assert (await now(client, slow))["seconds"] is None


async def test_a_reply_time_of_ones_own_is_not_measured(client, make_inbox, services):
    inbox = make_inbox(reply_time="Soon")
    answered(services, inbox, 1, 2, 8, 30, 600)
    assert (await now(client, inbox))["seconds"] is None
