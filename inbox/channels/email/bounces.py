"""Reports that a mail of ours failed or is late: RFC 3464, and the free forms still in use."""

import re
from email.message import Message

from inbox.channels.email.headers import (
    Mailbox,
    decode_words,
    message_ids,
    raw_header,
    raw_headers,
    text_header,
)
from inbox.channels.email.mail import FailureReport

TEXT_LIMIT = 20_000
HEAD_LIMIT = 3000
EXPLANATION_LIMIT = 500

_ROBOT = re.compile(
    r"^(mailer-daemon|post[-_]?master|mdaemon|mail-?system|mail-?delivery\S*|bounces?|mail|root"
    r"|no-?reply)\b.*@"
    r"|^(mailer-daemon|post[-_]?master|mdaemon)$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|failure|has failed|failed|report|problem|notification|error)"
    r"|returned mail|mail delivery|failure notice|could not be delivered|message not delivered"
    r"|unzustellbar|nicht zugestellt|zustellung|mail system error|mail could not|unable to deliver"
    r"|warning: (?:could not send|message)|delayed mail|delivery delayed|rejected mail|bounce"
    r"|non remis|não (?:foi )?entregue|notification d'(?:é|e)tat|mancato recapito|未送達|配信不能",
    re.IGNORECASE,
)
# what the body of a report says, when the subject is another: "Re: …", "E", nothing
_FAILED_BODY = re.compile(
    r"(?:could|can) ?not be (?:delivered|sent)|did not reach the following|was not delivered"
    r"|(?:error|errors|problem|trouble) (?:while trying to |in )?(?:deliver|send)ing (?:your|the)"
    r"|undeliverable|unable to deliver|delivery (?:to .{0,80})?(?:has )?failed|returned permanent error"
    r"|not deliver(?:ed)? (?:your|the) (?:mail|message)|konnte nicht zugestellt|送信できません|配信できません"
    r"|^\W{0,8}5\d\d[ -](?:5\.\d{1,3}\.\d{1,3}|\S+@\S+|- )",
    re.IGNORECASE | re.MULTILINE,
)
_COMPLAINT = re.compile(r"^\s*complaint about message from \S+", re.IGNORECASE)
_LATE = re.compile(
    r"delayed|warning: |will (?:be )?retr|still (?:being )?(?:trying|undelivered)"
    r"|not yet been delivered|temporar|verzögert|retard",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.-])([45])\d\d[ -](?!\d)")
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]=]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+")
_FAILED_LINE = re.compile(
    r"^\s*(?:<([^<>\s]+@[^<>\s]+)>[:,]?|([^\s<>:]+@[^\s<>:]+):?)\s*(?:$|\(|\.\.\.)", re.MULTILINE
)
_TO_LINE = re.compile(r"\b(?:rcpt to|to|recipient|for)\s*:?\s*<([^<>\s]+@[^<>\s]+)>", re.IGNORECASE)
_ORIGINAL_ID = re.compile(r"^[> \t]*message-id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
_SUCCESSES = {"delivered", "relayed", "expanded", "deliverable"}  # RFC 3464, and Postfix's test
_REPLIED = re.compile(r"(?<![\d.])[45]\d\d[ -]([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_FIELD = re.compile(r"^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t]+.*)*)", re.MULTILINE)


def is_complaint(message: Message) -> bool:
    """RFC 5965, or Hotmail's older form: a recipient pressed "this is spam"."""
    kinds = {part.get_content_type() for part in message.walk()}
    old = "message/rfc822" in kinds and _COMPLAINT.match(text_header(message, "subject"))
    return "message/feedback-report" in kinds or bool(old)


def read_failure(message: Message, sender: Mailbox, text: str) -> FailureReport | None:
    if is_complaint(message):
        return None
    reports = [
        [_fields(block) for block in _blocks(part)]
        for part in message.walk()
        if part.get_content_type().endswith(("/delivery-status", "/global-delivery-status"))
    ]
    stated = [block for report in reports for block in report if _names_a_recipient(block)]
    if stated:
        return _from_report(stated, message, text)
    return _from_free_form(message, sender, text)


def _names_a_recipient(block: dict[str, str]) -> bool:
    return bool({"final-recipient", "original-recipient", "action"} & block.keys())


def _from_report(blocks: list[dict[str, str]], message: Message, text: str) -> FailureReport | None:
    """Nothing if all of it is about recipients who were reached."""
    failed = [block for block in blocks if _action(block) not in _SUCCESSES]
    if not failed:
        return None
    late = {_action(block) for block in failed} == {"delayed"}
    diagnostics = [block.get("diagnostic-code", "") for block in failed]
    statuses = [status for block in failed for status in _status(block)]
    statuses = statuses or _STATUS.findall(" ".join(diagnostics))
    return FailureReport(
        recipients=_distinct([_recipient(block, message) for block in failed]),
        statuses=tuple(dict.fromkeys(statuses)),
        permanent=not late and not (statuses and all(code[0] == "4" for code in statuses)),
        action="delayed" if late else "failed",
        original_message_id=_original_id(message, text),
        explanation=_explanation(diagnostics, text),
    )


def _action(block: dict[str, str]) -> str:
    return block.get("action", "").split(" ")[0].lower()


