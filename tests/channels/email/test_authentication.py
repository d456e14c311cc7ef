"""Who wrote a mail: what the trusted server says, and what anybody could have written below it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.channels.email.authentication import judge

HOST = "mx.shop.test"
GMAIL = (
    "mx.google.com; dkim=pass header.i=@customer.test header.s=s1 header.b=abc; spf=pass"
    " (google.com: domain of a@customer.test designates 1.2.3.4 as permitted sender; yes)"
    " smtp.mailfrom=a@customer.test; dmarc=pass (p=REJECT sp=REJECT dis=NONE)"
    " header.from=customer.test"
)
MICROSOFT = (
    "spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=customer.test; dkim=pass (signature was"
    " verified) header.d=customer.test;dmarc=pass action=none header.from=customer.test;"
    "compauth=pass reason=100"
)


@pytest.mark.parametrize(
    ("results", "why"),
    [
        ("dmarc=pass header.from=customer.test", "dmarc"),
        ("dkim=pass header.d=customer.test", "dkim"),
        ("dkim=pass header.i=@mail.customer.test header.d=customer.test", "dkim"),
        ("spf=pass smtp.mailfrom=a@customer.test", "spf"),
        ('spf=pass smtp.mailfrom="a b"@customer.test; dkim=none', "spf"),
        ("dkim=pass header.d=mailer.test", "other_domain"),
        ("dkim=pass header.from=customer.test", "nothing_passed"),
        ("dkim=fail header.d=customer.test; spf=softfail", "nothing_passed"),
        ("dmarc=fail header.from=customer.test; dkim=pass header.d=customer.test", "failed"),
        ("none", "no_results"),
        ("auth=pass smtp.auth=a@customer.test", "no_results"),
        ("dkim=fail (dkim=pass header.d=customer.test; ) header.d=x.test", "nothing_passed"),
        ('dkim=fail reason="; dmarc=pass header.from=customer.test"', "nothing_passed"),
    ],
)  # fmt: skip
def test_the_verdict_follows_from_what_the_trusted_server_says(results: str, why: str) -> None:
    sender = "a@customer.test"

    assert judge([f"{HOST}; {results}"], HOST, sender).why == why


def test_the_lines_of_the_large_providers_are_understood() -> None:
    google = judge([GMAIL], "mx.google.com", "a@customer.test")
    microsoft = judge([MICROSOFT], "microsoft", "a@customer.test")

    assert google.why == microsoft.why == "dmarc"
    for verdict in (google, microsoft):
        assert {(c.method, c.result, c.domain) for c in verdict.checks} == {
            (method, "pass", "customer.test") for method in ("dmarc", "dkim", "spf")
        }


def test_only_the_topmost_header_of_the_trusted_server_counts() -> None:
    forged = f"{HOST}; dmarc=pass header.from=customer.test"
    honest = f"{HOST}; dmarc=none header.from=customer.test; spf=softfail"

    assert judge(["other.test; dmarc=pass", honest, forged], HOST, "a@customer.test").why == (
        "nothing_passed"
    )


@pytest.mark.parametrize("header", ["mx.shop.test 1; dkim=pass header.d=customer.test",
                                    "MX.Shop.Test; dkim=pass header.d=customer.test"])  # fmt: skip
def test_the_servers_name_may_have_a_version_and_capitals(header: str) -> None:
    assert judge([header], HOST, "a@customer.test").why == "dkim"


@pytest.mark.parametrize(
    ("headers", "trusted", "why"),
    [
        ([GMAIL], "", "nobody_trusted"),
        ([GMAIL], HOST, "no_results"),
        ([], HOST, "no_results"),
        ([GMAIL], "microsoft", "no_results"),
    ],
)
def test_without_word_from_whom_we_trust_nothing_is_proven(
    headers: list[str], trusted: str, why: str
) -> None:
    verdict = judge(headers, trusted, "a@customer.test")

    assert verdict.why == why
    assert not verdict.is_proven


@given(st.text(max_size=300), st.text(alphabet='();="\\ dkimpass.@', max_size=80))
def test_no_header_is_too_odd(text: str, odd: str) -> None:
    assert judge([text, f"{HOST};{odd}"], HOST, "a@customer.test").why


def test_a_hostile_header_takes_no_time() -> None:
    for odd in ("(" * 60_000, '"' * 60_001, ";" * 60_000, "dkim=" * 12_000, "\\" * 60_000):
        assert judge([f"{HOST};{odd}"], HOST, "a@customer.test").why
