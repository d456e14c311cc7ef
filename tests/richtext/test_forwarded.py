"""Mail within mail, as programs of many languages forward it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.richtext.quotes.forwarded import is_forward, unwrap

GMAIL = """Please look at this.

--
Ana

---------- Forwarded message ---------
From: Marko Marić <Marko@Their.example>
Date: Mon, 2 Nov 2026 at 10:00
Subject: Boiler
To: Ana <ana@ours.example>


It leaks.

Since Monday.
"""
APPLE = """
> Begin forwarded message:
>
> From: "Marko Marić" <marko@their.example>
> Subject: Boiler
> Date: 2 November 2026 at 10:00:00 CET
> To: ana@ours.example
>
> It leaks.
>
> Since Monday.
"""
OUTLOOK = """Siehe unten

Von: Marko Marić <marko@their.example>
Gesendet: Montag, 2. November 2026 10:00
An: Ana <ana@ours.example>
Betreff: Boiler

It leaks.

Since Monday.
"""
SERBIAN = """-------- Прослеђена порука --------
Наслов: Boiler
Датум: Mon, 2 Nov 2026 10:00:00 +0100
Шаље: Marko Marić <marko@their.example>
За: ana@ours.example

It leaks.

Since Monday.
"""
FRENCH = """---------- Message transféré ---------
De : Marko Marić <marko@their.example>
Date : lun. 2 nov. 2026
Objet : Boiler
À : ana@ours.example

It leaks.

Since Monday.
"""
RUSSIAN = """-------- Пересланное сообщение --------
От кого: Marko Marić <marko@their.example>
Кому: ana@ours.example
Тема: Boiler

It leaks.

Since Monday.
"""


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (GMAIL, "Fwd: Boiler"), (APPLE, "Fwd: Boiler"), (OUTLOOK, "WG: Boiler"),
        (SERBIAN, "Fwd: Boiler"), (FRENCH, "Tr : Boiler"), (RUSSIAN, "Fwd: Boiler"),
        (GMAIL, "Boiler"),
    ],
)  # fmt: skip
def test_who_wrote_it_and_what_is_found(text: str, subject: str) -> None:
    found = unwrap(text, subject)

    assert found
    assert (found.name, found.address) == ("Marko Marić", "marko@their.example")
    assert found.text == "It leaks.\n\nSince Monday."


def test_what_the_forwarder_wrote_above_is_apart_without_the_signature() -> None:
    found = unwrap(GMAIL, "Fwd: Boiler")

    assert found
    assert found.above == "Please look at this."
    assert found.subject == "Boiler"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (GMAIL, "Re: Boiler"), (OUTLOOK, "Boiler"), (OUTLOOK, "AW: Boiler"), ("Hello", "Fwd: x"),
        (GMAIL.replace("<Marko@Their.example>", ""), "Fwd: Boiler"),
    ],
)  # fmt: skip
def test_an_answer_is_no_forward_and_a_head_without_an_address_names_nobody(
    text: str, subject: str
) -> None:
    assert unwrap(text, subject) is None


@given(st.text(alphabet=st.sampled_from("From: ab@c.de\n>-*Subject Forwarded message")), st.text())
def test_whatever_comes_gives_an_address_or_nothing(text: str, subject: str) -> None:
    found = unwrap(text, subject)

    assert found is None or "@" in found.address


def test_subjects_say_so_in_many_languages() -> None:
    assert all(is_forward(f"{p}: x") for p in ("Fwd", "FW", "WG", "TR", "RV", "VS", "Пр", "转发"))
    assert not any(is_forward(f"{p}: x") for p in ("Re", "AW", "Sv", "From"))
