"""Fetching by IMAP: everything after the checkpoint, then waiting for more.

A checkpoint is `{"uidvalidity": …, "uid": …}`: every message up to `uid` has been recorded. Where
an account began with new mail only it also holds `since`, the day of the beginning: when the server
numbers the folder anew, all from that day is recorded again, and the store knows what it has.
`floor` is the number at which the account began: what lies below was never wanted.

The Sent folder has a checkpoint of its own, under `sent`. It announces nothing while another folder
is open, so it is asked for its newest number now and then.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from inbox import clock
from inbox.channels.base import Record, TemporaryFailure
from inbox.channels.email.identity import identity
from inbox.channels.email.imap_link import TooMuch
from inbox.channels.email.mailbox import FETCH_LIMIT, Mailbox
from inbox.channels.email.settings import EmailSettings
from inbox.envelope import RawItem
from inbox.i18n import Phrase

WAIT_SECONDS = 240  # below the idle limits of servers and routers
WAIT_WITH_SENT_SECONDS = 60  # as long as an answer from a mail program may be unseen
WAIT_AFTER_MAIL_SECONDS = 5  # what came while we fetched may not be announced again
BATCH_BYTES = 8 * 1024 * 1024
LARGE_BYTES = 4 * 1024 * 1024
CONTENT_LIMIT = 150 * 1024 * 1024
SENT = "sent"  # the mark of what lies in the Sent folder, and the key of its checkpoint
NOT_LOOKED_AT = "-"
UNREADABLE = "unreadable"  # why, among the meta of what stands in for a mail
TRIES = 3  # at a message that the server does not give properly

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Checkpoint = Mapping[str, Any]


# how often a server gave a message badly, by UIDVALIDITY and UID; kept from link to link
Doubts = Counter[tuple[int, int]]


async def listen(
    mailbox: Mailbox,
    settings: EmailSettings,
    checkpoint: Checkpoint,
    record: Record,
    doubts: Doubts,
) -> None:
    """Until cancelled, then it is closed; raises TemporaryFailure."""
    try:
        sent = await sent_folder(mailbox, settings)
        checkpoint = _starting_point(mailbox, checkpoint, settings)
        await record([], checkpoint)
        while True:
            before = checkpoint
            checkpoint = await _take_new(mailbox, checkpoint, record, doubts)
            if sent:
                checkpoint = await _take_sent(mailbox, sent, settings, checkpoint, record, doubts)
            idle = WAIT_WITH_SENT_SECONDS if sent else WAIT_SECONDS
            seconds = idle if checkpoint == before else WAIT_AFTER_MAIL_SECONDS
            await mailbox.wait(seconds)
            await record([], checkpoint)
    finally:
        await mailbox.close()


async def sent_folder(mailbox: Mailbox, settings: EmailSettings) -> str:
    """As it is set, else as the server says; empty where there is none to look at."""
    if settings.sent_folder == NOT_LOOKED_AT:
        return ""
    found = settings.sent_folder or await mailbox.sent_folder()
    return "" if found == settings.imap_folder else found


async def _take_sent(
    mailbox: Mailbox,
    folder: str,
    settings: EmailSettings,
    checkpoint: Checkpoint,
    record: Record,
    doubts: Doubts,
) -> Checkpoint:
    """What was sent since the last time; from the beginning of the account only what is new."""
    known = checkpoint.get(SENT, {})
    validity, following = await mailbox.newest(folder)
    if known.get("uidvalidity") == validity and known["uid"] >= following - 1:
        return checkpoint

    async def record_sent(items: Sequence[RawItem], part: Checkpoint) -> None:
        await record(items, {**checkpoint, SENT: part})

    await mailbox.select(folder, mark=SENT)
    only_new = settings.model_copy(update={"start_with": "new"})
    part = _starting_point(mailbox, known, only_new)
    part = await _take_new(mailbox, part, record_sent, doubts)
    await mailbox.select(settings.imap_folder)
    checkpoint = _starting_point(mailbox, {**checkpoint, SENT: part}, settings)
    await record([], checkpoint)
    return checkpoint


def _starting_point(
    mailbox: Mailbox, checkpoint: Checkpoint, settings: EmailSettings
) -> Checkpoint:
    if checkpoint.get("uidvalidity") == mailbox.uid_validity:
        return checkpoint
    if checkpoint:
        return {**checkpoint, "uidvalidity": mailbox.uid_validity, "uid": 0, "floor": 0}
    if settings.start_with == "everything":
        return {"uidvalidity": mailbox.uid_validity, "uid": 0, "floor": 0}
    newest = max(0, mailbox.uid_next - 1)
    return {
        "uidvalidity": mailbox.uid_validity,
        "uid": newest,
        "floor": newest,
        "since": _imap_date(clock.now() - timedelta(days=1)),
    }


async def _take_new(
    mailbox: Mailbox, checkpoint: Checkpoint, record: Record, doubts: Doubts
) -> Checkpoint:
    """Batch by batch, each recorded together with the checkpoint that follows from it."""
    since = checkpoint.get("since", "") if checkpoint["uid"] == 0 else ""
    uids = await mailbox.uids_after(checkpoint["uid"], since)
    for start in range(0, len(uids), FETCH_LIMIT):
        group = uids[start : start + FETCH_LIMIT]
        for batch in batches(await mailbox.sizes(group)):
            items = await fetch(mailbox, batch, doubts)
            checkpoint = {**checkpoint, "uid": max(batch)}
            await record(items, checkpoint)
        checkpoint = {**checkpoint, "uid": group[-1]}
    return checkpoint


def batches(sizes: Mapping[int, int]) -> Iterator[Mapping[int, int]]:
    """In the order of their UIDs, each within the limit of bytes; a large message is alone."""
    batch: dict[int, int] = {}
    for uid, size in sizes.items():
        if batch and sum(batch.values()) + size > BATCH_BYTES:
            yield batch
            batch = {}
        batch[uid] = size
    if batch:
        yield batch


async def fetch(mailbox: Mailbox, batch: Mapping[int, int], doubts: Doubts) -> Sequence[RawItem]:
    """A message that is gone meanwhile is passed over; one that is there must have a content."""
    validity = mailbox.uid_validity
    small = {
        uid: size
        for uid, size in batch.items()
        if size <= LARGE_BYTES and not doubts[validity, uid]
    }
    with _doubting(small, validity, doubts):
        contents = await mailbox.contents(small) if small else {}
    items = []
    missing = []
    for uid, size in batch.items():
        meta: dict[str, Any] = {"uid": uid, "uidvalidity": validity, "folder": mailbox.mark}
        if doubts[validity, uid] >= TRIES:
            found = [_unreadable(meta)]
        elif uid in small:
            found = _small(contents.get(uid), meta)
        else:
            with _doubting([uid], validity, doubts):
                found = await _large(mailbox, uid, size, meta)
        items += found
        if size and not found:
            missing.append(uid)
    await _make_sure_they_are_gone(mailbox, missing, doubts)
    return items


@contextmanager
def _doubting(uids: Iterable[int], validity: int, doubts: Doubts) -> Iterator[None]:
    """Those that flooded us are asked for one by one and in ranges, and then not at all."""
    try:
        yield
    except TooMuch:
        doubts.update((validity, uid) for uid in uids)
        raise


async def _make_sure_they_are_gone(
    mailbox: Mailbox, missing: Sequence[int], doubts: Doubts
) -> None:
    """Else the checkpoint would pass what nobody has read."""
    there = [uid for uid, size in (await mailbox.sizes(missing)).items() if size] if missing else []
    if there:
        doubts.update((mailbox.uid_validity, uid) for uid in there)
        raise TemporaryFailure(
            Phrase(
                "The mail server gives no content for the mail with the number (UID) %(uid)s."
                " What comes after it waits. Move this mail to another folder if it stays so.",
                uid=there[0],
            )
        )


def _unreadable(meta: dict[str, Any]) -> RawItem:
    """Stands in for it, so that a person sees it and the others go on."""
    uid, validity = meta["uid"], meta["uidvalidity"]
    why = (
        f"The mail server does not give the mail with the number (UID) {uid} as it should."
        " Look at it with another mail program, and forward it from there."
    )
    name = f"unreadable:{validity}:{uid}"
    return RawItem(
        external_id=_named(name, meta), content=why.encode(), meta={**meta, UNREADABLE: why}
    )


def _small(content: bytes | None, meta: dict[str, Any]) -> list[RawItem]:
    return (
        [RawItem(external_id=_named(identity(content), meta), content=content, meta=meta)]
        if content
        else []
    )


async def _large(mailbox: Mailbox, uid: int, size: int, meta: dict[str, Any]) -> list[RawItem]:
    head, spooled = await mailbox.large(uid, CONTENT_LIMIT)
    if not head:
        return []
    if size > CONTENT_LIMIT:
        meta["cut_from"] = size
    return [
        RawItem(
            external_id=_named(identity(head, spooled.digest), meta), meta=meta, spooled=spooled
        )
    ]


def _named(name: str, meta: Mapping[str, Any]) -> str:
    """The same mail in the Sent folder is another arrival."""
    return f"{meta['folder']}:{name}" if meta["folder"] else name


def _imap_date(moment: datetime) -> str:
    """With English months, whatever the locale."""
    return f"{moment.day}-{_MONTHS[moment.month - 1]}-{moment.year}"
