"""What goes out is one mail to the people it is for, whatever was typed."""

import email
import email.policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.channels.base import PermanentFailure
from inbox.channels.email.compose import compose, recipients, wire_address
from inbox.channels.email.reading import read_mail
from inbox.channels.email.settings import EmailSettings
from inbox.envelope import Address, FilePart, OutboundEnvelope
from inbox.mailtokens import plus_address

SETTINGS = EmailSettings(email="support@shop.test", display_name="Shop, support")
JANE = Address(kind="email", value="jane@customer.test", name="Jane")


def envelope(**given: Any) -> OutboundEnvelope:
    values = {
        "delivery_id": "d1",
        "message_id": "m1@shop.test",
        "recipient": JANE,
        "text": "Hello",
        "subject": "Re: Question",
        **given,
    }
    return OutboundEnvelope(**values)


def composed(**given: Any) -> EmailMessage:
    return email.message_from_bytes(
        compose(envelope(**given), SETTINGS), policy=email.policy.default
    )


def test_the_heads_say_who_to_whom_and_to_what() -> None:
    message = composed(in_reply_to="c@x", references=("a@x", "b@x", "c@x"))

    assert message["From"] == '"Shop, support" <support@shop.test>'
    assert message["To"] == "Jane <jane@customer.test>"
    assert message["Message-ID"] == "<m1@shop.test>"
    assert message["In-Reply-To"] == "<c@x>"
    assert str(message["References"]).split() == ["<a@x>", "<b@x>", "<c@x>"]
    assert message["Auto-Submitted"] is None


@pytest.mark.parametrize("to", ["jane@customer.test", "ђорђе@пошта.test"])
def test_a_body_of_any_script_goes_through_servers_of_seven_bits(to: str) -> None:
    recipient = Address(kind="email", value=to, name="Ђорђе")
    given = envelope(recipient=recipient, text="Здраво", html="<p>Здраво</p>", subject="Ђ")

    raw = compose(given, SETTINGS)

    assert raw.partition(b"\r\n\r\n")[2].isascii()
    assert (read_mail(raw).text.strip(), read_mail(raw).subject) == ("Здраво", "Ђ")


def test_long_ids_stay_whole_and_many_are_cut() -> None:
    ids = tuple(f"{n}{'x' * 200}@host.test" for n in range(200))
    raw = compose(envelope(references=ids), SETTINGS)

    assert len(read_mail(raw).references) == 50
    assert read_mail(raw).references[-1] == ids[-1]
    assert max(len(line) for line in raw.split(b"\r\n")) < 998


def test_hostile_ids_are_left_out() -> None:
    message = composed(in_reply_to="a@x>\r\nBcc: evil@x.test", references=("<<>>", "ok@x", "ü@x"))

    assert message["Bcc"] is None
    assert message["In-Reply-To"] is None
    assert message["References"] == "<ok@x>"


HOSTILE = st.lists(
    st.sampled_from([*"\r\n\0\u2028\u2029\x85,;<>@\"'\\() :ABcé", "\r\nBcc: evil@x.test"])
).map("".join)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_nothing_typed_adds_a_head_or_a_recipient(subject: str, name: str, sender: str) -> None:
    message = composed(
        subject=subject,
        sender_name=sender,
        recipient=Address(kind="email", value="jane@customer.test", name=name),
    )

    assert [address.addr_spec for address in message["To"].addresses] == ["jane@customer.test"]
    assert [address.addr_spec for address in message["From"].addresses] == ["support@shop.test"]
    assert set(message.keys()) <= {
        "Message-ID", "From", "To", "Subject", "Date", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding",
    }  # fmt: skip


@pytest.mark.parametrize(
    "value",
    ["a@x.test\r\nRCPT TO:<evil@x.test>", "a@x.test, b@x.test", "a b@x.test", "a", "@x", ""],
)
def test_what_is_no_address_is_refused(value: str) -> None:
    with pytest.raises(PermanentFailure):
        recipients(envelope(recipient=Address(kind="email", value=value)))


@pytest.mark.parametrize("letter", ["a", "é"])
@pytest.mark.parametrize("length", [1, 60, 150])
def test_a_long_name_stays_one_name_when_its_line_is_folded(letter: str, length: int) -> None:
    name = f'{letter * length} {letter}, Evil <evil@x.test>, "{letter}'
    to = Address(kind="email", value=JANE.value, name=name)

    (found,) = composed(recipient=to)["To"].addresses
    assert found.addr_spec == JANE.value
    assert read_mail(compose(envelope(recipient=to), SETTINGS)).to == ((name, JANE.value),)


def test_domains_of_other_scripts_are_told_in_ascii() -> None:
    assert wire_address("jane@müller.test") == "jane@xn--mller-kva.test"


def test_blind_copies_are_told_to_the_server_only() -> None:
    bcc = Address(kind="email", value="boss@shop.test")

    assert recipients(envelope(bcc=(bcc, JANE))) == ["jane@customer.test", "boss@shop.test"]
    assert b"boss" not in compose(envelope(bcc=(bcc,)), SETTINGS)


def test_more_than_a_thousand_recipients_are_too_many() -> None:
    many = tuple(Address(kind="email", value=f"u{n}@x.test") for n in range(1000))
    with pytest.raises(PermanentFailure):
        recipients(envelope(cc=many))


def test_an_automatic_mail_says_so() -> None:
    message = composed(automatic=True)

    assert message["Auto-Submitted"] == "auto-generated"
    assert read_mail(compose(envelope(automatic=True), SETTINGS)).automatic


def test_the_plus_address_goes_into_reply_to_and_its_token_into_the_text() -> None:
    address = plus_address(b"k" * 32, "c1", "support@shop.test")
    message = composed(reply_to=address, html="<p>Hello</p>")
    token = address.partition("+")[2].partition("@")[0]

    assert address in message["Reply-To"]
    assert f"[ref:{token}]" in message.get_body(("plain",)).get_content()
    assert f"[ref:{token}]" in message.get_body(("html",)).get_content()


def test_html_carries_its_images_and_the_mail_its_files() -> None:
    files = (
        FilePart(
            name="l.png", content_type="image/png", content=b"png", content_id="c1", inline=True
        ),
        FilePart(name="Rechnung ä.pdf", content_type="application/pdf", content=b"pdf"),
        FilePart(name="a\r\nB: c.eml", content_type="message/rfc822", content=b"From: x\n\nhi"),
    )
    raw = compose(envelope(html='<p>Hi <img src="cid:c1"></p>', files=files), SETTINGS)
    found = read_mail(raw)

    assert found.text.strip() == "Hello"
    assert 'src="cid:c1"' in found.html
    assert [(file.name, file.content, file.inline) for file in found.files] == [
        ("l.png", b"png", True),
        ("Rechnung ä.pdf", b"pdf", False),
        ("a B: c.eml", b"From: x\n\nhi", False),
    ]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_goes_out_and_comes_back(text: str) -> None:
    found = read_mail(compose(envelope(text=text), SETTINGS))

    assert "".join(found.text.split()) == "".join(text.replace("\0", "").split())
