"""A channel whose mails do to the parser what their text says."""

import os
from collections.abc import Sequence

from inbox.channels.base import Account
from inbox.envelope import Address, InboundEnvelope, RawItem


class TroublesomeChannel:
    """At module level, since the parsing process has to find it by name."""

    def __init__(self, account: Account) -> None:
        self._settings = account.settings

    def parse(self, raw: RawItem) -> Sequence[InboundEnvelope]:
        text = raw.external_id
        if text == "spin":
            while True:
                pass
        if text == "eat":
            return [envelope("x" * (1 << 31))]
        if text == "die":
            os._exit(1)
        if text == "raise":
            raise KeyError(text)
        if text == "password":
            text = self._settings.imap_password.get_secret_value()
        return [envelope(str(os.getpid()) if text == "process" else text)]

    def extract(self, raw: RawItem) -> Sequence[InboundEnvelope]:
        return [envelope("extract")]


def envelope(text: str) -> InboundEnvelope:
    sender = Address(kind="email", value="jane@customer.test")
    return InboundEnvelope(external_id="1", sender=sender, text=text)
