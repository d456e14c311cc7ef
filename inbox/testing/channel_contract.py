"""What every channel keeps to; a plug-in's test calls `check_channel` with samples of its own."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from inbox.channels.base import (
    Account,
    BadRequest,
    BadSignature,
    Capabilities,
    Channel,
    ChannelSettings,
    Hooked,
    HookRequest,
    Unparsable,
)
from inbox.channels.reading import ADDRESS_LIMIT, EXTERNAL_ID_LIMIT, NAME_LIMIT
from inbox.envelope import (
    Address,
    DeliveryReport,
    FilePart,
    Inbound,
    InboundEnvelope,
    RawItem,
    Reacted,
)  # fmt: skip
from inbox.testing.damage import damaged

STATES = {"queued", "sending", "sent", "delivered", "read", "failed"}
UNSIGNED_BODIES = (b"", b"{}", b"a=b", b"\xff", b"[" * 5000)


def check_channel(
    channel_class: type[Channel], account: Account, samples: Sequence[RawItem]
) -> None:
    """Raises AssertionError, in words, for the first promise that is broken."""
    _check_description(channel_class)
    channel = channel_class(account)
    assert isinstance(channel.address(), str), "address() must be a text, empty if there is none"
    for sample in samples:
        _check_sample(channel, sample)
        for content in damaged(sample.content):
            _check_damaged(channel, replace(sample, content=content))
    if isinstance(channel, Hooked):
        _check_unsigned(channel, account.hook_url)


def _check_description(channel_class: type[Channel]) -> None:
    name = channel_class.name
    assert re.fullmatch("[a-z][a-z0-9_]*", name), f"name {name!r} must be a lower-case word"
    assert channel_class.label, "label is what people read; it must not be empty"
    assert channel_class.icon, "icon must name an icon"
    assert isinstance(channel_class.capabilities, Capabilities), "capabilities must be Capabilities"
    model = channel_class.settings_model
    assert issubclass(model, ChannelSettings), "settings_model must subclass ChannelSettings"
    for field, info in model.model_fields.items():
        assert info.title, f"the setting {field} needs a title, its label in the form"


def _check_sample(channel: Channel, sample: RawItem) -> None:
    assert 0 < len(sample.external_id) <= EXTERNAL_ID_LIMIT, "external_id: 1 to 500 characters"
    found = channel.parse(sample)
    assert found, f"the sample {sample.external_id} is good, but parse() found nothing in it"
    assert list(channel.parse(sample)) == list(found), "parse() must be pure: same in, same out"
    for inbound in found:
        _check_inbound(inbound)


def _check_damaged(channel: Channel, sample: RawItem) -> None:
    try:
        found = channel.parse(sample)
    except Unparsable:
        return
    except Exception as error:
        raise AssertionError(
            f"parse() raised {error!r} instead of Unparsable for {sample.content[:200]!r}"
        ) from error
    for inbound in found:
        _check_inbound(inbound)


def _check_inbound(inbound: Inbound) -> None:
    if isinstance(inbound, DeliveryReport):
        assert inbound.provider_id, "a report must name the message"
        assert inbound.state in STATES, f"state {inbound.state!r} is none of {sorted(STATES)}"
        return
    if isinstance(inbound, Reacted):
        assert inbound.message_id, "a reaction must name the message"
        _check_address(inbound.sender)
        return
    _check_text(inbound)
    assert 0 < len(inbound.external_id) <= EXTERNAL_ID_LIMIT, "external_id: 1 to 500 characters"
    for address in (inbound.sender, *inbound.to, *inbound.cc):
        _check_address(address)
    for file in inbound.files:
        _check_file(file)
    if inbound.sent_at:
        assert inbound.sent_at.tzinfo, "sent_at needs a time zone"
    assert not (inbound.thread is not None and len(inbound.thread) > ADDRESS_LIMIT), (
        f"thread: at most {ADDRESS_LIMIT} characters"
    )


def _check_text(envelope: InboundEnvelope) -> None:
    texts: dict[str, Any] = {
        "text": envelope.text,
        "html": envelope.html,
        "subject": envelope.subject,
        "choice": envelope.choice,
        "written_in": envelope.written_in,
        **{f"fields.{name}": value for name, value in envelope.fields.items()},
    }
    for place, value in texts.items():
        assert isinstance(value, str), f"{place} must be a text, not {value!r}"
        assert "\0" not in value, f"{place} has a NUL, which no database takes"


def _check_address(address: Address) -> None:
    assert address.kind, "an address needs a kind"
    assert address.value, "an address needs a value"
    assert len(address.value) <= ADDRESS_LIMIT, f"address: at most {ADDRESS_LIMIT} characters"
    assert len(address.name) <= NAME_LIMIT, f"name: at most {NAME_LIMIT} characters"
    assert "\0" not in address.value + address.name, "an address has a NUL"


def _check_file(file: FilePart) -> None:
    assert file.name, "a file needs a name"
    assert file.content_type, "a file needs a type"
    has_source = file.content is not None or file.remote
    assert has_source, "a file needs its content or a remote reference"


def _check_unsigned(channel: Hooked, url: str) -> None:
    for body in UNSIGNED_BODIES:
        for content_type in ("application/json", "application/x-www-form-urlencoded"):
            request = HookRequest(
                method="POST", url=url, headers={"Content-Type": content_type}, query={}, body=body
            )
            try:
                channel.hook(request)
            except (BadSignature, BadRequest):
                continue
            raise AssertionError("hook() took a request without a signature")
