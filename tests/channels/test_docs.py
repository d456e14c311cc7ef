"""The pages on channels name every setting, and the worked example works."""

import re
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import SecretStr

from inbox.channels.api import ApiChannel
from inbox.channels.base import Account
from inbox.channels.console import ConsoleChannel
from inbox.channels.form import FormChannel
from inbox.channels.sms import SmsChannel
from inbox.channels.telegram import TelegramChannel
from inbox.channels.webchat import WebchatChannel
from inbox.envelope import RawItem
from inbox.testing import check_channel

DOCS = Path(__file__).parents[2] / "docs"
FIRST_AND_LAST = {"ask_email", "ask_phone", "ask_subject", "ask_message"}  # `ask_name` … `ask_file`


@pytest.mark.parametrize(
    "channel",
    [ApiChannel, ConsoleChannel, FormChannel, SmsChannel, TelegramChannel, WebchatChannel],
)
def test_the_page_of_a_channel_names_every_setting(channel):
    page = (DOCS / "channels" / f"{channel.name}.md").read_text()

    for setting in set(channel.settings_model.model_fields) - FIRST_AND_LAST:
        assert f"`{setting}`" in page
    for heading in ("## Settings", "## Limits", "## What failures mean"):
        assert heading in page


def test_the_worked_example_keeps_the_contract():
    page = (DOCS / "adding-a-channel.md").read_text()
    example = ModuleType("inbox_pigeon")
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], vars(example))
    account = Account(
        inbox_id="1", name="Pigeon", settings=example.PigeonSettings(key=SecretStr("k"))
    )
    sample = RawItem(external_id="1", content=b'{"id": "1", "sender": "ana", "text": "Hello"}')

    check_channel(example.PigeonChannel, account, [sample])
