"""All numbers of a mailbox against those that are known; what is missing is fetched."""

from inbox.channels.base import Known, Record
from inbox.channels.email import imap
from inbox.channels.email.imap import SENT, Checkpoint, Doubts
from inbox.channels.email.mailbox import FETCH_LIMIT, Mailbox
from inbox.channels.email.settings import EmailSettings


async def compare(
    mailbox: Mailbox,
    settings: EmailSettings,
    checkpoint: Checkpoint,
    known: Known,
    record: Record,
    doubts: Doubts,
) -> int:
    """How many mails were looked at; what lies above the checkpoint is not due yet."""
    try:
        looked = await _folder(mailbox, checkpoint, known, record, doubts)
        sent = await imap.sent_folder(mailbox, settings) if SENT in checkpoint else ""
        if sent:
            await mailbox.select(sent, mark=SENT)
            looked += await _folder(mailbox, checkpoint[SENT], known, record, doubts)
        return looked
    finally:
        await mailbox.close()


async def _folder(
    mailbox: Mailbox, checkpoint: Checkpoint, known: Known, record: Record, doubts: Doubts
) -> int:
    if checkpoint.get("uidvalidity") != mailbox.uid_validity:
        return 0  # numbered anew: whoever fetches goes through all of it
    floor = checkpoint.get("floor", checkpoint["uid"])
    since = "" if floor else checkpoint.get("since", "")
    uids = [u for u in await mailbox.uids_after(floor, since) if u <= checkpoint["uid"]]
    seen = await known(mailbox.mark, mailbox.uid_validity)
    missing = [uid for uid in uids if uid not in seen]
    for start in range(0, len(missing), FETCH_LIMIT):
        sizes = await mailbox.sizes(missing[start : start + FETCH_LIMIT])
        for batch in imap.batches(sizes):
            await record(await imap.fetch(mailbox, batch, doubts), checkpoint)
    return len(uids)
