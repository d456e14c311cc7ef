"""Which mail of ours failed, for whom and why, in the forms that mail servers use."""

import pytest

from inbox.channels.email.mail import FailureReport
from inbox.channels.email.reading import read_mail

ORIGINAL = "Message-ID: <ours@shop.test>\nTo: jane@customer.test\nSubject: Order\n"


def free_form(body: str, *lines: str) -> FailureReport | None:
    """A report without any part for machines."""
    head = "\n".join(lines or ("From: MAILER-DAEMON <>", "Subject: Mail delivery failed"))
    return read_mail(f"{head}\nTo: help@shop.test\n\n{body}\n\n{ORIGINAL}".encode()).failure


def report(*blocks: str) -> FailureReport | None:
    status = "\n\n".join(["Reporting-MTA: dns; mx.customer.test", *blocks])
    raw = (
        "From: MAILER-DAEMON@mx.customer.test\nSubject: Undelivered\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nSorry.\n"
        f"--b\nContent-Type: message/delivery-status\n\n{status}\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\n{ORIGINAL}\n--b--\n"
    )
    return read_mail(raw.encode()).failure


def test_a_report_names_the_recipient_the_status_and_our_mail() -> None:
    failure = report("Final-Recipient: rfc822; Jane@Customer.test\nAction: failed\nStatus: 5.1.1")

    assert failure is not None
    assert failure.recipients == ("jane@customer.test",)
    assert failure.statuses == ("5.1.1",)
    assert failure.permanent
    assert failure.original_message_id == "ours@shop.test"


def test_the_code_of_the_last_server_is_closer_than_a_vague_one() -> None:
    failure = report(
        "Final-Recipient: rfc822; jane@customer.test\nAction: failed\nStatus: 5.0.0\n"
        "Diagnostic-Code: smtp; 550 5.7.1 Not welcome"
    )

    assert failure is not None
    assert failure.statuses == ("5.7.1",)


def test_a_report_of_success_is_no_bounce() -> None:
    assert report("Final-Recipient: rfc822; jane@customer.test\nAction: deliverable") is None


def test_a_pipe_is_no_recipient() -> None:
    failure = report(
        "Final-Recipient: rfc822;|/usr/bin/sort jane@customer.test\n"
        "Original-Recipient: rfc822;jane@customer.test\nAction: failed\nStatus: 5.0.0"
    )

    assert failure is not None
    assert failure.recipients == ("jane@customer.test",)


@pytest.mark.parametrize(
    ("body", "heads", "status"),
    [
        ("There was an error delivering your mail to <jane@customer.test>.\n550 5.7.26 No.",
         ("From: MAILER-DAEMON <>", "Subject: Hello"), ("5.7.26",)),
        ("Your message\ndid not reach the following recipient(s):\njane@customer.test on Monday",
         ("From: System Administrator <postmaster@customer.test>", "Subject: E"), ()),
        ("Could not be delivered to: <jane@customer.test>",
         ("From: no-reply@customer.test", "Subject: メールエラー通知"), ()),
        ("550 jane@customer.test... No such user",
         ("From: <>", "Return-Path: <>", "Subject: Re: Order"), ()),
        (("Technical report:\n\nAction: failed\nFinal-Recipient: rfc822; jane@customer.test\n"
         "Status: 5.2.2\n"),
         ("From: MAILER-DAEMON@customer.test", "Subject: Failure"), ("5.2.2",)),
    ],
)  # fmt: skip
def test_free_forms_are_recognised(
    body: str, heads: tuple[str, ...], status: tuple[str, ...]
) -> None:
    failure = free_form(body, *heads)

    assert failure is not None
    assert failure.permanent
    assert failure.statuses == status
    assert failure.original_message_id == "ours@shop.test"


def test_a_person_who_speaks_of_failed_delivery_sent_no_bounce() -> None:
    heads = ("From: Jane <jane@customer.test>", "Subject: My parcel was not delivered")

    assert free_form("The courier was unable to deliver it.", *heads) is None
