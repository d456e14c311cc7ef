import io
from typing import Any

from aiohttp import FormData

from tests.web.webchat_desk import take_in

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 32


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def put_up(client: Any, inbox: Any, token: str, name: str, content: bytes, kind: str) -> Any:
    body = FormData()
    body.add_field("file", io.BytesIO(content), filename=name, content_type=kind)
    return await client.post(f"/widget/{inbox.id}/files", data=body, headers=bearer(token))


async def send(client: Any, inbox: Any, token: str, ticket: str) -> Any:
    posted = {"client_id": "message-1", "text": "", "files": [ticket]}
    return await client.post(f"/widget/{inbox.id}/messages", json=posted, headers=bearer(token))


async def sent_file(client, inbox, token, services, *file: Any) -> str:
    """Its URL, once it is a visitor's message."""
    ticket = (await (await put_up(client, inbox, token, *file)).json())["ticket"]
    assert (await send(client, inbox, token, ticket)).status == 201
    take_in(services, inbox)
    page = await client.get(f"/widget/{inbox.id}/messages", headers=bearer(token))
    return f"/widget/{inbox.id}/files/{(await page.json())['messages'][0]['files'][0]['id']}"


async def test_an_image_is_shown_in_place(client, inbox, token, services):
    url = await sent_file(client, inbox, token, services, "a.png", PNG, "image/png")
    response = await client.get(url, headers=bearer(token))
    assert await response.read() == PNG
    assert response.content_type == "image/png"
    assert response.headers["Content-Disposition"].startswith("inline")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_could_run_is_only_ever_downloaded(client, inbox, token, services):
    page = b"<script>alert(1)</script>"
    url = await sent_file(client, inbox, token, services, "a.html", page, "text/html")
    response = await client.get(url, headers=bearer(token))
    assert response.content_type == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response.headers["Content-Security-Policy"]


async def test_nobody_else_can_read_or_send_it(client, inbox, token, services):
    answer = await put_up(client, inbox, token, "b.txt", b"secret", "text/plain")
    ticket = (await answer.json())["ticket"]
    url = await sent_file(client, inbox, token, services, "a.txt", b"secret", "text/plain")
    other = (await (await client.post(f"/widget/{inbox.id}/visitors")).json())["token"]
    assert (await client.get(url, headers=bearer(other))).status == 404
    assert (await client.get(url)).status == 403
    assert (await send(client, inbox, other, ticket)).status == 422


async def test_too_large_or_empty_files_are_refused(client, inbox, token):
    for content in (b"", b"x" * (10 * 1024 * 1024 + 1)):
        response = await put_up(client, inbox, token, "a.bin", content, "application/zip")
        assert response.status == 422
        assert "files" in (await response.json())["error"]["fields"]


async def test_a_request_without_a_file_says_so(client, inbox, token):
    response = await client.post(f"/widget/{inbox.id}/files", json={}, headers=bearer(token))
    assert response.status == 422
