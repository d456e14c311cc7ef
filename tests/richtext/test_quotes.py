"""The newly written part is found in the languages of our customers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.richtext import base_subject, split_quoted, split_quoted_html


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 2 Nov 2026 at 10:00, Shop <a@shop.test> wrote:",
        "On Mon, 2 Nov 2026 at 10:00, Shop\n<a@shop.test> wrote:",
        "Am 02.11.2026 um 10:00 schrieb Shop:",
        "Le lun. 2 nov. 2026 à 10:00, Shop <a@shop.test> a écrit :",
        "El lun, 2 nov 2026 a las 10:00, Shop (<a@shop.test>) escribió:",
        "Il giorno lun 2 nov 2026 alle ore 10:00 Shop <a@shop.test> ha scritto:",
        "W dniu 02.11.2026 o 10:00, Shop pisze:",
        "Dne 2. 11. 2026 v 10:00 Shop napsal(a):",
        "Дана пон, 2. нов 2026. у 10:00 Shop <a@shop.test> је написао/ла:",
        "Dana 2.11.2026. u 10:00, Shop je napisao/la:",
        "На пн, 2.11.2026 г. в 10:00 Shop <a@shop.test> написа:",
        "понедельник, 2 ноября 2026 г. в 10:00 пользователь Shop <a@shop.test> написал:",
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "From: Shop\nSent: Monday, 2 November 2026 10:00\nTo: Jane\nSubject: Order",
        "Von: Shop\nGesendet: Montag, 2. November 2026 10:00\nAn: Jane\nBetreff: Bestellung",
        "De : Shop<mailto:a@shop.test>\nEnvoyé le :lundi 2 novembre 2026 10:00\nObjet :Commande",
        "On Mon, 2 Nov 2026 10:00:00 +0100 Shop <a@shop.test> wrote",
        "---- On Mon, 2 Nov 2026 10:00:00 +0100 Shop wrote ----",
        "02.11.2026, 10.00, Shop <a@shop.test>:",
        "10:00 AM, November 2, 2026, Shop <a@shop.test>:",
        "пн, 2 нояб. 2026 г. в 10:00, Shop <a@shop.test>:",
        "2026-11-02 10:00 GMT+01:00 Shop <\na@shop.test>:",
        "man. 2. nov. 2026 kl. 10:00 skrev Shop <a@shop.test\n>:",
        "On Mon, Nov 2, 2026 at 10:00 AM Shop\n\n<\nmailto:Shop <a@shop.test>\n> wrote:",
        "Op 2-nov.-2026, om 10:00 heeft Shop <a@shop.test> het volgende geschreven:",
        "-------- Oprindelig besked --------\nFra: Shop\nDato: 02.11.2026 10.00\nEmne: Ordre",
        "Date: Mon, 2 Nov 2026 10:00:00 +0100\nTo: jane@customer.test",
    ],
)
def test_quotes_are_found_in_many_languages(attribution: str) -> None:
    visible, quoted = split_quoted(f"Thanks a lot\n\n{attribution}\n\nYour order is here.\n")

    assert visible == "Thanks a lot"
    assert quoted.startswith(attribution)
    assert "Your order is here." in quoted


def test_a_line_that_a_phone_added_is_folded_where_it_stands() -> None:
    visible, quoted = split_quoted("Hello\n\nSent from my phone\n\nOne more thing.\n")

    assert visible == "Hello\n\nOne more thing."
    assert quoted == "Sent from my phone"


def test_an_answer_below_an_unmarked_quote_line_is_kept() -> None:
    text = "On Mon, 2 Nov 2026 at 10:00, Shop wrote:\n\nIt should be red."

    assert split_quoted(text)[0].strip() == "It should be red."


def test_what_introduces_a_quote_may_stand_in_the_line_of_the_answer() -> None:
    text = "Yes, please. On Mon, 2 Nov 2026 at 10:00, Shop wrote:\n> Is it blue?"

    assert split_quoted(text)[0] == "Yes, please."


def test_a_forwarded_mail_is_no_quote() -> None:
    text = (
        "---------- Forwarded message ----------\nFrom: Jane <jane@customer.test>\n"
        "Date: Mon, 2 Nov 2026 10:00\nSubject: Order\nTo: a@shop.test\n\nMy order is late."
    )

    assert "My order is late." in split_quoted(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "Date: tomorrow\nPlace: here",
        "Total: 2026.10:00",
        "From: the heart\nHello",
    ],
)
def test_what_only_looks_like_a_quote_stays(text: str) -> None:
    assert split_quoted(f"Dear all,\n\n{text}")[0].count("\n") >= 2


def test_heads_without_any_mark_begin_the_quote_of_an_html_mail() -> None:
    html = (
        "<p>Thanks!</p><p class=MsoNormal><b><span>From:</span></b> Shop<br><b>Sent:</b> Monday<br>"
        "<b>To:</b> Jane<br><b>Subject:</b> Order</p><p>Your order is here.</p>"
    )
    visible, quoted = split_quoted_html(html)

    assert visible == "<p>Thanks!</p>"
    assert "Your order is here." in quoted


def test_a_signature_and_a_quote_are_both_folded() -> None:
    html = (
        '<p>Thanks!</p><div class="gmail_signature">Jane, Shop</div>'
        '<div class="gmail_quote">Your order is here.</div>'
    )
    visible, quoted = split_quoted_html(html)

    assert visible == "<p>Thanks!</p>"
    assert "Jane, Shop" in quoted
    assert "Your order is here." in quoted


def test_an_answer_below_the_quote_is_kept() -> None:
    text = "On Mon, 2 Nov 2026 Shop wrote:\n> Is it blue?\n> Or red?\n\nBlue."

    assert split_quoted(text)[0] == "Blue."


def test_answers_between_quoted_lines_are_kept() -> None:
    text = "> Is it blue?\nYes.\n> Is it big?\nNo."

    assert split_quoted(text)[0] == "Yes.\nNo."


@pytest.mark.parametrize(
    "signature",
    [
        "--\nJane",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Poslano iz aplikacije Outlook za Android",
        "____________________\nRiders mailing list\nriders@lists.test",
    ],
)
def test_signatures_are_cut_off(signature: str) -> None:
    visible, quoted = split_quoted(f"Hello\n\n{signature}\n")

    assert visible == "Hello"
    assert quoted == signature


@pytest.mark.parametrize(
    "text",
    [
        "Hello\nhow are you?",
        "He wrote:\nnothing new",
        "From: here to there we go",
        "See:\n---------- Forwarded message ------\nFrom: x\nDate: y\nSubject: z\nTo: w\n\nText",
        "> only a quote",
        "",
    ],
)
def test_where_there_is_no_quote_all_stays(text: str) -> None:
    assert split_quoted(text) == (text, "")


@given(st.text())
def test_no_word_is_lost(text: str) -> None:
    visible, quoted = split_quoted(text)

    assert sorted((visible + "\n" + quoted).split()) == sorted(text.split())


@pytest.mark.parametrize(
    "quote",
    [
        '<div class="gmail_quote">On Mon Shop wrote:<blockquote>Old</blockquote></div>',
        '<blockquote type="cite">Old</blockquote>',
        '<div id="divRplyFwdMsg">From: Shop</div><div>Old</div>',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt">From: Shop</div><p>Old</p>',
        "<p>On Mon, 2 Nov 2026 at 10:00 Shop wrote:</p><blockquote>Old</blockquote>",
    ],
)
def test_quotes_in_html_are_found(quote: str) -> None:
    assert split_quoted_html(f"<p>New</p>{quote}") == ("<p>New</p>", quote)


def test_html_without_a_quote_stays_whole() -> None:
    html = "<p>Hi</p><blockquote>A poem</blockquote>"

    assert split_quoted_html(html) == (html, "")


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Re: AW: [shop] Fwd: Order", "Order"),
        ("RE[2]: Order", "Order"),
        ("Одг: Re: Ваша поруџбина", "Ваша поруџбина"),
        ("[Fwd: Order]", "Order"),
        ("Order (fwd)", "Order"),
        ("Reply: needed", "Reply: needed"),
        ("Re:", ""),
    ],
)
def test_the_base_of_a_subject(subject: str, base: str) -> None:
    assert base_subject(subject) == base
