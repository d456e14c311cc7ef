"""What happened, in order: a program that keeps its place misses nothing."""

from pydantic import Field
from sqlmodel import Session

from inbox.desk import trail
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import LARGEST_PAGE, PAGE, Input
from inbox.web.api.shapes import EventPage
from inbox.web.route import Access

HIGHEST = 2**63 - 1


class After(Input):
    """Begin with 0; then give the `next` of the answer before."""

    after: int = Field(0, ge=0, le=HIGHEST)
    limit: int = Field(PAGE, ge=1, le=LARGEST_PAGE)


def listed(session: Session, call: Call) -> object:
    query = call.query
    found, place = trail.seen(session, query.after, query.limit, call.bearer.inbox_ids)
    return {"items": found, "next": place}


OPERATIONS = [
    Operation(
        method="GET", path="/events", access=Access.API_READ, summary="Events after a place",
        work=listed, query=After, gives=EventPage,
    )
]  # fmt: skip
