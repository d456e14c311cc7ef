"""The description is a sound OpenAPI document and covers every route."""

import re

import pytest
from openapi_schema_validator import OAS31Validator
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


def schema(name):
    return document()["components"]["schemas"][name]


@pytest.mark.parametrize(
    ("name", "value", "is_taken"),
    [
        ("NewReply", {"text": "Hello"}, True),
        ("NewReply", {"html": "<p>Hello</p>"}, True),
        ("NewReply", {}, False),
        ("NewReply", {"text": " "}, False),
        ("NewContact", {"name": "Marko"}, True),
        ("NewContact", {"addresses": [{"kind": "email", "value": "m@their.example"}]}, True),
        ("NewContact", {"name": "", "addresses": []}, False),
        ("ContactChanges", {"name": None}, False),
        ("ContactChanges", {"company_id": None}, True),
        ("ContactChanges", {"about": "Nice"}, True),
    ],
)
async def test_what_the_description_allows_is_taken_and_the_rest_is_not(
    program, inbox, name, value, is_taken
):
    client = await program("write")
    to = {"kind": "external", "value": "m1", "name": "Mia"}
    body = {"inbox_id": inbox.id, "to": to, "text": "Hello"}
    begun = await (await client.post("/api/v1/conversations", json=body)).json()
    places = {
        "NewReply": ("POST", f"/conversations/{begun['id']}/replies"),
        "NewContact": ("POST", "/contacts"),
        "ContactChanges": ("PATCH", f"/contacts/{begun['contact_id']}"),
    }
    method, place = places[name]
    validator = OAS31Validator({**schema(name), "components": document()["components"]})
    answer = await client.request(method, f"/api/v1{place}", json=value)

    assert validator.is_valid(value) is is_taken
    assert (answer.status < 300) is is_taken, await answer.text()


async def test_an_error_of_several_fields_stands_under_one_of_them(program, inbox):
    client = await program("write")
    to = {"kind": "external", "value": "m1"}
    body = {"inbox_id": inbox.id, "to": to, "text": "Hello"}
    begun = await (await client.post("/api/v1/conversations", json=body)).json()
    place = f"/api/v1/conversations/{begun['id']}"
    snooze = await client.post(f"{place}/snoozes", json={"until_reply": False})
    split = await client.post(f"{place}/splits", json={})

    assert list((await snooze.json())["error"]["fields"]) == ["until"]
    assert list((await split.json())["error"]["fields"]) == ["message_ids"]
