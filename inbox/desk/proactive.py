"""Proactive messages: what a chat says by itself, on which pages and after how long."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import Session, col, select

from inbox.errors import Invalid, NotFound
from inbox.events import Actor, EventKind, record
from inbox.i18n import N_, Phrase
from inbox.model import Inbox, ProactiveMessage

KIND = "webchat"
MOST = 20  # each visitor's page gets them all
LONGEST_WAIT = 3600  # seconds
MOST_PATTERNS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """`pages` are patterns, one a line; `seconds` is how long somebody is on the page before."""

    text: str
    pages: str = ""
    seconds: int = 30
    when_open: bool = True
    enabled: bool = True


def create(session: Session, inbox_id: str, said: Said, *, by: Actor) -> ProactiveMessage:
    inbox = session.get(Inbox, inbox_id)
    if inbox is None or inbox.kind != KIND:
        raise NotFound("There is no such web chat.")
    if len(every(session, inbox_id)) >= MOST:
        raise Invalid(fields={"text": Phrase("A chat has %(most)d at most.", most=MOST)})
    message = ProactiveMessage(inbox_id=inbox_id, text="")
    return _save(session, message, asdict(said), by)


def update(
    session: Session, message_id: str, changes: Mapping[str, Any], *, by: Actor
) -> ProactiveMessage:
    """Set fields of `Said`."""
    return _save(session, get(session, message_id), changes, by)


def remove(session: Session, message_id: str, *, by: Actor) -> None:
    message = get(session, message_id)
    session.delete(message)
    _tell(session, message, by, removed=True)


def get(session: Session, message_id: str) -> ProactiveMessage:
    message = session.get(ProactiveMessage, message_id)
    if message is None:
        raise NotFound("There is no such proactive message.")
    return message


def every(session: Session, inbox_id: str) -> Sequence[ProactiveMessage]:
    wanted = select(ProactiveMessage).where(ProactiveMessage.inbox_id == inbox_id)
    return session.exec(wanted.order_by(col(ProactiveMessage.id))).all()


def _save(
    session: Session, message: ProactiveMessage, values: Mapping[str, Any], by: Actor
) -> ProactiveMessage:
    for name, value in values.items():
        setattr(message, name, value.strip() if isinstance(value, str) else value)
    message.pages = "\n".join(line.strip() for line in message.pages.splitlines() if line.strip())
    _check(message)
    session.add(message)
    session.flush()
    _tell(session, message, by)
    return message


def _check(message: ProactiveMessage) -> None:
    wrong: dict[str, str] = {}
    if not 0 < len(message.text) <= 500:
        wrong["text"] = N_("Write up to 500 characters.")
    if not 0 <= message.seconds <= LONGEST_WAIT:
        wrong["seconds"] = Phrase("Give 0 to %(most)d seconds.", most=LONGEST_WAIT)
    patterns = message.pages.splitlines()
    if len(patterns) > MOST_PATTERNS or len(message.pages) > 1000:
        wrong["pages"] = Phrase("Give up to %(most)d patterns.", most=MOST_PATTERNS)
    elif not all(_is_pattern(pattern) for pattern in patterns):
        wrong["pages"] = N_("Begin each line with a slash or https://, like /pricing*.")
    if wrong:
        raise Invalid(fields=wrong)


def _is_pattern(line: str) -> bool:
    return line.startswith(("/", "*", "https://", "http://")) and " " not in line


def _tell(session: Session, message: ProactiveMessage, by: Actor, **more: Any) -> None:
    record(
        session, EventKind.SETTING_CHANGED, by=by, inbox_id=message.inbox_id,
        setting="proactive_message", id=message.id, name=message.text[:80], **more,
    )  # fmt: skip
