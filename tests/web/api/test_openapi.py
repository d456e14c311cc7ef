"""The description is a sound OpenAPI document and covers every route."""

import re

from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from inbox.web.api.openapi import document
from inbox.web.route import Access
from inbox.web.routes import ROUTES


async def test_the_description_is_sound(server, program):
    client = await program()
    described = await (await client.get("/api/v1/openapi.json")).json()

    validate(described, cls=OpenAPIV31SpecValidator)
    assert described == document()


def test_every_route_of_programs_is_described():
    served = {
        (route.method.lower(), route.path)
        for route in ROUTES
        if route.access in {Access.API_READ, Access.API_WRITE, Access.API_ADMIN}
    }
    described = {(method, path) for path, known in document()["paths"].items() for method in known}

    assert described == served


def test_every_operation_has_a_name_of_its_own():
    names = [o["operationId"] for known in document()["paths"].values() for o in known.values()]

    assert len(names) == len(set(names))


async def test_the_page_needs_no_script_and_no_style_of_its_own(server, program):
    client = await program()
    answer = await client.get("/api/docs")
    page = await answer.text()

    assert answer.status == 200
    assert "/api/v1/conversations/{id}/replies" in page
    assert " style=" not in page
    assert not re.search(r"<script(?![^>]* src=)", page)
