"""One thing that programs can do: its URL, its shapes, and the unit of work behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session

from inbox.desk.tokens import Bearer
from inbox.errors import Conflict, Unavailable
from inbox.events import Actor
from inbox.services import Services
from inbox.web import keys
from inbox.web.api import idempotency
from inbox.web.api.reading import read_body, read_path, read_query
from inbox.web.route import Access, Handler, Route

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a unit of work is given; `prepared` is what the operation's `prepare` answered.

    `request_id` is the same when the same request is sent again with its Idempotency-Key.
    """

    services: Services
    bearer: Bearer
    by: Actor
    path: dict[str, str]
    request_id: str
    body: Any = None
    query: Any = None
    prepared: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`work` runs in one transaction and answers what `gives` is read from.

    `prepare` runs before it, outside of any thread, for what needs the event loop.
    `handler` stands in for all of this where an operation is no unit of work.
    """

    method: str
    path: str
    access: Access
    summary: str
    work: Callable[[Session, Call], Any] | None = None
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    gives: type[BaseModel] | None = None
    status: int = 200
    prepare: Callable[[Services, Any], Any] | None = None
    handler: Handler | None = None

    def route(self) -> Route:
        handler = self.handler or _handler(self)
        return Route(self.method, PREFIX + self.path, handler, self.access)


def _handler(operation: Operation) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        call, fingerprint = await _read(operation, request)

        def work(session: Session) -> tuple[int, str]:
            return operation.status, _body(operation, session, call)

        key = request.headers.get(idempotency.HEADER)
        database, vault = call.services.database, call.services.vault
        try:
            if operation.method == "GET":
                status, text = await database.read(work)
            elif operation.method == "POST" and key is not None:
                remember = idempotency.Remember(request[keys.BEARER].token.id, key, fingerprint)
                status, text = await database.write(
                    lambda s: idempotency.once(s, remember, vault, work)
                )
            else:
                status, text = await database.write(work)
        except IntegrityError:
            raise Conflict("What this refers to is not there, or is there already.") from None
        except OperationalError as error:
            raise Unavailable("The database does not answer. Try again.") from error
        if not text:
            return web.Response(status=status)
        return web.Response(text=text, status=status, content_type="application/json")

    return handle


async def _read(operation: Operation, request: web.Request) -> tuple[Call, str]:
    services, bearer = request.app[keys.SERVICES], request[keys.BEARER]
    content = await request.read() if operation.body else b""
    body = read_body(operation.body, content) if operation.body else None
    key = request.headers.get(idempotency.HEADER)
    call = Call(
        services=services,
        bearer=bearer,
        by=bearer.actor,
        path=read_path(request.match_info),
        request_id=f"{bearer.token.id}:{idempotency.short(key)}"
        if key
        else request[keys.REQUEST_ID],
        body=body,
        query=read_query(operation.query, request.query) if operation.query else None,
        prepared=operation.prepare(services, body) if operation.prepare else None,
    )
    return call, idempotency.fingerprint(request.method, request.path, content)


def _body(operation: Operation, session: Session, call: Call) -> str:
    """Drawn within the transaction, so that it tells what was done and nothing later."""
    assert operation.work
    found = operation.work(session, call)
    session.flush()
    if operation.gives is None:
        return ""
    return operation.gives.model_validate(found, from_attributes=True).model_dump_json()
