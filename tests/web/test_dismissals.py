"""A socket lives no longer than its session."""

import asyncio

from aiohttp import WSCloseCode, WSMsgType

from inbox.desk import agents
from inbox.events import SYSTEM


async def open_socket(client):
    origin = str(client.make_url("/")).rstrip("/")
    return await client.ws_connect("/live", headers={"Origin": origin})


async def closing(socket):
    async with asyncio.timeout(5):
        while True:
            message = await socket.receive()
            if message.type in {WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING}:
                return socket.close_code


async def test_signing_out_closes_the_sockets_of_that_session_alone(signed_in, ana):
    client, other = await signed_in(ana), await signed_in(ana)
    mine, others = await open_socket(client), await open_socket(other)
    await client.post("/sign-out", allow_redirects=False)
    assert await closing(mine) == WSCloseCode.POLICY_VIOLATION
    assert not others.closed
    await others.close()


async def test_a_deactivated_agent_hears_nothing_more(signed_in, ana, services):
    socket = await open_socket(await signed_in(ana))
    await services.database.write(lambda s: agents.set_active(s, ana.id, False, by=SYSTEM))
    assert await closing(socket) == WSCloseCode.POLICY_VIOLATION
