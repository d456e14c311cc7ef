"""Calls to the outside reach public addresses only, however an address is spelt."""

import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from inbox import outgoing
from inbox.errors import Unavailable

REFUSED = (
    "127.0.0.1", "0.0.0.0", "::", "::1", "169.254.169.254", "10.1.2.3", "172.16.0.1",
    "192.168.1.1", "100.64.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1",
    "2002:7f00:1::", "224.0.0.1", "255.255.255.255", "198.18.0.1",
    "64:ff9b::10.1.2.3", "64:ff9b:1::127.0.0.1", "::10.1.2.3",
)  # fmt: skip


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    async def hello(request: web.Request) -> web.Response:
        return web.Response(text="inside")

    async def elsewhere(request: web.Request) -> web.Response:
        raise web.HTTPFound(request.query["to"])

    app = web.Application()
    app.add_routes([web.get("/", hello), web.get("/redirect", elsewhere)])
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield server
    await server.close()


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not outgoing.is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"]
)
def test_an_address_of_the_world_is_public(address: str) -> None:
    assert outgoing.is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "localhost.", "0.0.0.0", "127.1", "0x7f.0.0.1", "0177.0.0.1",
        "2130706433", "user@127.0.0.1", "１２７.0.0.1", "①②⑦.0.0.1", "[::ffff:127.0.0.1]",
    ],
)  # fmt: skip
async def test_no_spelling_gets_round_the_guard(server: TestServer, host: str) -> None:
    async with outgoing.client() as client:
        with pytest.raises((Unavailable, aiohttp.ClientError, ValueError)):
            await client.get(f"http://{host}:{server.port}/")


async def test_a_refusal_is_ours_and_says_why(server: TestServer) -> None:
    async with outgoing.client() as client:
        with pytest.raises(outgoing.Refused, match="not public"):
            await client.get(f"http://127.0.0.1:{server.port}/")


async def test_each_hop_of_a_redirect_is_checked(server: TestServer) -> None:
    allowed = f"127.0.0.1:{server.port}"
    async with outgoing.client(private_hosts=allowed) as client:
        to = f"http://localhost:{server.port + 1}/"
        with pytest.raises(outgoing.Refused):
            await client.get(f"http://{allowed}/redirect", params={"to": to})


@pytest.mark.parametrize("to", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://x/", "data:,x"])
async def test_a_redirect_leads_to_no_other_scheme(server: TestServer, to: str) -> None:
    allowed = f"127.0.0.1:{server.port}"
    async with outgoing.client(private_hosts=allowed) as client:
        with pytest.raises(aiohttp.ClientError):
            await client.get(f"http://{allowed}/redirect", params={"to": to})


async def test_a_name_that_leads_inside_is_refused(
    server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def inside(_resolver, host: str, port: int = 0, family: int = 0) -> list[dict]:
        return [
            {
                "hostname": host, "host": "127.0.0.1", "port": port,
                "family": socket.AF_INET, "proto": 0, "flags": 0,
            }
        ]  # fmt: skip

    monkeypatch.setattr(aiohttp.resolver.DefaultResolver, "resolve", inside)
    async with outgoing.client() as client:
        with pytest.raises((outgoing.Refused, aiohttp.ClientError)):
            await client.get(f"http://inside.example:{server.port}/")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://x/", "ftp://x/", "data:,x"])
async def test_only_http_is_spoken(url: str) -> None:
    async with outgoing.client() as client:
        with pytest.raises((aiohttp.ClientError, ValueError)):
            await client.get(url)


async def test_what_the_operator_allows_is_called(server: TestServer) -> None:
    allowed = f"127.0.0.1:{server.port}"
    async with outgoing.client(private_hosts=f" {allowed} ,") as client:
        response = await client.get(f"http://{allowed}/")
        assert await outgoing.read_limited(response) == b"inside"


async def test_a_large_answer_is_cut_off(server: TestServer) -> None:
    allowed = f"127.0.0.1:{server.port}"
    async with outgoing.client(private_hosts=allowed) as client:
        response = await client.get(f"http://{allowed}/")
        with pytest.raises(Unavailable):
            await outgoing.read_limited(response, limit=3)
