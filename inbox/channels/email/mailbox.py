"""One IMAP connection with one folder open; whatever goes wrong ends it.

The library waits for ever where a server falls silent, and misses it when the link drops. So each
command here races a time limit and the loss of the link, and after either the client is thrown
away. It also damages quoted texts and chokes on long answers, so only UIDs, sizes and literals are
asked for, at most a hundred messages at a time.
"""

import asyncio
import contextlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aioimaplib import aioimaplib

from inbox.channels.base import Account, TemporaryFailure
from inbox.channels.email.connecting import connect, tls
from inbox.channels.email.folders import quoted, read_name, wire_name
from inbox.channels.email.imap_client import (
    ANSWER_BYTES,
    UID,
    Client,
    expect_ok,
    literals,
    said_by,
)
from inbox.channels.email.imap_link import (
    COMMAND_SECONDS,
    NOOP_SECONDS,
    Link,
    look_away,
)
from inbox.channels.email.imap_refusals import is_busy, login_failure
from inbox.channels.email.settings import EmailSettings
from inbox.channels.email.sign_in import SignIn
from inbox.envelope import Spooled
from inbox.files import Spool
from inbox.i18n import N_, Phrase

FETCH_SECONDS = 240
POLL_SECONDS = 60  # where the server can't push
CHUNK_BYTES = 4 * 1024 * 1024
FETCH_LIMIT = 100
SEARCH_BYTES = 64 * 1024 * 1024  # the numbers of some millions of messages
SLACK_BYTES = 1024 * 1024  # what an answer may have above the mails in it; sizes are often rough

_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_LISTED = re.compile(rb"^\(([^)]*)\) (?:NIL|\"(?:[^\"\\]|\\.)*\") (.+)$")
_STATUS = re.compile(rb"\b(UIDVALIDITY|UIDNEXT) (\d+)")
_STATE = re.compile(rb"\[(UIDVALIDITY|UIDNEXT) (\d+)\]")


