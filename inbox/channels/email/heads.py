"""Heads written by hand, where the library's own folding lets through what was typed.

Refolding a long address head it drops the quotes of a name, so that `Evil <b@x.test>,` becomes a
second recipient; and it encodes long Message-IDs. Here each address stands on a line of its own.
"""

import re
from collections.abc import Sequence
from email.header import Header

from inbox.channels.email.headers import Mailbox, one_line

NAME_LIMIT = 200
LINE_LENGTH = 70

_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")


def address_head(name: str, mailboxes: Sequence[Mailbox]) -> str:
    """The addresses have been checked; the names may be anything."""
    return f"{name}: " + ",\r\n ".join(_mailbox(*box) for box in mailboxes) + "\r\n"


def ids_head(name: str, ids: Sequence[str]) -> str:
    return f"{name}: " + "\r\n ".join(f"<{one}>" for one in ids) + "\r\n"


def _mailbox(name: str, address: str) -> str:
    name = one_line(name)[:NAME_LIMIT].encode("utf-8", "replace").decode().strip()
    return f"{_phrase(name)} <{address}>" if name else address


def _phrase(name: str) -> str:
    if _PLAIN_NAME.fullmatch(name):
        return name
    if name.isascii() and "=?" not in name:
        return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return Header(name, "utf-8", maxlinelen=LINE_LENGTH).encode(linesep="\r\n")
