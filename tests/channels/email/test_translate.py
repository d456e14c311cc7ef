"""What a mail means for one account."""

import pytest

from inbox.channels.base import Account, Unparsable
from inbox.channels.email import EmailChannel
from inbox.channels.email.settings import EmailSettings
from inbox.envelope import InboundEnvelope, Proof, RawItem


def parse(head: str, body: str = "Hello", **settings: str) -> InboundEnvelope:
    given = {"email": "support@shop.test", "aliases": "sales@shop.test", **settings}
    channel = EmailChannel(Account(inbox_id="i", name="Mail", settings=EmailSettings(**given)))
    content = f"{head.strip()}\n\n{body}\n".encode()
    (found,) = channel.parse(RawItem(external_id="", content=content))
    assert isinstance(found, InboundEnvelope)
    return found


FROM = "From: Jane <Jane@Customer.test>\n"


def test_the_sender_is_known_by_a_lower_case_address() -> None:
    found = parse(FROM)

    assert found.sender.value == "jane@customer.test"
    assert found.sender.name == "Jane"


def test_the_references_come_newest_first_and_none_twice() -> None:
    found = parse(FROM + "In-Reply-To: <c@x>\nReferences: <a@x>\n <b@x> <c@x>")

    assert found.references == ("c@x", "b@x", "a@x")


def test_references_are_limited() -> None:
    found = parse(FROM + "References: " + " ".join(f"<{n}@x>" for n in range(5000)))

    assert len(found.references) == 50


def test_every_address_it_came_to_is_kept_for_the_plus_address() -> None:
    found = parse(FROM + "Delivered-To: support+abc@shop.test\nTo: support@shop.test, b@x.test")

    assert found.delivered_to == ("support+abc@shop.test", "support@shop.test", "b@x.test")


def test_a_marker_in_the_quoted_text_is_found() -> None:
    token = "c1-" + "a" * 16
    found = parse(FROM, f"Thanks\n\nOn Mon, 2 Nov 2026 at 10:00 Shop wrote:\n> Hi\n> [ref:{token}]")

    assert found.text == "Thanks"
    assert found.markers == (token,)


def test_a_form_speaks_for_the_one_in_reply_to() -> None:
    found = parse("From: Website <no-reply@forms.test>\nReply-To: jane@customer.test")

    assert found.sender.value == "jane@customer.test"
    assert found.sender.name == "Website"
    assert not found.automatic


def test_a_list_does_not_put_itself_in_the_senders_place() -> None:
    found = parse(FROM + "List-Id: <news.x.test>\nReply-To: news@x.test")

    assert found.sender.value == "jane@customer.test"
    assert found.automatic


@pytest.mark.parametrize(
    ("results", "proof"),
    [
        ("mx.shop.test; dkim=pass header.d=customer.test", Proof.PROVEN),
        ("mx.shop.test; spf=pass smtp.mailfrom=jane@customer.test", Proof.PROVEN),
        ("mx.shop.test; dkim=fail header.d=customer.test", Proof.CLAIMED),
        ("mx.shop.test; dkim=pass header.d=evil.test", Proof.CLAIMED),
        ("mx.shop.test; dkim=pass header.d=test", Proof.CLAIMED),
        ("mx.evil.test; dkim=pass header.d=customer.test", Proof.CLAIMED),
        ("mx.shop.test; dkim=none (dkim=pass header.d=customer.test)", Proof.CLAIMED),
    ],
)
def test_only_the_trusted_server_proves_who_wrote(results: str, proof: Proof) -> None:
    found = parse(FROM + f"Authentication-Results: {results}", trusted_host="mx.shop.test")

    assert found.proof == proof


def test_results_below_those_of_the_trusted_server_are_the_senders_own() -> None:
    head = (
        "Authentication-Results: mx.shop.test; dkim=none\n"
        "Authentication-Results: mx.shop.test; dkim=pass header.d=customer.test\n"
    )
    assert parse(head + FROM, trusted_host="mx.shop.test").proof == Proof.CLAIMED


def test_without_a_trusted_server_nothing_is_proven() -> None:
    head = "Authentication-Results: mx.shop.test; dkim=pass header.d=customer.test\n"
    assert parse(head + FROM).proof == Proof.CLAIMED


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-replied",
        "Precedence: bulk",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "List-Id: <a.b.test>",
        "Return-Path: <>",
        "Subject: Out of office: back on Monday",
        "Subject: Automatische Antwort: Urlaub",
        "X-Inbox-Automatic: yes",
    ],
)
def test_machines_are_recognised(line: str) -> None:
    assert parse(FROM + line).automatic


