"""Twilio's REST API: several numbers, files, what its list knows, and WhatsApp's templates."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import orjson
import pytest
from pydantic import SecretStr

from inbox.channels.base import Account, LoginRefused, PermanentFailure, TemporaryFailure
from inbox.channels.sms import SmsChannel, SmsSettings
from inbox.envelope import Address, DeliveryReport, FilePart, OutboundEnvelope, RawItem, Template

OURS, SECOND = "+15005550006", "+15005550007"
SINCE = datetime(2026, 5, 4, 10, tzinfo=UTC)
ENVELOPE = OutboundEnvelope(
    delivery_id="d1",
    message_id="m1",
    recipient=Address(kind="phone", value="+381641234567"),
    text="It’s on its way – today",
)


def settings(**changes):
    given = {"account_sid": "AC1", "auth_token": SecretStr("t"), "sender": OURS}
    return SmsSettings(**(given | {"more_senders": [SECOND]} | changes))


def opened(provider, account, **changes):
    changes = {"api_base": provider.base, "content_base": provider.base} | changes
    return SmsChannel(account(settings(**changes)))


def record(**changes):
    given = {
        "sid": "SM1", "direction": "inbound", "from": "+381641234567", "to": OURS, "body": "Hi",
        "num_media": "0", "date_created": "Mon, 04 May 2026 10:00:05 +0000", "status": "received",
    }  # fmt: skip
    return given | changes


def sent(**changes):
    given = {"sid": "SM2", "direction": "outbound-api", "from": OURS, "to": "+381641234567"}
    return record(**(given | {"body": ENVELOPE.text, "status": "delivered"} | changes))


async def test_a_message_goes_out_from_the_number_that_was_chosen(provider, account):
    provider.will_answer(201, {"sid": "SM1"})

    await opened(provider, account).send(replace(ENVELOPE, sender=SECOND))

    assert provider.seen[0].form["From"] == SECOND


async def test_files_are_addresses_that_twilio_fetches(provider, account):
    provider.will_answer(201, {"sid": "MM1"})
    file = FilePart(name="a.png", content_type="image/png", content=b"x", link="https://ours/m/1")

    await opened(provider, account).send(replace(ENVELOPE, text="", files=(file,)))

    assert provider.seen[0].form["MediaUrl"] == "https://ours/m/1"
    assert "Body" not in provider.seen[0].form


async def test_a_template_is_sent_by_its_sid_with_its_variables(provider, account):
    provider.will_answer(201, {"sid": "SM1"})
    template = Template(provider_id="HX1", name="t", language="en", values={"1": "Jana"})

    await opened(provider, account).send(replace(ENVELOPE, template=template))

    form = provider.seen[0].form
    assert (form["ContentSid"], orjson.loads(form["ContentVariables"])) == ("HX1", {"1": "Jana"})
    assert "Body" not in form


async def test_what_twilio_has_comes_as_its_webhook_would_have_brought_it(provider, account):
    """Newest first, by pages; what belongs to another inbox of the account is left out."""
    first = {"messages": [record(sid="SM3", body="new"), record(sid="SMx", to="+15005550099")]}
    more = {"next_page_uri": "/2010-04-01/Accounts/AC1/Messages.json?Page=1"}
    provider.will_answer(200, first | more)
    provider.will_answer(200, {"messages": [sent(status="failed", error_code=30003), record()]})
    channel = opened(provider, account)

    items = await channel.said_since(SINCE)

    assert [item.external_id for item in items] == ["SM1", "status:SM2:failed", "SM3"]
    understood = [channel.parse(item)[0] for item in items]
    assert understood[0].text == "Hi"
    assert isinstance(understood[1], DeliveryReport)
    assert understood[1].link == "https://www.twilio.com/docs/api/errors/30003"


async def test_the_files_of_a_message_from_the_list_are_found_and_fetched(provider, account):
    provider.will_answer(200, {"messages": [record(num_media="1")]})
    provider.will_answer(200, {"media_list": [{"sid": "ME1", "content_type": "image/png"}]})
    provider.answers.append(b"picture")
    channel = opened(provider, account)

    (item,) = await channel.said_since(SINCE)
    (part,) = channel.parse(item)[0].files
    fetched = await channel.fetch(part)

    assert (fetched.content, fetched.content_type) == (b"picture", "image/png")
    assert provider.seen[-1].path.endswith("/Messages/SM1/Media/ME1")


@pytest.mark.parametrize(
    ("changes", "is_it"),
    [
        ({}, True),
        ({"body": "It's on its way - today"}, True),  # quotes and dashes made plain
        ({"body": "Another text"}, False),
        ({"date_created": "Mon, 04 May 2026 09:00:00 +0000"}, False),
        ({"direction": "inbound"}, False),
        ({"num_media": "1"}, False),
        ({"from": SECOND}, False),  # the same, said by another inbox or as another answer
    ],
)
async def test_what_went_out_is_known_by_what_it_says_and_when(provider, account, changes, is_it):
    provider.will_answer(200, {"messages": [sent(**changes)]})

    found = await opened(provider, account).sent_since(ENVELOPE, SINCE)

    assert [one.provider_id for one in found] == (["SM2"] if is_it else [])


async def test_what_a_messaging_service_sent_is_known_whichever_number_it_chose(provider, account):
    provider.will_answer(
        200, {"messages": [sent(**{"messaging_service_sid": "MG1", "from": None})]}
    )

    found = await opened(provider, account, sender="MG1").sent_since(ENVELOPE, SINCE)

    assert [one.provider_id for one in found] == ["SM2"]


@pytest.mark.parametrize(
    ("status", "error"), [(401, LoginRefused), (429, TemporaryFailure), (500, TemporaryFailure)]
)
async def test_a_list_that_cannot_be_had_says_why(provider, account, status, error):
    provider.will_answer(status, {})

    with pytest.raises(error):
        await opened(provider, account).said_since(SINCE)


async def test_approved_templates_are_known_with_their_variables(provider, account):
    content = {
        "sid": "HX1", "friendly_name": "order_update", "language": "en",
        "variables": {"1": "Jana", "2": "Friday"},
        "types": {"twilio/text": {"body": "Hello {{1}}, it comes on {{2}}."}},
        "approval_requests": {"status": "approved", "category": "UTILITY"},
    }  # fmt: skip
    waiting = content | {"sid": "HX2", "approval_requests": {"status": "pending"}}
    provider.will_answer(200, {"contents": [content, waiting], "meta": {}})

    first, second = await opened(provider, account).templates()

    assert (first.name, first.approved, second.approved) == ("order_update", True, False)
    assert [(one["name"], one["example"]) for one in first.variables] == [
        ("1", "Jana"),
        ("2", "Friday"),
    ]


async def test_a_refusal_leads_to_twilios_page_about_it(provider, account):
    provider.will_answer(400, {"code": 21610, "message": "blocked"})

    with pytest.raises(PermanentFailure) as caught:
        await opened(provider, account).send(ENVELOPE)

    assert caught.value.link == "https://www.twilio.com/docs/api/errors/21610"


@pytest.mark.parametrize(
    ("fields", "consent", "automatic"),
    [
        ({"Body": "STOP"}, "stopped", True),
        ({"Body": "Start"}, "started", True),
        ({"Body": "help"}, "help", False),
        ({"Body": "help", "OptOutType": "HELP"}, "", False),  # Twilio has answered
        ({"Body": "I need help"}, "", False),
    ],
)
def test_what_carriers_know_is_consent_and_starts_no_clock(fields, consent, automatic):
    channel = SmsChannel(Account(inbox_id="i", name="SMS", settings=settings()))
    fields = {"MessageSid": "SM1", "From": "+381641234567", "To": OURS} | fields
    form = "application/x-www-form-urlencoded"
    item = RawItem(
        external_id="SM1", content=urlencode(fields).encode(), meta={"content_type": form}
    )

    (envelope,) = channel.parse(item)

    assert (envelope.consent, envelope.automatic) == (consent, automatic)
