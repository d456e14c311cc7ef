"""Teams and who is in them."""

import sqlalchemy as sa
from sqlmodel import Session

from inbox.desk import teams
from inbox.model import Team
from tests.cast import Cast


def test_the_members_of_many_teams_take_one_query(session: Session, cast: Cast) -> None:
    others = [Team(name=f"Team {number}") for number in range(5)]
    session.add_all(others)
    session.flush()
    statements: list[str] = []

    def count(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    sa.event.listen(session.connection(), "before_cursor_execute", count)
    found = teams.members_of(session, [cast.team.id, *(team.id for team in others)])
    sa.event.remove(session.connection(), "before_cursor_execute", count)

    assert len(statements) == 1
    assert sorted(found[cast.team.id]) == sorted(agent.id for agent in cast.agents.values())
    assert found[others[0].id] == []
