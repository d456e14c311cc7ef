"""The contract test finds what a careless channel does."""

import pytest

from inbox.channels.base import Account, HookAnswer
from inbox.envelope import Address, DeliveryReport, FilePart, InboundEnvelope, RawItem
from inbox.testing import FakeChannel, FakeSettings, check_channel

ACCOUNT = Account(inbox_id="i", name="Fake", settings=FakeSettings())
SAMPLE = RawItem(external_id="1", content=b'{"id": "1", "sender": "ana", "text": "Hello"}')
ANA = Address(kind="external", value="ana")


def test_the_fake_channel_keeps_it():
    check_channel(FakeChannel, ACCOUNT, [SAMPLE])


def careless(answer):
    class Careless(FakeChannel):
        def parse(self, raw):
            return answer(raw)

    return Careless


def message(**changes):
    return InboundEnvelope(**({"external_id": "1", "sender": ANA, "text": "Hello"} | changes))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda raw: [], "found nothing"),
        (lambda raw: [message(text="a\0")], "NUL"),
        (lambda raw: [message(text=5)], "must be a text"),
        (lambda raw: [message(external_id="x" * 501)], "1 to 500"),
        (lambda raw: [message(sender=Address(kind="external", value=""))], "needs a value"),
        (lambda raw: [message(files=(FilePart(name="a", content_type="b"),))], "its content"),
        (lambda raw: [message(thread="x" * 321)], "thread"),
        (lambda raw: [DeliveryReport(provider_id="1", state="gone")], "none of"),
        (lambda raw: [message(text=repr(object()))], "pure"),
        (lambda raw: [message(text=raw.content.decode().strip("\0"))], "instead of Unparsable"),
    ],
)
def test_a_broken_promise_is_named(answer, words):
    with pytest.raises(AssertionError, match=words):
        check_channel(careless(answer), ACCOUNT, [SAMPLE])


def test_a_hook_that_takes_anything_is_found():
    class Gullible(FakeChannel):
        def hook(self, request):
            return HookAnswer()

    with pytest.raises(AssertionError, match="without a signature"):
        check_channel(Gullible, ACCOUNT, [SAMPLE])


def test_a_name_is_one_lower_case_word():
    class Shouting(FakeChannel):
        name = "My Channel"

    with pytest.raises(AssertionError, match="lower-case word"):
        check_channel(Shouting, ACCOUNT, [SAMPLE])
