"""What the environment says, checked where it is read."""

import pytest
from pydantic import ValidationError

from inbox.settings import Settings


def test_a_public_address_is_what_browsers_send_as_their_origin() -> None:
    assert Settings(public_url="https://inbox.example/", _env_file=None).public_url == (
        "https://inbox.example"
    )


@pytest.mark.parametrize("proxies", ["10.0.0.0/8, ::1", "127.0.0.1", ""])
def test_proxies_are_networks_or_addresses(proxies: str) -> None:
    assert Settings(trusted_proxies=proxies, _env_file=None).trusted_proxies == proxies


@pytest.mark.parametrize("proxies", ["nginx", "10.0.0.1/8"])
def test_a_proxy_that_is_no_network_is_refused_at_the_start(proxies: str) -> None:
    with pytest.raises(ValidationError, match="trusted_proxies"):
        Settings(trusted_proxies=proxies, _env_file=None)
