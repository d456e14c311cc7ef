"""The thread of a conversation on which a message came, in a batch of them."""

from datetime import timedelta
from typing import Any

from inbox import clock, ids
from inbox.desk import own_addresses, rows
from inbox.desk.batch import Batch
from inbox.desk.rows import ConversationRow, ThreadRow
from inbox.envelope import AddressKind, InboundEnvelope
from inbox.model import Inbox


def of(
    batch: Batch,
    came_to: str,
    envelope: InboundEnvelope,
    conversation: ConversationRow,
    identity_id: str,
) -> ThreadRow:
    """The conversation's, made if it has none with this sender; `came_to` is an inbox's id."""
    now = clock.now()
    remote = envelope.thread if envelope.thread is not None else envelope.sender.value
    inbox_id = _answered_from(batch, came_to)
    key = (conversation.id, inbox_id, remote)
    thread = batch.known.threads.get(key)
    if thread is None:
        thread = ThreadRow(
            id=ids.new(), conversation_id=conversation.id, inbox_id=inbox_id, remote_id=remote
        )
        batch.known.threads[key] = thread
        batch.new_threads.append(
            {**rows.record(now), "id": thread.id, "conversation_id": conversation.id,
             "inbox_id": inbox_id, "identity_id": identity_id, "remote_id": remote,
             "subject": envelope.subject[:500]}
        )  # fmt: skip
    batch.known.by_thread[inbox_id, remote] = thread
    return thread


def heard(
    batch: Batch, came_to: str, envelope: InboundEnvelope, thread: ThreadRow, window_hours: int
) -> None:
    """It was written on now, and to this address of ours, which answers come from."""
    now = clock.now()
    batch.used_threads[thread.id] = thread
    thread.last_incoming_at = now
    thread.window_until = now + timedelta(hours=window_hours) if window_hours else None
    if envelope.sender.kind == AddressKind.EMAIL and thread.inbox_id == came_to:
        ours = batch.inboxes[came_to].addresses
        thread.our_address = own_addresses.written_to(ours, envelope)
    elif len(numbers := batch.inboxes[came_to].numbers) > 1:
        thread.our_address = next((to.value for to in envelope.to if to.value in numbers), "")


def say_where(inbox: Inbox, thread: ThreadRow, message: dict[str, Any]) -> None:
    """To which of our addresses it came, where there are several."""
    if len(inbox.addresses) > 1 and thread.our_address:
        message["recipients"]["at"] = thread.our_address


def _answered_from(batch: Batch, inbox_id: str) -> str:
    """A web form can't send, so its settings name the inbox that answers for it."""
    named = batch.inboxes[inbox_id].settings.get("reply_inbox")
    if not named:
        return inbox_id
    if named not in batch.inboxes:
        other = batch.session.get(Inbox, named)
        batch.inboxes[named] = other or batch.inboxes[inbox_id]
    return batch.inboxes[named].id