class Mailbox(Link):
    """`uid_validity` and `uid_next` are as they were when the folder was opened."""

    def __init__(self, client: aioimaplib.IMAP4, spool: Path | None) -> None:
        super().__init__(client)
        self._spool = spool
        self.uid_validity = 0
        self.uid_next = 0
        self.mark = ""

    @classmethod
    async def open(cls, account: Account) -> "Mailbox":
        """Raises LoginRefused where a person has to act, else TemporaryFailure."""
        settings: EmailSettings = account.settings
        sock = await connect(settings.imap_host, settings.imap_port, account.private_hosts)
        context = tls() if settings.imap_security == "tls" else None
        mailbox = cls(Client(sock, context, settings.imap_host, COMMAND_SECONDS), account.spool)
        try:
            await mailbox._run(mailbox._client.wait_hello_from_server())
            await mailbox._login(settings, SignIn.of(account))
            await mailbox.select(settings.imap_folder)
        except BaseException:
            mailbox.drop()
            raise
        return mailbox

    async def uids_after(self, uid: int, since: str = "") -> list[int]:
        """In rising order; `n:*` always names the newest message too, so it is filtered."""
        criteria = [f"UID {uid + 1}:*"] + ([f"SINCE {since}"] if since else [])
        search = self._client.uid_search(*criteria, charset=None)
        answer = await self._run(search, limit=SEARCH_BYTES)
        expect_ok(answer, "search")
        found = {
            int(number) for line in answer.lines[:-1] for number in line.split() if number.isdigit()
        }
        return sorted(number for number in found if number > uid)

    async def sent_folder(self) -> str:
        """The one that the server marks as such (RFC 6154); empty if there is none."""
        answer = await self._run(self._client.list('""', '"*"'))
        expect_ok(answer, "list its folders")
        for line in answer.lines:
            found = _LISTED.match(bytes(line))
            if found and b"\\sent" in found.group(1).lower().split():
                return read_name(found.group(2).decode("ascii", "replace"))
        return ""

    async def newest(self, folder: str) -> tuple[int, int]:
        """UIDVALIDITY and UIDNEXT of a folder that need not be open."""
        command = self._client.status(quoted(wire_name(folder)), "(UIDVALIDITY UIDNEXT)")
        answer = await self._run(command)
        said = b" ".join(bytes(line) for line in answer.lines)
        found = {key: int(value) for key, value in _STATUS.findall(said)}
        return found.get(b"UIDVALIDITY", 0), found.get(b"UIDNEXT", 0)

    async def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Of those that are still there."""
        answer = await self._fetch(_uid_set(uids), "(UID RFC822.SIZE)")
        found: dict[int, int] = {}
        for line in answer:
            uid, size = UID.search(line), _SIZE.search(line)
            if isinstance(line, bytes) and uid and size:
                found[int(uid.group(1))] = int(size.group(1))
        return {uid: found[uid] for uid in uids if uid in found}

    async def contents(self, sizes: Mapping[int, int]) -> dict[int, bytes]:
        """By UID, as large as announced, without marking them as read."""
        limit = 2 * sum(sizes.values()) + SLACK_BYTES
        found = literals(await self._fetch(_uid_set([*sizes]), "(UID BODY.PEEK[])", limit))
        return {uid: content for uid, content in found.items() if uid in sizes}

    async def large(self, uid: int, limit: int) -> tuple[bytes, Spooled]:
        """The beginning, and at most `limit` bytes of it all on disk."""
        spool = Spool(self._spool)
        head = b""
        try:
            while spool.size < limit:
                wanted = min(CHUNK_BYTES, limit - spool.size)
                part = f"(UID BODY.PEEK[]<{spool.size}.{wanted}>)"
                lines = await self._fetch(str(uid), part, wanted + SLACK_BYTES)
                chunk = literals(lines).get(uid, b"")
                spool.write(chunk)
                head = head or chunk
                if len(chunk) < wanted:
                    break
        except BaseException:
            spool.drop()
            raise
        return head, spool.done()

    async def wait(self, seconds: float) -> None:
        """Until something happens in the folder, or `seconds` have passed."""
        if not self._client.has_capability("IDLE"):
            await self._sleep(min(seconds, POLL_SECONDS))
        else:
            await self._idle(seconds)
        await self._run(self._client.noop(), NOOP_SECONDS)

    async def close(self) -> None:
        with contextlib.suppress(TemporaryFailure):
            await self._run(self._client.logout(), 2)
        self.drop()

    async def _login(self, settings: EmailSettings, sign_in: SignIn | None) -> None:
        user = settings.imap_user or settings.email
        if sign_in:
            answer = await self._show_token(user, sign_in)
        else:
            password = settings.imap_password.get_secret_value()
            answer = await self._run(self._client.login(quoted(user), password))
        if answer.result != "OK":
            raise login_failure(said_by(answer), user if sign_in else "")
        if not self._client.has_capability("IDLE"):
            await self._run(self._client.protocol.capability())

    async def _show_token(self, user: str, sign_in: SignIn) -> Any:
        """Once more with a new one, since a provider may take a token back before its time."""
        token = await sign_in.token()
        answer = await self._run(self._client.protocol.xoauth2(user, token))
        if answer.result == "OK" or is_busy(said_by(answer)):
            return answer
        token = await sign_in.token(refused=token)
        return await self._run(self._client.protocol.xoauth2(user, token))

    async def select(self, folder: str, mark: str = "") -> None:
        """Open a folder; `mark` is the name under which what is in it is known."""
        self.mark = mark
        answer = await self._run(self._client.select(quoted(wire_name(folder))))
        if answer.result != "OK":
            raise TemporaryFailure(
                Phrase(
                    "The folder “%(name)s” can't be opened: %(said)s",
                    name=folder,
                    said=said_by(answer),
                ),
                code="no_folder",
            )
        state = dict(_STATE.findall(b"\n".join(bytes(line) for line in answer.lines)))
        self.uid_validity = int(state.get(b"UIDVALIDITY", 0))
        self.uid_next = int(state.get(b"UIDNEXT", 0))

    async def _fetch(self, uid_set: str, parts: str, limit: int = ANSWER_BYTES) -> list[bytes]:
        command = self._client.protocol.fetch(uid_set, parts, by_uid=True)
        answer = await self._run(command, FETCH_SECONDS, limit)
        expect_ok(answer, "fetch")
        return list(answer.lines)

    async def _idle(self, seconds: float) -> None:
        queue = self._client.protocol.idle_queue
        while not queue.empty():
            queue.get_nowait()
        idle = await self._run(self._client.idle_start(seconds + COMMAND_SECONDS), NOOP_SECONDS)
        idle.add_done_callback(look_away)
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (left := until - loop.time()) > 0:
            lines = await self._pushed(left)
            if any(b"EXISTS" in line for line in lines):
                break
            if any(bytes(line).startswith(b"BYE") for line in lines):
                raise self._failed(N_("the server said goodbye"))
        self._client.idle_done()
        await self._run(idle, NOOP_SECONDS)

    async def _pushed(self, seconds: float) -> Sequence[bytes]:
        """What the server says meanwhile; a keep-alive is no mail. Empty when time is up."""
        waiting = asyncio.ensure_future(self._client.protocol.idle_queue.get())
        await asyncio.wait({waiting, self._lost}, timeout=seconds, return_when="FIRST_COMPLETED")
        if self._lost.done():
            waiting.cancel()
            raise self._failed(N_("the link was lost"))
        if not waiting.done():
            waiting.cancel()
            return ()
        lines: Sequence[bytes] = waiting.result()
        return lines

    async def _sleep(self, seconds: float) -> None:
        await asyncio.wait({self._lost}, timeout=seconds)
        if self._lost.done():
            raise self._failed(N_("the link was lost"))


def _uid_set(uids: Sequence[int]) -> str:
    assert len(uids) <= FETCH_LIMIT
    return ",".join(map(str, uids))
