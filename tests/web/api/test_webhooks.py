"""Webhooks are kept by administrators' programs."""

import pytest

URL = "https://shop.example/told"


async def test_the_secret_is_shown_once(program):
    client = await program("admin")
    made = await (await client.post("/api/v1/webhooks", json={"url": URL})).json()
    shown = await (await client.get(f"/api/v1/webhooks/{made['id']}")).json()

    assert made["secret"].startswith("whsec_")
    assert "secret" not in shown
    assert shown["events"] == []


async def test_a_webhook_is_changed_and_removed(program):
    client = await program("admin")
    made = await (await client.post("/api/v1/webhooks", json={"url": URL})).json()
    url = f"/api/v1/webhooks/{made['id']}"
    changed = await client.patch(url, json={"enabled": False, "events": ["tag_added"]})

    assert (await changed.json())["enabled"] is False
    assert (await (await client.get(f"{url}/deliveries")).json())["items"] == []
    assert (await client.delete(url)).status == 204
    assert (await client.get(url)).status == 404


@pytest.mark.parametrize(
    "given",
    [
        {"url": "ftp://shop.example/"}, {"url": "https://user@shop.example/"}, {"url": "nothing!"},
        {"url": "http://shop.example:99999/"}, {"url": URL, "events": ["never"]},
        {"url": URL, "inbox_id": "nothing"}, {},
    ],
)  # fmt: skip
async def test_what_can_not_be_called_is_refused(program, given):
    client = await program("admin")

    assert (await client.post("/api/v1/webhooks", json=given)).status == 422


async def test_a_writer_is_not_enough(program):
    client = await program("write")

    assert (await client.get("/api/v1/webhooks")).status == 403
