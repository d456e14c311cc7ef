"""The agents, teams and tags there are, by the API."""

from sqlmodel import Session, col, select

from inbox.desk import paging, teams
from inbox.desk.paging import Order
from inbox.model import Agent, Tag, Team
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Paged
from inbox.web.api.shapes import AgentShape, Page, TagShape, TeamShape
from inbox.web.route import Access


def agents(session: Session, call: Call) -> object:
    order = Order((col(Agent.id),))
    return paging.page(session, select(Agent), order, call.query.cursor, call.query.limit)


def all_teams(session: Session, call: Call) -> object:
    order = Order((col(Team.id),))
    found = paging.page(session, select(Team), order, call.query.cursor, call.query.limit)
    members = teams.members_of(session, [team.id for team in found.items])
    items = [
        {
            "id": team.id,
            "name": team.name,
            "strategy": team.strategy,
            "agent_ids": members[team.id],
        }
        for team in found.items
    ]
    return {"items": items, "next": found.next}


def tags(session: Session, call: Call) -> object:
    order = Order((col(Tag.id),))
    return paging.page(session, select(Tag), order, call.query.cursor, call.query.limit)


OPERATIONS = [
    Operation(
        method="GET", path="/agents", access=Access.API_READ, summary="Agents",
        work=agents, query=Paged, gives=Page[AgentShape],
    ),
    Operation(
        method="GET", path="/teams", access=Access.API_READ, summary="Teams and who is in them",
        work=all_teams, query=Paged, gives=Page[TeamShape],
    ),
    Operation(
        method="GET", path="/tags", access=Access.API_READ, summary="Tags",
        work=tags, query=Paged, gives=Page[TagShape],
    ),
]  # fmt: skip
