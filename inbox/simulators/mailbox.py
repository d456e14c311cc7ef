"""Everybody's mail: the shop's mailbox over SMTP and IMAP, and what its customers get."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import formatdate, getaddresses, make_msgid
from io import BytesIO
from pathlib import Path

from inbox import clock
from inbox.channels.email import charsets
from inbox.channels.email.hollow import Hollow, contents, hollow
from inbox.envelope import FilePart
from inbox.simulators import bounce
from inbox.simulators.faults import Faults
from inbox.simulators.imap import ImapServer
from inbox.simulators.ledger import Entry, KeptFile, Ledger
from inbox.simulators.memory import Memory
from inbox.simulators.smtp import SmtpServer, is_for

ADDRESS = "help@shop.example"
PASSWORD = "simulator"  # noqa: S105  good for the loopback address only
HOST_NAME = "mail.shop.example"
HEAD_BYTES = 256 * 1024


class Mailbox:
    """The shop's mails lie in `folder`, numbered in the order they came, and are never deleted."""

    channel = "email"

    def __init__(
        self, folder: Path, ledger: Ledger, memory: Memory, ports: tuple[int, int]
    ) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self._count = len(self._kept())
        self._in_turn = asyncio.Lock()
        self.ledger = ledger
        self.faults = Faults()
        self.sends = True
        smtp_port, imap_port = ports
        self.smtp = SmtpServer(
            ADDRESS, PASSWORD, faults=self.faults, take=self._take, port=smtp_port
        )
        self.imap = ImapServer(ADDRESS, PASSWORD, _uid_validity(memory), imap_port)

    async def start(self) -> None:
        for path in self._kept():
            await self.imap.append(
                path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime).astimezone()
            )
        await self.open()

    async def open(self) -> None:
        if self.sends:
            await self.smtp.start()
        await self.imap.start()

    async def set_sending(self, sends: bool) -> None:
        """Whether the shop's mail is taken; it is fetched as before."""
        self.sends = sends
        if not sends:
            await self.smtp.stop()
        elif not self.faults.outage:
            await self.smtp.start()
        self.ledger.tell()

    async def close(self) -> None:
        await self.smtp.stop()
        await self.imap.stop()

    async def write(
        self,
        mail: EmailMessage,
        in_reply_to: str = "",
        files: Sequence[FilePart] = (),
        *,
        is_forged: bool = False,
    ) -> Entry:
        """A customer's mail to the shop; a reply goes where the answered mail asks for it."""
        answered = self._sent_to(mail["From"].addresses[0].addr_spec, in_reply_to)
        mail["To"] = (answered.meta["reply_to"] if answered else "") or ADDRESS
        mail["Date"] = formatdate(localtime=False)
        mail["Message-ID"] = make_msgid(domain="post.example")
        if in_reply_to:
            earlier = answered.meta["references"] if answered else []
            mail["In-Reply-To"] = in_reply_to
            mail["References"] = " ".join([*earlier, in_reply_to])
        for file in files:
            main, _, sub = file.content_type.partition("/")
            mail.add_attachment(
                file.content or b"", maintype=main, subtype=sub or "plain", filename=file.name
            )
        return await self._arrive(mail.as_bytes(policy=policy.SMTP), is_forged=is_forged)

    async def return_to_sender(self, entry: Entry) -> Entry:
        """A mail that the shop sent comes back, as if there was nobody at its address."""
        return await self._arrive(bounce.report(ADDRESS, entry.customer, self.raw(entry)))

    async def drop_in(self, content: bytes, customer: str) -> Entry:
        """Bytes as they are into the shop's mailbox, without what a server writes on top."""
        async with self._in_turn:
            return await self._put(content, customer)

    def raw(self, entry: Entry) -> bytes:
        """The mail of an entry as it went over the wire."""
        return self.ledger.content(entry.meta["raw"])

    async def _take(self, sender: str, recipients: list[str], content: bytes) -> None:
        for recipient in recipients:
            if is_for(recipient, ADDRESS):
                await self._arrive(content)
            elif bounce.bounces(recipient):
                await self._record(content, recipient, outgoing=True)
                await self._arrive(bounce.report(sender, recipient, content))
            else:
                await self._record(content, recipient, outgoing=True)

    async def _arrive(self, content: bytes, *, is_forged: bool = False) -> Entry:
        sender, is_forged = _sender(content), is_forged or self.faults.wrong_signature
        content = self._stamp(sender, is_forged=is_forged) + content
        async with self._in_turn:
            return await self._put(content, sender, is_forged=is_forged)

    async def _put(self, content: bytes, sender: str, *, is_forged: bool = False) -> Entry:
        """Kept on disk before anybody is told, as a real server would.

        By the numbers of the files it gets the same ones again.
        """
        self._count += 1
        path = self.folder / f"{self._count:08}.eml"
        await asyncio.to_thread(path.write_bytes, content)
        entry = await self._record(content, sender, outgoing=False, is_forged=is_forged)
        await self.imap.append(content, clock.now())
        return entry

    def _stamp(self, sender: str, *, is_forged: bool) -> bytes:
        """What the receiving server writes on top; a forged mail fails every test."""
        result = "fail" if is_forged else "pass"
        domain = sender.rpartition("@")[2]
        return (
            f"Return-Path: <{sender}>\r\n"
            f"Delivered-To: {ADDRESS}\r\n"
            f"Received: from {domain} by {HOST_NAME}; {formatdate()}\r\n"
            f"Authentication-Results: {HOST_NAME}; spf={result} smtp.mailfrom={sender};\r\n"
            f" dkim={result} header.d={domain}; dmarc={result} header.from={domain}\r\n"
        ).encode("ascii", "replace")

    async def _record(
        self, content: bytes, customer: str, *, outgoing: bool, is_forged: bool = False
    ) -> Entry:
        """Read on a thread, so that a large mail stops nobody else's."""
        entry = await asyncio.to_thread(self._read, content, customer, outgoing=outgoing)
        entry.meta["forged"] = is_forged
        return self.ledger.record(entry)

    def _read(self, content: bytes, customer: str, *, outgoing: bool) -> Entry:
        hollowed = hollow(BytesIO(content))  # the library takes seconds for megabytes
        mail = message_from_bytes(bytes(hollowed.mail), policy=policy.default)
        raw = self.ledger.keep_file("mail.eml", "message/rfc822", content)
        meta = {
            "raw": raw.id,
            "message_id": _one_line(mail, "Message-ID"),
            "in_reply_to": _one_line(mail, "In-Reply-To"),
            "references": _one_line(mail, "References").split(),
            "from": _one_line(mail, "From"),
            "reply_to": _one_line(mail, "Reply-To") or _one_line(mail, "From"),
        }
        return Entry(
            channel=self.channel,
            customer=customer.lower(),
            outgoing=outgoing,
            subject=_one_line(mail, "Subject"),
            text=_text(mail),
            files=self._files(mail, hollowed, content),
            state="delivered",
            meta=meta,
        )

    def _files(self, mail: EmailMessage, hollowed: Hollow, raw: bytes) -> list[KeptFile]:
        return [
            self.ledger.keep_file(
                part.get_filename() or "file",
                part.get_content_type(),
                _content(part, hollowed, raw),
            )
            for part in mail.iter_attachments()
            if not part.is_multipart()
        ]

    def _sent_to(self, customer: str, message_id: str) -> Entry | None:
        for entry in self.ledger.received(self.channel, customer.lower()):
            if message_id and entry.meta["message_id"] == message_id:
                return entry
        return None

    def _kept(self) -> list[Path]:
        return sorted(self.folder.glob("*.eml"))


def _uid_validity(memory: Memory) -> int:
    if not memory.get("uid_validity"):
        memory.put("uid_validity", int(clock.now().timestamp()))
    return int(memory.get("uid_validity"))


def _sender(content: bytes) -> str:
    """The address in From; a bounce has a name there but comes from nobody we play."""
    mail = BytesHeaderParser(policy=policy.default).parse(BytesIO(content[:HEAD_BYTES]))
    addresses = getaddresses([_one_line(mail, "From")])
    return addresses[0][1] if addresses else ""


def _one_line(mail: EmailMessage, header: str) -> str:
    return str(mail.get(header, "")).strip()


def _content(part: EmailMessage, hollowed: Hollow, raw: bytes) -> bytes:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return b""
    aside = hollowed.find(content)
    return b"".join(contents(BytesIO(raw), aside)) if aside else content


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    content = body.get_payload(decode=True) if body else b""
    charset = str(body.get_param("charset", "")) if body else ""
    text = charsets.decode(content, charset) if isinstance(content, bytes) else ""
    return text.replace("\r\n", "\n").strip()
