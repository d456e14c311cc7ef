"""By what a mail is known again when it comes a second time."""

import hashlib
import re

HEAD_LIMIT = 256 * 1024
DATE_DIGITS = 12

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_MESSAGE_ID = re.compile(rb"^message-id:\s*<?([^<>\s]{1,250})>?", re.IGNORECASE | re.MULTILINE)
_DATE = re.compile(rb"^date:[ \t]*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)


def identity(content: bytes, whole: str = "") -> str:
    """The Message-ID with a digest of the date, or `sha256:` of the content.

    `whole` is that digest where `content` is the beginning only.
    The same mail through an alias or a list keeps both; a program that gives each of its mails the
    same id does not keep the date, so that none of them is taken for another and lost.
    """
    head = _HEAD_END.split(content[:HEAD_LIMIT].lstrip(b"\r\n"), maxsplit=1)[0]
    found, date = _MESSAGE_ID.search(head), _DATE.search(head)
    if not found or not date:
        return "sha256:" + (whole or hashlib.sha256(content).hexdigest())
    digest = hashlib.sha256(b" ".join(date.group(1).split())).hexdigest()[:DATE_DIGITS]
    return f"{found.group(1).decode('utf-8', 'replace')}#{digest}"
