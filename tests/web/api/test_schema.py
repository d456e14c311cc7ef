"""Every operation keeps to its own description, whatever is sent: no 500, no shape but ours."""

import asyncio

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from inbox.web.api import OPERATIONS
from inbox.web.api.openapi import document

EXAMPLES = 12
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance,
]  # fmt: skip
SCHEMA = schemathesis.openapi.from_dict(document())
SCHEMA.config.generation.update(modes=list(GenerationMode))
OPERATED = [o for o in OPERATIONS if o.path != "/stream"]  # a WebSocket; test_stream has it


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.mark.parametrize("operation", OPERATED, ids=lambda o: f"{o.method} {o.path}")
async def test_an_operation_keeps_to_its_description(server, program, operation) -> None:
    client = await program("admin")
    headers = {"Authorization": client.session.headers["Authorization"]}
    described = SCHEMA[f"/api/v1{operation.path}"][operation.method]
    base = str(server.make_url("/"))

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(case=described.as_strategy())
    def whatever_is_sent(case) -> None:
        case.call_and_validate(base_url=base, headers=headers, checks=CHECKS)

    await asyncio.to_thread(whatever_is_sent)
