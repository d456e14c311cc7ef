"""Fetching by IMAP: everything after the checkpoint, then waiting for more.

A checkpoint is `{"uidvalidity": …, "uid": …}`: every message up to `uid` has been recorded. Where
an account began with new mail only it also holds `since`, the day of the beginning: when the server
numbers the folder anew, all from that day is recorded again, and the store knows what it has.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from inbox import clock
from inbox.channels.base import Record, TemporaryFailure
from inbox.channels.email.identity import identity
from inbox.channels.email.mailbox import FETCH_LIMIT, Mailbox
from inbox.channels.email.settings import EmailSettings
from inbox.envelope import RawItem
from inbox.i18n import Phrase

WAIT_SECONDS = 240  # below the idle limits of servers and routers
WAIT_AFTER_MAIL_SECONDS = 5  # what came while we fetched may not be announced again
BATCH_BYTES = 8 * 1024 * 1024
LARGE_BYTES = 4 * 1024 * 1024
CONTENT_LIMIT = 150 * 1024 * 1024

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Checkpoint = Mapping[str, Any]


async def listen(
    mailbox: Mailbox, settings: EmailSettings, checkpoint: Checkpoint, record: Record
) -> None:
    """Until cancelled, then it is closed; raises TemporaryFailure."""
    try:
        checkpoint = _starting_point(mailbox, checkpoint, settings)
        await record([], checkpoint)
        while True:
            before = checkpoint
            checkpoint = await _take_new(mailbox, checkpoint, record)
            seconds = WAIT_SECONDS if checkpoint == before else WAIT_AFTER_MAIL_SECONDS
            await mailbox.wait(seconds)
            await record([], checkpoint)
    finally:
        await mailbox.close()


def _starting_point(
    mailbox: Mailbox, checkpoint: Checkpoint, settings: EmailSettings
) -> Checkpoint:
    if checkpoint.get("uidvalidity") == mailbox.uid_validity:
        return checkpoint
    if checkpoint:
        return {**checkpoint, "uidvalidity": mailbox.uid_validity, "uid": 0}
    if settings.start_with == "everything":
        return {"uidvalidity": mailbox.uid_validity, "uid": 0}
    return {
        "uidvalidity": mailbox.uid_validity,
        "uid": max(0, mailbox.uid_next - 1),
        "since": _imap_date(clock.now() - timedelta(days=1)),
    }


async def _take_new(mailbox: Mailbox, checkpoint: Checkpoint, record: Record) -> Checkpoint:
    """Batch by batch, each recorded together with the checkpoint that follows from it."""
    since = checkpoint.get("since", "") if checkpoint["uid"] == 0 else ""
    uids = await mailbox.uids_after(checkpoint["uid"], since)
    for start in range(0, len(uids), FETCH_LIMIT):
        group = uids[start : start + FETCH_LIMIT]
        for batch in _batches(await mailbox.sizes(group)):
            items = await _fetch(mailbox, batch)
            checkpoint = {**checkpoint, "uid": max(batch)}
            await record(items, checkpoint)
        checkpoint = {**checkpoint, "uid": group[-1]}
    return checkpoint


def _batches(sizes: Mapping[int, int]) -> Iterator[Mapping[int, int]]:
    """In the order of their UIDs, each within the limit of bytes; a large message is alone."""
    batch: dict[int, int] = {}
    for uid, size in sizes.items():
        if batch and sum(batch.values()) + size > BATCH_BYTES:
            yield batch
            batch = {}
        batch[uid] = size
    if batch:
        yield batch


async def _fetch(mailbox: Mailbox, batch: Mapping[int, int]) -> Sequence[RawItem]:
    """A message that is gone meanwhile is passed over; one that is there must have a content."""
    small = [uid for uid, size in batch.items() if size <= LARGE_BYTES]
    contents = await mailbox.contents(small) if small else {}
    items = []
    missing = []
    for uid, size in batch.items():
        meta: dict[str, Any] = {"uid": uid, "uidvalidity": mailbox.uid_validity}
        if uid not in small:
            found = await _large(mailbox, uid, size, meta)
        else:
            found = _small(contents.get(uid), meta)
        items += found
        if size and not found:
            missing.append(uid)
    await _make_sure_they_are_gone(mailbox, missing)
    return items


async def _make_sure_they_are_gone(mailbox: Mailbox, missing: Sequence[int]) -> None:
    """Else the checkpoint would pass what nobody has read."""
    there = [uid for uid, size in (await mailbox.sizes(missing)).items() if size] if missing else []
    if there:
        raise TemporaryFailure(
            Phrase(
                "The mail server gives no content for the mail with the number (UID) %(uid)s."
                " What comes after it waits. Move this mail to another folder if it stays so.",
                uid=there[0],
            )
        )


def _small(content: bytes | None, meta: dict[str, Any]) -> list[RawItem]:
    return [RawItem(external_id=identity(content), content=content, meta=meta)] if content else []


async def _large(mailbox: Mailbox, uid: int, size: int, meta: dict[str, Any]) -> list[RawItem]:
    head, spooled = await mailbox.large(uid, CONTENT_LIMIT)
    if not head:
        return []
    if size > CONTENT_LIMIT:
        meta["cut_from"] = size
    return [RawItem(external_id=identity(head, spooled.digest), meta=meta, spooled=spooled)]


def _imap_date(moment: datetime) -> str:
    """With English months, whatever the locale."""
    return f"{moment.day}-{_MONTHS[moment.month - 1]}-{moment.year}"
