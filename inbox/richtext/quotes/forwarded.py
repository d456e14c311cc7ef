"""A forwarded mail in the text of another one: who wrote it, and what."""

import re
from dataclasses import dataclass

from inbox.richtext.quotes import words
from inbox.richtext.quotes.text import (
    FORWARD_LINES,
    LENGTH_LIMIT,
    LINE_LIMIT,
    is_header_block,
    split_quoted,
)

HEAD_LINES = 12

_PREFIX = re.compile(
    r"^\s*(?:\[[^\[\]]{1,40}\]\s*)?(?:fwd?|wg|tr|rv|enc|doorst|vs|vb|vl|pd|i|fs|ilt|trs|bls"
    r"|пр|прослеђено|prosleđeno|proslijeđeno|пересл|转发|轉寄|転送|전달)\s*[:：]",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"^\s*(?:re|aw|antw|sv|odp|ref|回复|回覆|답장|отг|одг)\s*[:：]", re.IGNORECASE)
_HEAD = re.compile(r"^[*_\s]*([^:：*_<>@]{1,30}?)[*_\s]*[:：][*_\s]*(.*)$")
_SUBJECT = re.compile(
    r"^(?:subject|betreff|objet|sujet|asunto|oggetto|assunto|onderwerp|temat|ämne|emne|aihe"
    r"|předmět|predmet|предмет|тема|относно|主题|主旨|件名|제목|konu|tárgy|naslov|наслов)$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"^(?:from|von|de|da|van|od|fra|från|lähettäjä|šalje|шаље|од|от|от кого|від|expéditeur"
    r"|gesendet von|kimden|feladó|发件人|寄件者|差出人|보낸 사람)$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>\[\]()\"',;:*]+@[^\s<>\[\]()\"',;:*]+\.[^\s<>\[\]()\"',;:*]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """`above` is what the forwarder wrote, without a signature; `address` is in lower case."""

    name: str
    address: str
    subject: str
    text: str
    above: str = ""


def is_forward(subject: str) -> bool:
    """By what mail programs of many languages put before the subject."""
    return bool(_PREFIX.match(subject)) and not _ANSWER.match(subject)


def unwrap(text: str, subject: str) -> Forwarded | None:
    """None where nothing is forwarded, or the head of what is names no address."""
    if _ANSWER.match(subject):
        return None
    lines = [line.rstrip() for line in text[:LENGTH_LIMIT].replace("\r\n", "\n").split("\n")]
    start = _start(lines, said_so=is_forward(subject))
    if start is None:
        return None
    above, lines = lines[: start[0]], _unquoted(lines[start[1] :])
    heads, length = _heads(lines)
    sender = next((value for name, value in heads if _FROM.match(name)), "")
    address = _ADDRESS.search(sender)
    if not address:
        return None
    return Forwarded(
        name=_name(sender[: address.start()]),
        address=address.group().lower().rstrip("."),
        subject=next((value for name, value in heads if _SUBJECT.match(name)), ""),
        text="\n".join(lines[length:]).strip("\n"),
        above=split_quoted("\n".join(above))[0].strip(),
    )


def _start(lines: list[str], *, said_so: bool) -> tuple[int, int] | None:
    """Where the forwarder's words end, and where the heads begin."""
    for place, line in enumerate(lines):
        short = line[:LINE_LIMIT].lstrip("> ")
        if words.FORWARD.search(short) and len(short) < 2 * HEAD_LINES * 5:
            head = _next_head(lines, place + 1)
            if head is not None:
                return place, head
        if not said_so:
            continue
        is_original = words.ORIGINAL.match(short) or words.ORIGINAL_BARE.match(short)
        head = _next_head(lines, place + 1) if is_original else None
        if head is not None:
            return place, head
        if is_header_block(_unquoted(lines[place : place + HEAD_LINES]), 0):
            return place, place
    return None


def _next_head(lines: list[str], place: int) -> int | None:
    for at in range(place, min(place + FORWARD_LINES, len(lines))):
        found = _HEAD.match(lines[at][:LINE_LIMIT].lstrip("> "))
        if found and (words.HEADER_FROM.match(lines[at].lstrip("> ")) or _known(found.group(1))):
            return at
        if lines[at].strip("> ") and not found:
            return None
    return None


def _known(name: str) -> bool:
    return bool(_FROM.match(name) or _SUBJECT.match(name) or words.HEADER_OTHER.match(f"{name}:"))


def _heads(lines: list[str]) -> tuple[list[tuple[str, str]], int]:
    """Names and values, and where the text begins; a value may go on in the next line."""
    heads: list[tuple[str, str]] = []
    for place, line in enumerate(lines[: 2 * HEAD_LINES]):
        if not line.strip():
            if _goes_on(heads, lines, place + 1):
                continue
            return heads, place + 1
        found = _HEAD.match(line[:LINE_LIMIT])
        if found and (_known(found.group(1).strip()) or len(heads) < 2):
            heads.append((found.group(1).strip(), found.group(2).strip(" *_")))
        elif heads:
            heads[-1] = (heads[-1][0], f"{heads[-1][1]} {line.strip()}".strip())
    return heads, min(len(lines), 2 * HEAD_LINES)


def _goes_on(heads: list[tuple[str, str]], lines: list[str], place: int) -> bool:
    """Some programs leave a line empty between heads."""
    if place >= len(lines) or len(heads) >= HEAD_LINES:
        return False
    found = _HEAD.match(lines[place][:LINE_LIMIT])
    return bool(found and _known(found.group(1).strip()))


def _unquoted(lines: list[str]) -> list[str]:
    """Apple and others put a mark before each line."""
    filled = [line for line in lines[:HEAD_LINES] if line.strip()]
    if not filled or not all(line.startswith(">") for line in filled[:3]):
        return lines
    return [re.sub(r"^> ?", "", line) for line in lines]


def _name(text: str) -> str:
    return " ".join(re.sub(r"mailto:", "", text, flags=re.IGNORECASE).split()).strip("\"'<[(*_ ,")
