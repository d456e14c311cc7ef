"""The mail that comes back when an address does not exist (RFC 3464)."""

from email.utils import formatdate, make_msgid

DOMAIN = "nowhere.example"

REPORT = """\
From: Mail Delivery System <mailer-daemon@shop.example>
To: {sender}
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: {message_id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="returned"

--returned
Content-Type: text/plain; charset=utf-8

Your message to <{recipient}> could not be delivered: there is no such mailbox.

--returned
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.shop.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: no such mailbox

--returned
Content-Type: text/rfc822-headers

"""


def bounces(address: str) -> bool:
    return address.lower().endswith(f"@{DOMAIN}")


def report(sender: str, recipient: str, content: bytes) -> bytes:
    """To the sender of the envelope, with the headers of the mail that failed."""
    text = REPORT.format(
        sender=sender,
        recipient=recipient,
        date=formatdate(),
        message_id=make_msgid(domain="shop.example"),
    )
    headers = content.partition(b"\r\n\r\n")[0]
    return text.replace("\n", "\r\n").encode() + headers + b"\r\n\r\n--returned--\r\n"
