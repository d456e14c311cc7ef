"""The changes that an agent makes to conversations, by name; each says what takes it back."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from inbox.desk import assignment, moments, snooze, status, tags
from inbox.errors import Invalid, NotFound
from inbox.events import Actor
from inbox.model import Conversation, Status
from inbox.routing import macros
from inbox.web.pages import undoing
from inbox.web.pages.undoing import Undo

Fields = Mapping[str, str]
Change = Callable[[Session, Conversation, Actor], Undo | None]


def named(name: str, fields: Fields, zone: str) -> Change:
    """What is to be done, checked as far as that goes without a conversation."""
    if name not in BY_NAME:
        raise NotFound("There is no such change.")
    return BY_NAME[name](fields, zone)


def assigning(fields: Fields, _zone: str) -> Change:
    agent_id, team_id = fields.get("agent", ""), fields.get("team", "")

    def change(session: Session, conversation: Conversation, by: Actor) -> Undo | None:
        before = undoing.remember(conversation)
        if team_id:
            assignment.transfer(session, conversation, team_id, by=by)
        if team_id and not fields.get("both"):
            return undoing.assignment(before, conversation)
        if agent_id and agent_id == by.id:
            assignment.take(session, conversation, by=by)
        elif agent_id:
            assignment.assign(session, conversation, agent_id, by=by)
        else:
            assignment.unassign(session, conversation, by=by)
        return undoing.assignment(before, conversation)

    return change


def resolving(fields: Fields, _zone: str) -> Change:
    wanted = fields.get("status", "resolved")
    if wanted not in {Status.OPEN, Status.WAITING, Status.RESOLVED, Status.SPAM}:
        raise Invalid(fields={"status": "Give open, waiting, resolved or spam."})

    def change(session: Session, conversation: Conversation, by: Actor) -> Undo | None:
        before = undoing.remember(conversation)
        status.set_status(session, conversation, Status(wanted), by=by)
        return undoing.status(before, conversation)

    return change


def snoozing(fields: Fields, zone: str) -> Change:
    """Without a time, until the customer replies; a time without its offset is the agent's."""
    until = moments.chosen(fields.get("until", ""), zone, field="until")
    until_reply = until is None or fields.get("wake") != "time"

    def change(session: Session, conversation: Conversation, by: Actor) -> Undo | None:
        before = undoing.remember(conversation)
        snooze.snooze(session, conversation, until, until_reply=until_reply, by=by)
        return undoing.status(before, conversation)

    return change


def prioritising(fields: Fields, _zone: str) -> Change:
    text = fields.get("priority", "")
    if not text.isdecimal():
        raise Invalid(fields={"priority": "Give a number from 0 (none) to 4 (urgent)."})

    def change(session: Session, conversation: Conversation, by: Actor) -> Undo | None:
        before = undoing.remember(conversation)
        status.set_priority(session, conversation, int(text), by=by)
        return undoing.priority(before, conversation)

    return change


def tagging(fields: Fields, _zone: str) -> Change:
    name, goes = fields.get("tag", ""), bool(fields.get("remove"))

    def change(session: Session, conversation: Conversation, by: Actor) -> Undo | None:
        had = tags.has(session, conversation, name)
        verb = tags.untag if goes else tags.tag
        verb(session, conversation, name, by=by)
        return undoing.tag(name, goes=goes) if had == goes else None

    return change


def reading(fields: Fields, _zone: str) -> Change:
    """Read, or unread again; never a side effect of looking."""
    verb = status.mark_unread if fields.get("unread") else status.mark_read

    def change(session: Session, conversation: Conversation, by: Actor) -> Undo | None:
        verb(session, conversation, by=by)
        return None

    return change


def running(fields: Fields, _zone: str) -> Change:
    def change(session: Session, conversation: Conversation, by: Actor) -> Undo | None:
        macros.run(session, conversation, macros.get(session, fields.get("macro", "")), by=by)
        return None

    return change


BY_NAME: Mapping[str, Callable[[Fields, str], Change]] = {
    "assignments": assigning,
    "resolutions": resolving,
    "snoozes": snoozing,
    "priorities": prioritising,
    "taggings": tagging,
    "readings": reading,
    "macro-runs": running,
}
