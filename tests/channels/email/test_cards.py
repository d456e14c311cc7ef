"""What is told of an attached file: invitations, contacts, mails within mails, seals."""

import base64
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from inbox.channels.email.cards import card_of, with_cards
from inbox.channels.email.cms import content_kind, signed_content
from inbox.channels.email.reading import read_mail
from inbox.envelope import FilePart

INVITE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
METHOD:{method}
BEGIN:VEVENT
UID:1@example.com
DTSTAMP:20260301T080000Z
DTSTART;TZID=Europe/Belgrade:20260310T140000
DTEND;TZID=Europe/Belgrade:20260310T150000
SUMMARY:Boiler inspection
LOCATION:Knez Mihailova 1\\, Beograd
ORGANIZER;CN=Jana:mailto:jana@example.com
ATTENDEE;CN="Marko, the owner";PARTSTAT={answer}:mailto:marko@example.com
{more}END:VEVENT
END:VCALENDAR
"""


def part(content: str | bytes, kind: str, name: str = "file") -> FilePart:
    raw = content.encode() if isinstance(content, str) else content
    return FilePart(name=name, content_type=kind, content=raw)


def invite(method: str = "REQUEST", answer: str = "NEEDS-ACTION", more: str = "") -> Any:
    text = INVITE.format(method=method, answer=answer, more=more).replace("\n", "\r\n")
    return card_of(part(text, "text/calendar"))


def test_an_invitation_says_what_when_where_and_who() -> None:
    card = invite()

    assert (card["kind"], card["method"], card["cancelled"]) == ("invite", "REQUEST", False)
    assert card["summary"] == "Boiler inspection"
    assert card["where"] == "Knez Mihailova 1, Beograd"
    start = datetime.fromisoformat(card["start"])
    assert start.astimezone(UTC) == datetime(2026, 3, 10, 13, tzinfo=UTC)
    assert card["organizer"]["name"] == "Jana"
    assert [one["name"] for one in card["people"]] == ["Marko, the owner"]


@pytest.mark.parametrize("how", [{"method": "CANCEL"}, {"more": "STATUS:CANCELLED\n"}])
def test_one_that_is_called_off_says_so(how: dict[str, str]) -> None:
    assert invite(**how)["cancelled"]


def test_an_answer_says_who_comes() -> None:
    card = invite("REPLY", "ACCEPTED")

    assert card["method"] == "REPLY"
    assert card["people"][0]["answer"] == "accepted"


def test_whole_days_end_on_their_last_day() -> None:
    text = (
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20260310\r\n"
        "DTEND;VALUE=DATE:20260313\r\nSUMMARY:Fair\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    card = card_of(part(text, "application/octet-stream", "fair.ics"))

    assert (card["start"], card["end"], card["all_day"]) == ("2026-03-10", "2026-03-12", True)


def test_contacts_of_every_version_are_read() -> None:
    new = (
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ana Anić\r\nORG:Acme\\, Ltd.;Sales\r\nTITLE:Head\r\n"
        "item1.EMAIL;TYPE=work:ana@acme.example\r\nTEL;VALUE=uri:tel:+381-60-1\r\n"
        "NOTE:folded\r\n  on\r\nEND:VCARD\r\n"
    )
    old = (
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:"
        "M=C3=BCller;J=C3=\r\n=BCrgen\r\nTEL;CELL:0601\r\nEND:VCARD\r\n"
    )
    card = card_of(part(new + old, "text/vcard"))

    ana, juergen = card["people"]
    assert (ana["name"], ana["title"]) == ("Ana Anić", "Head")
    assert ana["organisation"] == "Acme, Ltd., Sales"
    assert (ana["emails"], ana["phones"]) == (["ana@acme.example"], ["+381-60-1"])
    assert (juergen["name"], juergen["phones"]) == ("Jürgen Müller", ["0601"])


def test_a_mail_within_the_mail_is_told_by_its_head() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "Emma <emma@shop.test>", "The first complaint"
    inner.set_content("It broke on the first day.")
    card = card_of(part(inner.as_bytes(), "message/rfc822"))

    assert card["from"] == "Emma <emma@shop.test>"
    assert card["subject"] == "The first complaint"
    assert card["text"] == "It broke on the first day."


@pytest.mark.parametrize(
    ("kind", "content", "how"),
    [
        ("application/octet-stream", "-----BEGIN PGP MESSAGE-----\n\nx", "pgp_encrypted"),
        ("application/pgp-signature", "-----BEGIN PGP SIGNATURE-----\n\nx", "pgp_signature"),
        ("application/pgp-keys", "anything", "pgp_key"),
        ("application/pkcs7-signature", b"\x30\x80", "smime_signature"),
        ("application/ms-tnef", "nothing of the kind", "tnef"),
    ],
)
def test_seals_are_said_to_be_seals(kind: str, content: str | bytes, how: str) -> None:
    assert card_of(part(content, kind)) == {"kind": "seal", "how": how}


@pytest.fixture(scope="module")
def signer() -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ana")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())
    )  # fmt: skip
    return made, key


def test_what_is_signed_with_smime_is_shown_and_said_to_be_not_checked(signer: Any) -> None:
    inner = b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe offer holds until Friday.\r\n"
    certificate, key = signer
    sealed = (
        pkcs7.PKCS7SignatureBuilder().set_data(inner)
        .add_signer(certificate, key, hashes.SHA256())
        .sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    )  # fmt: skip
    mail = read_mail(_smime(sealed, "signed-data"))

    assert mail.text.strip() == "The offer holds until Friday."
    assert [one.card for one in with_cards(mail.files)] == [{"kind": "seal", "how": "smime_signed"}]


def test_what_is_encrypted_with_smime_is_said_to_be_so(signer: Any) -> None:
    certificate, _key = signer
    sealed = (
        pkcs7.PKCS7EnvelopeBuilder().set_data(b"secret").add_recipient(certificate)
        .encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    )  # fmt: skip
    mail = read_mail(_smime(sealed, "enveloped-data"))

    assert [one.card for one in with_cards(mail.files)] == [
        {"kind": "seal", "how": "smime_encrypted"}
    ]


def test_a_content_in_pieces_without_lengths_is_put_together() -> None:
    oid = bytes.fromhex("06092a864886f70d010702")
    pieces = b"\x24\x80" + b"\x04\x03one" + b"\x04\x03two" + b"\0\0"
    within = (
        b"\x30\x80" + bytes.fromhex("06092a864886f70d010701") + b"\xa0\x80" + pieces + b"\0\0\0\0"
    )
    signed = b"\x30\x80" + b"\x02\x01\x01" + b"\x31\x00" + within + b"\0\0"
    content = b"\x30\x80" + oid + b"\xa0\x80" + signed + b"\0\0\0\0"

    assert content_kind(content) == "signed"
    assert signed_content(content) == b"onetwo"


def test_pgp_within_the_text_is_read_where_it_can_be() -> None:
    signed = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nPay the invoice.\n- -- \nAna\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n"
    )
    mail = read_mail(b"From: ana@shop.test\r\n\r\n" + signed.encode())

    assert mail.text == "Pay the invoice.\n-- \nAna"
    assert [one.card["how"] for one in with_cards(mail.files)] == ["pgp_signature"]


def test_a_sealed_block_becomes_a_file_and_what_is_written_round_it_stays() -> None:
    sealed = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"
    mail = read_mail(b"From: ana@shop.test\r\n\r\nFor your eyes:\n\n" + sealed.encode())

    assert mail.text.strip() == "For your eyes:"
    assert [one.card["how"] for one in with_cards(mail.files)] == ["pgp_encrypted"]
    assert b"hQEMA" in (mail.files[0].content or b"")


@given(st.binary(max_size=400), st.sampled_from(["text/calendar", "text/vcard", "message/rfc822"]))
def test_no_content_is_too_odd(content: bytes, kind: str) -> None:
    assert isinstance(card_of(part(content, kind)), dict)


@given(st.binary(max_size=300))
def test_no_seal_is_too_odd(content: bytes) -> None:
    assert content_kind(content) in {"", "signed", "enveloped", "compressed"}
    signed = bytes.fromhex("308006092a864886f70d010702a080") + content
    assert signed_content(signed) is None or isinstance(signed_content(signed), bytes)


def _smime(content: bytes, kind: str) -> bytes:
    head = (
        "From: ana@shop.test\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: application/pkcs7-mime; smime-type={kind}; name="smime.p7m"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + base64.encodebytes(content)
