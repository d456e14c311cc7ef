"""What takes a change back: the command of the opposite, for a toast with "Undo"."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from inbox.i18n import N_
from inbox.model import Conversation, Status

UNDONE = "undone"  # in the form of what takes back, which is not taken back itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """As it was when the change came."""

    status: Status
    until: str
    wakes_by_reply: bool
    assignee_id: str
    team_id: str
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """`said` is what was done; `path` goes after the conversation's own."""

    said: str
    path: str
    fields: Mapping[str, str] = field(default_factory=dict)


def remember(conversation: Conversation) -> Before:
    until = conversation.snoozed_until
    return Before(
        status=conversation.status,
        until=until.isoformat() if until else "",
        wakes_by_reply=conversation.snoozed_until_reply,
        assignee_id=conversation.assignee_id or "",
        team_id=conversation.team_id or "",
        priority=int(conversation.priority),
    )


def status(before: Before, after: Conversation) -> Undo | None:
    """Also of being put aside, until then or until another time."""
    if before == remember(after):
        return None
    said = {
        Status.RESOLVED: N_("Done"), Status.SPAM: N_("Marked as spam"),
        Status.SNOOZED: N_("Snoozed"),
    }.get(after.status, N_("Opened again"))  # fmt: skip
    if before.status is not Status.SNOOZED:
        return Undo(said=said, path="resolutions", fields={"status": before.status})
    wake = "" if before.wakes_by_reply else "time"
    return Undo(said=said, path="snoozes", fields={"until": before.until, "wake": wake})


def assignment(before: Before, after: Conversation) -> Undo | None:
    now = remember(after)
    if (before.assignee_id, before.team_id) == (now.assignee_id, now.team_id):
        return None
    team = before.team_id if before.team_id != now.team_id else ""
    fields = {"team": team, "agent": before.assignee_id, "both": "1"}
    return Undo(said=N_("Assigned"), path="assignments", fields=fields)


def priority(before: Before, after: Conversation) -> Undo | None:
    if before.priority == int(after.priority):
        return None
    fields = {"priority": str(before.priority)}
    return Undo(said=N_("Priority changed"), path="priorities", fields=fields)


def tag(name: str, *, goes: bool) -> Undo:
    """Of one that was given or, if it `goes`, taken away."""
    said = N_("Tag taken away") if goes else N_("Tag added")
    return Undo(said=said, path="taggings", fields={"tag": name, "remove": "" if goes else "1"})
