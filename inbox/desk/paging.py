"""Pages by keyset: the same cost at any depth, and nothing is shown twice or passed over."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
import sqlalchemy as sa
from sqlmodel import Session

from inbox.errors import Invalid
from inbox.model.base import UtcDateTime

Row = TypeVar("Row")

USUAL = 50
HIGHEST = 2**63


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`next` is the cursor of the page after, None at the end."""

    items: Sequence[Row]
    next: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """By these columns, which together name one row."""

    columns: Sequence[Any]
    descending: bool = False


def page(session: Session, query: Any, order: Order, cursor: str, limit: int) -> Page[Any]:
    """Up to `limit` rows of `query` after `cursor`; an empty one begins."""
    if cursor:
        keys, place = sa.tuple_(*order.columns), place_of(cursor, order.columns)
        query = query.where(keys < place if order.descending else keys > place)
    sorting = [c.desc() if order.descending else c.asc() for c in order.columns]
    found = list(session.exec(query.order_by(*sorting).limit(limit + 1)))
    items = found[:limit]
    return Page(items, cursor_after(items[-1], order.columns) if len(found) > limit else None)


def cursor_after(row: Any, columns: Sequence[Any]) -> str:
    """For `next`: the place behind this row."""
    values = orjson.dumps([getattr(row, column.key) for column in columns])
    return base64.urlsafe_b64encode(values).decode().rstrip("=")


def place_of(cursor: str, columns: Sequence[Any]) -> sa.Tuple:
    """What the columns are to be compared with; Invalid for what was never in `next`."""
    wrong = Invalid(fields={"cursor": "Give a cursor as it was in `next`."})
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise wrong from None
    if not isinstance(values, list) or len(values) != len(columns):
        raise wrong
    return sa.tuple_(*(_literal(v, c, wrong) for v, c in zip(values, columns, strict=True)))


def _literal(value: Any, column: Any, wrong: Invalid) -> Any:
    if type(value) is int and isinstance(column.type, sa.Integer) and abs(value) < HIGHEST:
        return sa.literal(value, sa.BigInteger())
    if not isinstance(value, str) or "\0" in value or isinstance(column.type, sa.Integer):
        raise wrong
    if not isinstance(column.type, UtcDateTime):
        return sa.literal(value)
    try:
        return sa.literal(datetime.fromisoformat(value).astimezone(), UtcDateTime)
    except ValueError:
        raise wrong from None
