"""How many SMS a text takes: GSM-7 if every character is in its alphabet, else UCS-2."""

from collections.abc import Iterable
from typing import NamedTuple

# 3GPP TS 23.038: the basic table, and the characters that take an escape besides
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "\f^{}\\[~]|€"
LAST_OF_THE_BASIC_PLANE = 0xFFFF


class Segments(NamedTuple):
    """`left` is how many units the last one still takes."""

    parts: int
    left: int
    encoding: str


def segments(text: str) -> Segments:
    if all(character in BASIC or character in EXTENDED for character in text):
        widths = [2 if character in EXTENDED else 1 for character in text]
        return Segments(*_packed(widths, single=160, part=153), "GSM-7")
    widths = [2 if ord(character) > LAST_OF_THE_BASIC_PLANE else 1 for character in text]
    return Segments(*_packed(widths, single=70, part=67), "UCS-2")


def _packed(widths: Iterable[int], *, single: int, part: int) -> tuple[int, int]:
    """Each part of a longer text gives room to a header, and a pair is never cut in two."""
    widths = list(widths)
    if sum(widths) <= single:
        return (1 if widths else 0), single - sum(widths)
    count, left = 1, part
    for width in widths:
        if width > left:
            count, left = count + 1, part
        left -= width
    return count, left