def _status(block: dict[str, str]) -> list[str]:
    """Of one recipient; the code that the last server gave with its reply is the closest."""
    stated = _STATUS.findall(block.get("status", ""))[:1]
    replied = _REPLIED.findall(block.get("diagnostic-code", ""))
    return replied[-1:] or stated


def _recipient(block: dict[str, str], message: Message) -> str:
    """An address; a pipe or a file that a local address led to says nothing to the sender."""
    for name in ("final-recipient", "original-recipient"):
        value = block.get(name, "").rpartition(";")[2].strip("<> \t")
        if value and not value.startswith(("|", "/")):
            return value
    return _first(_ADDRESS.findall(" ".join(raw_headers(message, "x-failed-recipients"))))


def _from_free_form(message: Message, sender: Mailbox, text: str) -> FailureReport | None:
    failed = raw_headers(message, "x-failed-recipients")
    subject = text_header(message, "subject")
    text = _all_text(message, text)
    head = _ORIGINAL_ID.split(text, maxsplit=1)[0]
    if not failed and not _is_robot(message, sender):
        return None
    blocks = [_fields(block) for block in re.split(r"\n\s*\n", text)]
    blocks = [block for block in blocks if {"final-recipient", "action"} <= block.keys()]
    if not (failed or blocks or _says_failed(subject, head)):
        return None
    if blocks:  # a report by the book, sent as plain text
        return _from_report(blocks, message, text)
    recipients = _ADDRESS.findall(" ".join(failed)) or _failed_addresses(head)
    statuses = _distinct(_STATUS.findall(head))[:3]
    late = bool(_LATE.search(subject)) or (bool(statuses) and statuses[0][0] == "4")
    codes = [code for code in statuses if code[0] != "2"] or _REPLY_CODE.findall(head)
    return FailureReport(
        recipients=_distinct(recipients),
        statuses=tuple(statuses),
        permanent=not late and not (codes and codes[0][0] == "4"),
        action="delayed" if late else "failed",
        original_message_id=_original_id(message, text),
        explanation=_explanation([], head),
    )


def _is_robot(message: Message, sender: Mailbox) -> bool:
    """By its name, or by the empty return path that RFC 5321 asks of reports."""
    path = raw_header(message, "return-path").replace(" ", "")
    written = text_header(message, "from")
    names = (*sender, written.replace("<>", "").strip())
    return path == "<>" or any(map(_ROBOT.match, names))


def _says_failed(subject: str, head: str) -> bool:
    return bool(_SUBJECT.search(subject) or _FAILED_BODY.search(head[:HEAD_LIMIT]))


def _blocks(report: Message) -> list[str]:
    payload = report.get_payload()
    if isinstance(payload, list):
        return [
            "\n".join(f"{name}: {value}" for name, value in part.raw_items())
            for part in payload
            if isinstance(part, Message)
        ]
    decoded = report.get_payload(decode=True)
    text = decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else str(payload)
    return re.split(r"\n\s*\n", text.replace("\r\n", "\n"))


def _fields(block: str) -> dict[str, str]:
    found = _FIELD.findall(block.replace("\r\n", "\n")[:TEXT_LIMIT])
    return {name.lower(): re.sub(r"\s+", " ", decode_words(value)).strip() for name, value in found}


def _failed_addresses(text: str) -> list[str]:
    lines = [one or other for one, other in _FAILED_LINE.findall(text)]
    return [found.rstrip(":.") for found in lines] or _TO_LINE.findall(text)[:3]


def _original_id(message: Message, text: str) -> str:
    """Of the mail that came back with the report, whole or only its head."""
    for part in message.walk():
        if part is message or not part.get_content_type().startswith(("message/", "text/rfc822")):
            continue
        payload = part.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        found = message_ids(raw_header(inner, "message-id")) if isinstance(inner, Message) else []
        found = found or message_ids(_first(_ORIGINAL_ID.findall(_part_text(part))))
        if found:
            return found[0]
    quoted = message_ids(_first(_ORIGINAL_ID.findall(text)))
    return _first(quoted) or _first(message_ids(raw_header(message, "in-reply-to")))


def _all_text(message: Message, text: str) -> str:
    more = [_part_text(part) for part in message.walk() if not part.is_multipart()]
    return "\n".join([text, *(piece for piece in more if piece not in text)])[:TEXT_LIMIT]


def _part_text(part: Message) -> str:
    if part.is_multipart():
        return ""
    decoded = part.get_payload(decode=True)
    text = (
        decoded
        if isinstance(decoded, bytes)
        else str(part.get_payload()).encode("utf-8", "replace")
    )
    return text[:TEXT_LIMIT].decode("utf-8", "replace").replace("\r\n", "\n")


def _explanation(diagnostics: list[str], text: str) -> str:
    stated = next((line.partition(";")[2].strip() or line for line in diagnostics if line), "")
    coded = (line.strip() for line in text.splitlines() if _STATUS.search(line))
    return (stated or next(coded, ""))[:EXPLANATION_LIMIT]


def _distinct(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.lower() for value in values if value))


def _first(values: list[str]) -> str:
    return values[0] if values else ""
