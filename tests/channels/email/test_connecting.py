"""Servers that can't be reached are told as trouble of the account, whatever was typed."""

import pytest

from inbox.channels.base import TemporaryFailure
from inbox.channels.email.connecting import connect


@pytest.mark.parametrize("host", ["a" * 300, "a..example.org", "no such name", "[::1]"])
async def test_a_name_that_can_not_be_is_a_server_that_is_not_there(host):
    with pytest.raises(TemporaryFailure, match="There is no server with the name"):
        await connect(host, 993, "")


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "169.254.169.254", "::1"])
async def test_our_own_network_is_not_reached(host):
    with pytest.raises(TemporaryFailure, match="not public"):
        await connect(host, 993, "")
