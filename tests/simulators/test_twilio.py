"""The simulated Twilio: its REST API, its signed calls, and what it can be told to do wrong."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from inbox.envelope import FilePart
from inbox.simulators import twilio
from inbox.simulators.faults import Failure
from inbox.simulators.providers import Simulators

if TYPE_CHECKING:
    from conftest import HookCall, Shop

EMMA = "+12025550101"
LOGIN = {"Authorization": aiohttp.encode_basic_auth(twilio.ACCOUNT_SID, twilio.AUTH_TOKEN)}


def form_of(call: HookCall) -> dict[str, str]:
    return dict(parse_qsl(call.body.decode(), keep_blank_values=True))


def is_signed(call: HookCall) -> bool:
    validator = RequestValidator(twilio.AUTH_TOKEN)
    return validator.validate(call.url, form_of(call), call.headers["X-Twilio-Signature"])


async def ask(
    simulators: Simulators,
    method: str,
    path: str,
    login: dict[str, str] | None = LOGIN,
    **options: Any,
) -> tuple[int, dict[str, Any], Any]:
    url = f"{simulators.twilio.server.url}/2010-04-01/Accounts/{twilio.ACCOUNT_SID}{path}"
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, url, headers=login, **options) as answer,
    ):
        return answer.status, await answer.json(), answer.headers


async def create(simulators: Simulators, **fields: str) -> tuple[int, dict[str, Any], Any]:
    form = {"To": EMMA, "From": twilio.NUMBER, "Body": "It left today.", **fields}
    return await ask(simulators, "POST", "/Messages.json", data=form)


async def test_an_sms_of_the_shop_reaches_the_customer(simulators: Simulators) -> None:
    status, message, _ = await create(simulators)

    assert (status, message["status"], message["error_code"]) == (201, "queued", None)
    (entry,) = simulators.customers.sms_of(EMMA)
    assert (entry.text, entry.meta["sid"]) == ("It left today.", message["sid"])


async def test_states_are_reported_in_order_and_signed(simulators: Simulators, shop: Shop) -> None:
    _, message, _ = await create(simulators, StatusCallback=f"{shop.url}/hooks/sms")

    calls = [await shop.next_call(), await shop.next_call()]

    assert [form_of(call)["MessageStatus"] for call in calls] == ["sent", "delivered"]
    assert all(form_of(call)["MessageSid"] == message["sid"] for call in calls)
    assert all(is_signed(call) for call in calls)
    _, now, _ = await ask(simulators, "GET", f"/Messages/{message['sid']}.json")
    assert now["status"] == "delivered"


async def test_a_customers_sms_is_posted_signed(simulators: Simulators, shop: Shop) -> None:
    simulators.connect("sms", "i1")

    entry = await simulators.customers.send_sms(EMMA, "Где мой заказ? €")

    call = await shop.next_call()
    form = form_of(call)
    assert (call.path, entry.state) == ("hooks/i1", "received")
    assert (form["From"], form["To"], form["Body"]) == (EMMA, twilio.NUMBER, "Где мой заказ? €")
    assert form["MessageSid"].startswith("SM")
    assert is_signed(call)


async def test_a_wrong_signature_is_wrong(simulators: Simulators, shop: Shop) -> None:
    simulators.connect("sms", "i1")
    simulators.faults("sms").wrong_signature = True
    shop.statuses = [403]

    entry = await simulators.customers.send_sms(EMMA, "Hi")

    assert not is_signed(await shop.next_call())
    assert entry.state == "refused 403"


async def test_an_sms_without_a_hook_goes_nowhere(simulators: Simulators) -> None:
    assert (await simulators.customers.send_sms(EMMA, "Hi")).state == "no hook"


async def test_a_message_can_be_posted_again(simulators: Simulators, shop: Shop) -> None:
    simulators.connect("sms", "i1")
    entry = await simulators.customers.send_sms(EMMA, "Hi")
    await simulators.twilio.post_again(entry)

    first, second = await shop.next_call(), await shop.next_call()

    assert first.body == second.body


async def test_pictures_are_served_to_the_account_only(simulators: Simulators, shop: Shop) -> None:
    simulators.connect("sms", "i1")
    picture = FilePart(name="a.png", content_type="image/png", content=b"\x89PNG")
    await simulators.customers.send_sms(EMMA, "Look", [picture])
    form = form_of(await shop.next_call())

    async with aiohttp.ClientSession() as http:
        async with http.get(form["MediaUrl0"]) as stranger:
            assert stranger.status == 401
        async with http.get(form["MediaUrl0"], headers=LOGIN) as ours:
            assert (ours.content_type, await ours.read()) == ("image/png", b"\x89PNG")

    assert form["NumMedia"] == "1"
    assert form["MessageSid"].startswith("MM")


async def test_the_list_is_newest_first_by_pages(simulators: Simulators) -> None:
    for number in range(3):
        await create(simulators, Body=str(number))

    _, first, _ = await ask(simulators, "GET", "/Messages.json", params={"PageSize": "2"})
    _, rest, _ = await ask(
        simulators, "GET", "/Messages.json", params={"PageSize": "2", "Page": "1", "To": EMMA}
    )
    _, others, _ = await ask(simulators, "GET", "/Messages.json", params={"To": "+15005550006"})

    assert [message["body"] for message in first["messages"]] == ["2", "1"]
    assert first["next_page_uri"]
    assert [message["body"] for message in rest["messages"]] == ["0"]
    assert rest["next_page_uri"] is None
    assert others["messages"] == []


async def test_strangers_get_nothing(simulators: Simulators) -> None:
    wrong = {"Authorization": aiohttp.encode_basic_auth(twilio.ACCOUNT_SID, "wrong")}
    for method, path in (
        ("GET", ".json"),
        ("GET", "/IncomingPhoneNumbers.json"),
        ("POST", "/Messages.json"),
        ("GET", "/Messages.json"),
        ("GET", "/Messages/SM1.json"),
    ):
        for login in (None, wrong):
            status, body, _ = await ask(simulators, method, path, login)
            assert (status, body["code"]) == (401, 20003)


async def test_the_account_and_its_number_are_shown(simulators: Simulators) -> None:
    _, account, _ = await ask(simulators, "GET", ".json")
    _, numbers, _ = await ask(simulators, "GET", "/IncomingPhoneNumbers.json")
    status, _, _ = await ask(simulators, "GET", "/Messages/SM0.json")

    assert account["status"] == "active"
    assert [n["phone_number"] for n in numbers["incoming_phone_numbers"]] == [twilio.NUMBER]
    assert status == 404


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "12"}, 21211),
        ({"From": ""}, 21603),
        ({"From": "+15005550001"}, 21606),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
    ],
)
async def test_bad_messages_get_twilios_codes(
    simulators: Simulators, fields: dict[str, str], code: int
) -> None:
    status, body, _ = await create(simulators, **fields)

    assert (status, body["code"]) == (400, code)
    assert simulators.customers.sms_of(EMMA) == []


async def test_failures_come_as_told(simulators: Simulators) -> None:
    faults = simulators.faults("sms")
    faults.fail(Failure(status=429, code=20429, retry_after=7))
    faults.fail(Failure(status=500, code=20500), times=2)

    answers = [await create(simulators) for _ in range(4)]

    assert [status for status, _, _ in answers] == [429, 500, 500, 201]
    assert answers[0][2]["Retry-After"] == "7"
    assert len(simulators.customers.sms_of(EMMA)) == 1


async def test_a_cut_link_after_acceptance_leaves_doubt(simulators: Simulators) -> None:
    simulators.faults("sms").fail(Failure(status=0, accepted=True, delay=0.01))

    with pytest.raises(aiohttp.ClientError):
        await create(simulators)

    assert len(simulators.customers.sms_of(EMMA)) == 1


async def test_an_outage_refuses_connections_until_it_ends(simulators: Simulators) -> None:
    await simulators.set_outage("sms", on=True)
    with pytest.raises(aiohttp.ClientConnectorError):
        await create(simulators)

    await simulators.set_outage("sms", on=False)

    assert (await create(simulators))[0] == 201


async def test_a_report_of_a_failure_carries_its_code(simulators: Simulators, shop: Shop) -> None:
    await create(simulators, StatusCallback=f"{shop.url}/hooks/sms")
    for _ in range(2):
        await shop.next_call()
    (entry,) = simulators.customers.sms_of(EMMA)

    entry.meta["error_code"] = 30003
    await simulators.twilio.report(entry, "undelivered")

    assert form_of(await shop.next_call())["ErrorCode"] == "30003"


async def test_an_unanswered_hook_is_told_apart(simulators: Simulators) -> None:
    simulators.hooks.base_url = "http://127.0.0.1:1"
    simulators.connect("sms", "i1")

    assert (await simulators.customers.send_sms(EMMA, "Hi")).state == "refused 0"


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=5))
def test_our_signature_is_the_one_twilio_computes(form: dict[str, str]) -> None:
    url = "https://shop.example/hooks/1"

    signature = twilio.sign(url, form)

    assert signature == RequestValidator(twilio.AUTH_TOKEN).compute_signature(url, form)


async def test_stopping_in_the_middle_leaves_no_task(simulators: Simulators) -> None:
    simulators.twilio.step_seconds = 60
    await create(simulators)

    await simulators.twilio.close()

    assert not simulators.twilio._tasks
    assert not [task for task in asyncio.all_tasks() if "_carry" in repr(task.get_coro())]
