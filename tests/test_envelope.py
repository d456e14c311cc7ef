"""Names and subjects stand in one line among others, and show something or nothing."""

import pytest

from inbox.envelope import Address, InboundEnvelope, in_one_line


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Ana Petrović", "Ana Petrović"),
        ("Ana\r\nBcc: spy@example.org", "Ana Bcc: spy@example.org"),
        ("\u202egro.elpmaxe@krap\u202c", "gro.elpmaxe@krap"),
        ("\u2067نور\u2069 حداد", "نور حداد"),
        ("Family \U0001f469\u200d\U0001f467", "Family \U0001f469\u200d\U0001f467"),
        ("\u200b\u2060\ufeff", ""),
        ("\0\t \n", ""),
        ("", ""),
    ],
)
def test_a_name_is_one_line_that_turns_nothing_around(given, shown):
    assert in_one_line(given) == shown


def test_it_holds_for_senders_and_subjects():
    sender = Address(kind="email", value="a@example.org", name="\u200b")
    envelope = InboundEnvelope(external_id="1", sender=sender, text="", subject="Order\r\n18204")

    assert (sender.name, envelope.subject) == ("", "Order 18204")
