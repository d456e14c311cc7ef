"""One change to many conversations by the API."""

import pytest
from sqlmodel import Session, select

from inbox.model import Conversation, Status
from tests.cast import Cast


@pytest.fixture
def three(services, owner) -> list[str]:
    def make(session: Session) -> list[str]:
        cast = Cast(session)
        return [cast.conversation().id for _ in range(3)]

    return services.database.run(make)


async def test_a_program_changes_many_and_hears_of_each_that_it_could_not(
    services, program, owner, three
):
    client = await program("write")
    wanted = {
        "conversations": three,
        "status": "resolved",
        "add_tags": ["done"],
        "agent_id": owner.id,
    }
    answer = await client.post("/api/v1/conversation-changes", json=wanted)
    told = await answer.json()

    stand = services.database.look(lambda s: s.exec(select(Conversation)).all())
    assert answer.status == 201, told
    assert (sorted(told["changed"]), told["refused"]) == (sorted(three), [])
    assert {(one.status, one.assignee_id) for one in stand} == {(Status.RESOLVED, owner.id)}
    nobody = wanted | {"agent_id": "nobody"}
    told = await (await client.post("/api/v1/conversation-changes", json=nobody)).json()
    assert [one["id"] for one in told["refused"]] == sorted(three)
    assert "agent" in told["refused"][0]["error"].lower()
    empty = await client.post("/api/v1/conversation-changes", json={"conversations": three})
    assert empty.status == 422
