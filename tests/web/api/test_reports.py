"""Reports by the API."""

import pytest

from tests.cast import Cast


async def test_the_reports_are_listed_and_read(program, services):
    services.database.run(lambda s: Cast(s).conversation())
    client = await program("read")
    listed = (await (await client.get("/api/v1/reports")).json())["items"]
    for report in listed:
        found = await (await client.get(f"/api/v1/reports/{report['slug']}")).json()
        names = {column["name"] for column in found["columns"]}
        assert all(set(row) == names for row in found["items"])

    volume = await (await client.get("/api/v1/reports/volume")).json()
    assert len(volume["items"]) == 30
    assert sum(row["begun"] for row in volume["items"]) == 1
    assert volume["items"][-1]["day"] == volume["until"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=2026-01-02&until=2026-01-01", "until"),
        ("since=2020-01-01", "since"),
        ("since=soon", "since"),
        ("team=nothing", "team"),
        ("until=0001-01-01", "until"),
        ("days=7", "days"),
    ],
)
async def test_a_span_that_makes_no_sense_is_refused_with_the_field(program, query, field):
    client = await program("read")
    answer = await client.get(f"/api/v1/reports/volume?{query}")

    assert answer.status == 422
    assert field in (await answer.json())["error"]["fields"]
    assert (await client.get("/api/v1/reports/moods")).status == 404
