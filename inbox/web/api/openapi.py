"""The description of the API, for programs and for people, made from the table of operations."""

import re
from functools import cache
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

import inbox
from inbox.web.api import OPERATIONS
from inbox.web.api.idempotency import HEADER, LONGEST
from inbox.web.api.operation import PREFIX, Operation
from inbox.web.api.shapes import Error
from inbox.web.render import render
from inbox.web.route import Access, Route

JSON = "application/json"
REF = "#/components/schemas/{model}"
REFUSALS = {
    "400": "The request can't be understood",
    "401": "There is no valid token",
    "403": "The token lacks the scope",
    "404": "There is no such thing",
    "409": "Somebody was first, or the key was used for something else",
    "422": "A field can't be taken; the answer says which and what would do",
}


async def show(request: web.Request) -> web.Response:  # noqa: ARG001  the shape of a handler
    return web.Response(body=orjson.dumps(document()), content_type=JSON)


async def read(request: web.Request) -> web.Response:
    """The same as a page, without a script."""
    return render(request, "api/docs.html", api=document(), wide=True)


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1."""
    names, schemas = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        described = _describe(operation, names, schemas)
        paths.setdefault(PREFIX + operation.path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "Inbox", "version": inbox.__version__},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


Names = dict[type[BaseModel], dict[str, str]]


def _schemas() -> tuple[Names, dict[str, Any]]:
    """A reference for each model, and the definitions that they lead to."""
    asked = {m for o in OPERATIONS for m in (o.body, o.query) if m}
    given = {o.gives for o in OPERATIONS if o.gives} | {Error}
    wanted: list[tuple[type[BaseModel], Any]] = [(m, "validation") for m in asked]
    wanted += [(m, "serialization") for m in given]
    wanted.sort(key=lambda pair: pair[0].__name__)
    references, definitions = models_json_schema(wanted, ref_template=REF)
    names = {model: references[model, mode] for model, mode in wanted}
    return names, definitions["$defs"]


def _describe(operation: Operation, names: Names, schemas: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": _id(operation),
        "summary": operation.summary,
        "description": f"Needs a token with the scope {operation.access.partition(':')[2]}.",
        "parameters": _parameters(operation, names, schemas),
        "responses": {str(operation.status): _answer(operation, names), **_refusals(names)},
    }
    if operation.body:
        described["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": names[operation.body]}},
        }
    return described


def _parameters(
    operation: Operation, names: Names, schemas: dict[str, Any]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    if operation.query:
        schema = schemas[names[operation.query]["$ref"].rpartition("/")[2]]
        found += [
            {
                "name": name,
                "in": "query",
                "description": particulars.get("description", ""),
                "schema": particulars,
            }
            for name, particulars in schema["properties"].items()
        ]
    if operation.method == "POST" and operation.work:
        schema = {"type": "string", "minLength": 1, "maxLength": LONGEST}
        found.append({"name": HEADER, "in": "header", "schema": schema})
    return found


def _answer(operation: Operation, names: Names) -> dict[str, Any]:
    if operation.gives is None:
        return {"description": "Done"}
    return {"description": "Done", "content": {JSON: {"schema": names[operation.gives]}}}


def _refusals(names: Names) -> dict[str, Any]:
    content = {JSON: {"schema": names[Error]}}
    return {status: {"description": text, "content": content} for status, text in REFUSALS.items()}


def _id(operation: Operation) -> str:
    words = re.findall(r"\w+", operation.path)
    return "_".join([operation.method.lower(), *words])


ROUTES = [
    Route("GET", f"{PREFIX}/openapi.json", show, Access.PUBLIC),
    Route("GET", "/api/docs", read, Access.PUBLIC),
]