@pytest.mark.parametrize("line", ["Auto-Submitted: no", "Subject: Office out of paper", "X: y"])
def test_people_are_not_taken_for_machines(line: str) -> None:
    assert not parse(FROM + line).automatic


def test_our_own_mail_is_automatic() -> None:
    assert parse("From: sales@shop.test").automatic


def test_the_same_id_with_another_date_is_another_mail() -> None:
    one = parse(FROM + "Message-ID: <1@x>\nDate: Mon, 2 Nov 2026 10:00:00 +0000")
    other = parse(FROM + "Message-ID: <1@x>\nDate: Mon, 2 Nov 2026 10:00:01 +0000")
    again = parse(
        "Received: by a list\n" + FROM + "Date:  Mon, 2 Nov 2026 10:00:00 +0000\nMessage-Id: <1@x>"
    )

    assert one.external_id != other.external_id
    assert one.external_id == again.external_id
    assert one.mail_message_id == other.mail_message_id == "1@x"


def test_without_an_id_the_content_is_the_id() -> None:
    assert parse(FROM).external_id.startswith("sha256:")


def test_html_is_cleaned_and_its_quote_marked() -> None:
    head = FROM + "Content-Type: text/html"
    body = '<p onclick="x()">New</p><div class="gmail_quote"><blockquote>Old</blockquote></div>'
    found = parse(head, body)

    assert found.html.startswith("<p>New</p>")
    assert 'class="inbox-quoted"' in found.html
    assert "onclick" not in found.html
    assert found.text == "New"
    assert "Old" in found.quoted


def report(action: str, status: str, diagnostic: str) -> InboundEnvelope:
    """What a mail server says of a mail of ours (RFC 3464)."""
    head = (
        "From: MAILER-DAEMON@mx.test\nSubject: Delivery Status Notification\n"
        "Content-Type: multipart/report; boundary=b; report-type=delivery-status"
    )
    body = (
        "--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; jane@customer.test\n"
        f"Action: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {diagnostic}\n\n"
        "--b\nContent-Type: message/rfc822\n\nMessage-ID: <ours@shop.test>\n\nHi\n--b--"
    )
    return parse(head, body)


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_report_of_success_is_no_bounce(action: str) -> None:
    found = report(action, "2.0.0", "250 2.0.0 ok")

    assert found.bounce is None
    assert found.automatic


def test_a_mail_that_is_late_has_not_failed() -> None:
    bounce = report("delayed", "4.4.1", "connection timed out").bounce

    assert bounce
    assert bounce.late
    assert not bounce.permanent


def test_a_bounce_names_what_bounced() -> None:
    bounce = report("failed", "5.1.1", "550 5.1.1 no such user").bounce

    assert bounce
    assert not bounce.late
    assert bounce.original_message_id == "ours@shop.test"
    assert bounce.recipients == ("jane@customer.test",)
    assert bounce.status == "5.1.1"
    assert bounce.permanent
    assert bounce.explanation == "550 5.1.1 no such user"


def test_nothing_at_all_is_unparsable() -> None:
    channel = EmailChannel(
        Account(inbox_id="i", name="Mail", settings=EmailSettings(email="a@x.test"))
    )
    with pytest.raises(Unparsable):
        channel.parse(RawItem(external_id="", content=b"\r\n"))


def test_a_mail_attached_to_a_forward_says_who_wrote_it() -> None:
    inner = (
        "From: Eva <eva@customer.example>\r\nSubject: Boiler\r\n\r\nIt leaks.\r\n\r\n-- \r\nEva\r\n"
    )
    head = (
        "From: Ana <ana@ours.example>\nSubject: Fw: Boiler\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b"'
    )
    body = (
        "--b\nContent-Type: text/plain\n\nPlease answer her.\n"
        f"--b\nContent-Type: message/rfc822\n\n{inner}\n--b--"
    )

    envelope = parse(head, body)

    assert envelope.forwarded
    assert envelope.forwarded.sender.value == "eva@customer.example"
    assert envelope.forwarded.text == "It leaks."
    assert envelope.forwarded.above == "Please answer her."
