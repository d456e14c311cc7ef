"""A bridge to Inbox for whoever has netcat: a line is a message, and answers are written back.

    INBOX_HOOK=http://127.0.0.1:8080/hooks/ID INBOX_SECRET=secret python line_bridge.py
    nc 127.0.0.1 7000

Set http://127.0.0.1:7001/answers as the callback address of an inbox of the kind API, and start
Inbox with INBOX_PRIVATE_HOSTS=127.0.0.1:7001, since it calls no private address by itself.
"""

import asyncio
import hashlib
import hmac
import os
import time
import uuid

from aiohttp import ClientError, ClientSession, web

HOOK, SECRET = os.environ["INBOX_HOOK"], os.environ["INBOX_SECRET"].encode()
LINES, ANSWERS = int(os.environ.get("LINES", "7000")), int(os.environ.get("ANSWERS", "7001"))
people: dict[str, asyncio.StreamWriter] = {}
answered: set[str] = set()


def signature(body: bytes, seconds: str) -> str:
    digest = hmac.new(SECRET, seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The first line is the name, by which one is known the next time as well."""
    writer.write(b"Your name? ")
    name = (await reader.readline()).decode(errors="replace").strip()
    people[name] = writer
    async with ClientSession() as http:
        while line := (await reader.readline()).decode(errors="replace").strip():
            await hand_in(http, name, line)
    if people.get(name) is writer:
        del people[name]
    writer.close()


async def hand_in(http: ClientSession, name: str, text: str) -> None:
    """Until Inbox has it: the same external_id twice is one message."""
    message = {"external_id": str(uuid.uuid4()), "text": text, "thread": name}
    body = web.json_response({**message, "sender": {"value": name, "name": name}}).body
    while True:
        signed = {"X-Inbox-Signature": signature(body, str(int(time.time())))}
        try:
            async with http.post(HOOK, data=body, headers=signed) as answer:
                if answer.status < 500:
                    return answer.raise_for_status()
        except ClientError as error:
            print(f"not handed in: {error}", flush=True)
        await asyncio.sleep(1)


async def answer(request: web.Request) -> web.Response:
    """Refused if it is not signed; written once, even if it comes twice; 410 if nobody is there."""
    body, given = await request.read(), request.headers.get("X-Inbox-Signature", "")
    seconds = given.partition("t=")[2].partition(",")[0]
    is_fresh = seconds.isdecimal() and abs(time.time() - int(seconds)) < 300
    if not is_fresh or not hmac.compare_digest(given, signature(body, seconds)):
        return web.json_response({"error": "The signature is wrong."}, status=403)
    said, key = await request.json(), request.headers["Idempotency-Key"]
    writer = people.get(said["thread"])
    if key not in answered:
        if writer is None:
            return web.json_response({"error": "They have gone."}, status=410)
        writer.write(f"< {said['text']}\n".encode())
        answered.add(key)
    return web.json_response({"id": key})


async def main() -> None:
    app = web.Application()
    app.add_routes([web.post("/answers", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", ANSWERS).start()
    async with await asyncio.start_server(talk, "127.0.0.1", LINES) as server:
        print("ready", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
