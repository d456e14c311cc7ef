"""What did not reach a customer, and what came in and was not understood, by the API."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from inbox.desk import arrivals, failures, paging, replies
from inbox.desk.paging import Order
from inbox.i18n import said
from inbox.model import Arrival, ArrivalState, Message
from inbox.web import carrying
from inbox.web.api.conversations import seen_message
from inbox.web.api.operation import Call, Operation
from inbox.web.api.reading import Input, Paged
from inbox.web.api.shapes import MessageShape, Page
from inbox.web.route import Access

QUARANTINE = Order((col(Arrival.id),), descending=True)


class Shape(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class FailureShape(Shape):
    """`message.state` is failed, or unknown where nobody can say; `why` is in English."""

    failed_at: datetime
    why: str
    message: MessageShape


class WayShape(Shape):
    """Give `place` back to send by it."""

    place: str
    channel: str
    inbox_name: str
    address: str


class Ways(Shape):
    items: list[WayShape]


class OtherWay(Input):
    place: str = Field(min_length=1, max_length=100)


class QuarantinedShape(Shape):
    id: str
    inbox_id: str
    external_id: str
    error: str
    size: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class _Page:
    items: list[object]
    next: str


def listed(session: Session, call: Call) -> object:
    found = failures.page(session, call.bearer.inbox_ids, call.query.cursor, call.query.limit)
    shown = found[: call.query.limit]
    items: list[object] = [
        FailureShape(
            failed_at=one.delivery.failed_at or one.delivery.updated_at,
            why=said(one.message.state_reason),
            message=MessageShape.model_validate(one.message),
        )
        for one in shown
    ]
    return _Page(items, shown[-1].delivery.id if len(found) > len(shown) else "")


def retry(session: Session, call: Call) -> object:
    return replies.retry(session, _message(session, call).id, by=call.by)


def dismiss(session: Session, call: Call) -> object:
    return failures.dismiss(session, _message(session, call).id, by=call.by)


def ways(session: Session, call: Call) -> object:
    found = _ways(session, call, _message(session, call))
    return {"items": [WayShape.model_validate(way) for way in found]}


def send_by(session: Session, call: Call) -> object:
    message = _message(session, call)
    offered = _ways(session, call, message)
    sent = failures.send_by(session, message, call.body.place, offered, by=call.by)
    carrying.refuse_too_much(session, sent)
    return sent


def quarantined(session: Session, call: Call) -> object:
    query = select(Arrival).where(Arrival.state == ArrivalState.QUARANTINED)
    return paging.page(session, query, QUARANTINE, call.query.cursor, call.query.limit)


def release(session: Session, call: Call) -> object:
    return arrivals.release(session, call.path["id"], by=call.by)


def discard(session: Session, call: Call) -> object:
    return arrivals.discard(session, call.path["id"], by=call.by)


def _ways(session: Session, call: Call, message: Message) -> list[failures.Way]:
    return failures.ways(session, message, carrying.reach(), call.bearer.inbox_ids)


def _message(session: Session, call: Call) -> Message:
    return seen_message(session, call.bearer, call.path["id"])


OPERATIONS = [
    Operation(
        method="GET", path="/failures", access=Access.API_READ, work=listed, query=Paged,
        summary="Messages that failed and nobody looked after", gives=Page[FailureShape],
    ),
    Operation(
        method="POST", path="/failures/{id}/retries", access=Access.API_WRITE, work=retry,
        summary="Try a failed message again", gives=MessageShape, status=201,
    ),
    Operation(
        method="GET", path="/failures/{id}/ways", access=Access.API_READ, work=ways,
        summary="By which other ways a failed message can go", gives=Ways,
    ),
    Operation(
        method="POST", path="/failures/{id}/ways", access=Access.API_WRITE, work=send_by,
        summary="Send a failed message by another way", body=OtherWay, gives=MessageShape,
        status=201,
    ),
    Operation(
        method="POST", path="/failures/{id}/dismissals", access=Access.API_WRITE, work=dismiss,
        summary="Leave a failed message as it is", gives=MessageShape, status=201,
    ),
    Operation(
        method="GET", path="/quarantine", access=Access.API_ADMIN, work=quarantined, query=Paged,
        summary="What came in and was not understood", gives=Page[QuarantinedShape],
    ),
    Operation(
        method="POST", path="/quarantine/{id}/releases", access=Access.API_ADMIN, work=release,
        summary="Try to understand it again", gives=QuarantinedShape, status=201,
    ),
    Operation(
        method="DELETE", path="/quarantine/{id}", access=Access.API_ADMIN, work=discard,
        summary="Throw it away", status=204,
    ),
]  # fmt: skip
