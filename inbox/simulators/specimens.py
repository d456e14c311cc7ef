"""Mails that nobody types by hand: what mail programs, servers and forgers send."""

import base64
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formataddr

from inbox.simulators.cast import Customer
from inbox.simulators.ledger import Entry

# a picture of one green point
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkaGj4DwADhAGA6F8y4wAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n"  # noqa: E501
HTML = """\
<html><body><h2>Order 4711</h2><p>The <b>left</b> shoe is <i>blue</i>, the right one green:</p>
<p><img src="cid:picture@post.example" alt="The shoes" width="40" height="40"></p>
<table border="1"><tr><th>Article</th><th>Price</th></tr><tr><td>Light walker</td><td>59 €</td></tr></table>
<p><img src="https://tracker.example/open.gif" width="1" height="1" alt=""><script>alert(1)</script></p>
</body></html>
"""  # noqa: E501
DAMAGED = """\
Subject: =?utf-9?Q?A_damaged_mail?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="never"

--never
Content-Type: text/plain; charset=x-unheard-of
Content-Transfer-Encoding: base64

VGhpcyBtYWlsIHdhcyBkYW1hZ2VkIG9uIGl0cyB3YXku!!!=
--nev
"""


def rich(customer: Customer, _answered: Entry | None) -> EmailMessage:
    """HTML with a picture inside, one from elsewhere, a script, and two files."""
    mail = _from(customer, "Two shoes of two colours")
    mail.set_content("Order 4711: the left shoe is blue, the right one green.")
    mail.add_alternative(HTML, subtype="html")
    page = mail.get_payload()[1]  # type: ignore[index]
    page.add_related(DOT, "image", "png", cid="<picture@post.example>")  # type: ignore[union-attr]
    mail.add_attachment(PDF, "application", "pdf", filename="invoice 4711.pdf")
    mail.add_attachment(DOT, "image", "png", filename="shoes.png")
    return mail


def out_of_office(customer: Customer, answered: Entry | None) -> EmailMessage:
    """What a mail program sends by itself (RFC 3834)."""
    subject = answered.subject if answered else "your mail"
    mail = _from(customer, f"Out of office: {subject}")
    mail["Auto-Submitted"] = "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(f"I am on holiday until Monday.\n\n{customer.name}")
    return mail


def forged(customer: Customer, _answered: Entry | None) -> EmailMessage:
    """In the name of one who did not write it; it fails SPF, DKIM and DMARC."""
    mail = _from(customer, "My new address")
    mail.set_content("Please send everything to another address from now on, and all my invoices.")
    return mail


Specimen = Callable[[Customer, Entry | None], EmailMessage]
MAILS: dict[str, Specimen] = {"rich": rich, "out_of_office": out_of_office, "forged": forged}


def damaged(customer: Customer) -> bytes:
    """With an encoding, a charset and a boundary that are all wrong."""
    sender = formataddr((customer.name, customer.email))
    return f"From: {sender}\r\n{DAMAGED}".replace("\r\n", "\n").replace("\n", "\r\n").encode()


def _from(customer: Customer, subject: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = formataddr((customer.name, customer.email))
    mail["Subject"] = subject
    return mail
