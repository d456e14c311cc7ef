"""Reports as pages: a table with bars, by days and team, and as CSV."""

import csv
import io
import xml.etree.ElementTree as ET

import pytest

from inbox import clock, reports
from inbox.desk import interactions, replies
from inbox.desk.interactions import Logged
from inbox.desk.replies import Composed
from inbox.events import Actor
from inbox.model import Agent, Direction, Inbox, InteractionKind
from tests.cast import Cast

CALL = Logged(
    kind=InteractionKind.CALL, direction=Direction.INCOMING, at=clock.now(), text="Hi", seconds=60
)


@pytest.fixture
def cast(services, owner):
    def work(session):
        cast = Cast(session)
        cast.agents["Ana"].name = "=1+1"
        session.add(cast.agents["Ana"])
        conversation = cast.conversation(team_id=cast.team.id)
        cast.incoming(conversation)
        by = Actor.agent(session.get_one(Agent, cast.agents["Ana"].id))
        replies.reply(session, conversation, Composed(text="Hi"), by=by, request_id="1")
        interactions.log(session, conversation, CALL, by=by)
        return cast

    return services.database.run(work)


@pytest.mark.parametrize("slug", [report.slug for report in reports.REPORTS])
async def test_each_report_has_a_page_with_bars(signed_in, owner, cast, slug: str) -> None:
    browser = await signed_in(owner)
    answer = await browser.get(f"/reports/{slug}?days=7&team={cast.team.id}")
    page = await answer.text()

    assert answer.status == 200
    assert "<rect" in page
    assert f'href="/reports/{slug}?days=7&amp;team={cast.team.id}&amp;format=csv"' in page
    table = page[page.index("<table") : page.index("</table>") + 8]
    assert ET.fromstring(table.replace("&nbsp;", " "))


async def test_the_csv_is_for_spreadsheets_and_runs_nothing_in_them(signed_in, owner, cast) -> None:
    browser = await signed_in(owner)
    answer = await browser.get("/reports/agents?format=csv")
    rows = list(csv.DictReader(io.StringIO(await answer.text())))

    assert answer.content_type == "text/csv"
    assert ("'=1+1", "1") in {(row["Agent"], row["Answers"]) for row in rows}


async def test_what_an_agent_may_not_see_is_not_counted(
    services, signed_in, ana, owner, cast
) -> None:
    def restrict(session):
        inbox = session.get_one(Inbox, cast.inbox.id)
        inbox.restricted = True
        session.add(inbox)

    services.database.run(restrict)
    numbers = []
    for agent in (owner, ana):
        page = await (await signed_in(agent)).get("/reports/channels?format=csv")
        numbers.append(len((await page.text()).splitlines()))

    assert numbers == [2, 1]


async def test_a_report_that_there_is_not_is_not_found(signed_in, owner) -> None:
    browser = await signed_in(owner)

    assert (await browser.get("/reports/moods")).status == 404
    assert (await browser.get("/reports", allow_redirects=False)).status == 303
