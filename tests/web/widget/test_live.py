from typing import Any

import pytest
from aiohttp import WSCloseCode, WSMsgType, WSServerHandshakeError

from inbox.web.widget.lobby import LOBBY
from tests.web.webchat_desk import answer, take_in


async def connect(client: Any, inbox: Any, **hello: Any) -> Any:
    socket = await client.ws_connect(f"/widget/{inbox.id}/socket", origin=str(client.make_url("/")))
    await socket.send_json(hello)
    return socket


async def until(socket: Any, kind: str) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = await socket.receive_json(timeout=5)
        if frame["type"] == kind:
            return frame


async def test_messages_go_both_ways(client, inbox, token, services):
    socket = await connect(client, inbox, token=token)
    assert (await until(socket, "messages"))["messages"] == []
    await socket.send_json({"type": "message", "client_id": "message-1", "text": "Zdravo"})
    assert (await until(socket, "ack"))["client_id"] == "message-1"
    take_in(services, inbox)
    assert (await until(socket, "messages"))["messages"][0]["client_id"] == "message-1"
    answer(services)
    assert (await until(socket, "messages"))["messages"][0]["text"] == "Dobar dan"
    await socket.close()


async def test_a_socket_resumes_with_what_was_missed_only(client, inbox, token, services):
    socket = await connect(client, inbox, token=token)
    await until(socket, "messages")
    await socket.send_json({"type": "message", "client_id": "message-1", "text": "Zdravo"})
    await until(socket, "ack")
    take_in(services, inbox)
    cursor = (await until(socket, "messages"))["cursor"]
    await socket.close()
    answer(services)
    socket = await connect(client, inbox, token=token, after=cursor)
    found = (await until(socket, "messages"))["messages"]
    assert [message["text"] for message in found] == ["Dobar dan"]
    await socket.close()


async def test_a_foreign_origin_is_refused(client, inbox):
    for origin in ("https://evil.example", "null"):
        with pytest.raises(WSServerHandshakeError) as refused:
            await client.ws_connect(f"/widget/{inbox.id}/socket", origin=origin)
        assert refused.value.status == 403


async def test_a_wrong_token_is_told_and_let_go(client, inbox):
    for hello in ({"token": "x.y"}, {}, {"token": None}):
        socket = await connect(client, inbox, **hello)
        assert (await until(socket, "refused"))["error"]["code"] == "bad_token"
        assert (await socket.receive()).type is WSMsgType.CLOSE


@pytest.mark.parametrize(
    "frame", ["{", "[]", "null", '{"type":"sudo"}', '{"type":"read"}', "1e999"]
)
async def test_nonsense_ends_the_socket_without_a_trace_of_our_insides(client, inbox, token, frame):
    socket = await connect(client, inbox, token=token)
    await until(socket, "messages")
    await socket.send_str(frame)
    refused = await until(socket, "refused")
    assert "Traceback" not in str(refused)
    assert (await socket.receive()).type is WSMsgType.CLOSE


async def test_a_refused_message_is_named_and_the_socket_stays(client, inbox, token):
    socket = await connect(client, inbox, token=token)
    await until(socket, "messages")
    await socket.send_json({"type": "message", "client_id": "message-1", "text": "x" * 9000})
    refused = await until(socket, "refused")
    assert refused["client_id"] == "message-1"
    assert "text" in refused["error"]["fields"]
    await socket.send_json({"type": "ping"})
    await until(socket, "pong")
    await socket.close()


async def test_typing_goes_to_the_desk_and_comes_back_with_a_first_name(
    client, inbox, token, services, signed_in, owner
):
    socket = await connect(client, inbox, token=token)
    await until(socket, "messages")
    await socket.send_json({"type": "message", "client_id": "message-1", "text": "Zdravo"})
    await until(socket, "ack")
    take_in(services, inbox)
    await until(socket, "messages")
    heard: list[dict[str, Any]] = []
    services.bus.hear("typing", heard.append)
    await socket.send_json({"type": "typing"})
    await socket.send_json({"type": "ping"})
    await until(socket, "pong")
    assert [said["by"] for said in heard] == ["contact"]
    conversation_id = heard[0]["conversation_id"]
    desk = await signed_in(owner)
    page = await desk.ws_connect("/live", origin=str(desk.make_url("/")).rstrip("/"))
    await page.send_json({"t": "watch", "conv": conversation_id})
    await page.send_json({"t": "typing", "conv": conversation_id, "mode": "note"})
    await page.send_json({"t": "typing", "conv": conversation_id, "mode": "reply"})
    assert (await until(socket, "typing"))["name"] == "Olga"
    await socket.send_json({"type": "ping"})
    assert (await socket.receive_json(timeout=5))["type"] == "pong"  # the note was not told
    await page.close()
    await socket.close()


async def test_a_visitor_can_have_a_few_windows_but_not_any_number(client, inbox, token):
    sockets = [await connect(client, inbox, token=token) for _ in range(8)]
    for socket in sockets:
        await until(socket, "messages")
    one_more = await connect(client, inbox, token=token)
    assert (await until(one_more, "refused"))["error"]["code"] == "rate_limited"
    for socket in sockets:
        await socket.close()


async def test_a_process_that_stops_lets_the_visitors_go(client, inbox, token):
    socket = await connect(client, inbox, token=token)
    await until(socket, "messages")
    client.app[LOBBY].close()
    assert (await socket.receive(timeout=5)).data == WSCloseCode.SERVICE_RESTART
