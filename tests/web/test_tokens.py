"""Every pair of colours that meets on a page is legible, in both themes, whatever the hue."""

import math
import re
from functools import cache
from itertools import product
from pathlib import Path

import pytest

LAYERS = Path(__file__).parents[2] / "inbox/web/assets/css/_layers.css"
COLOUR = r"oklch\(([\d.]+)% ([\d.]+) (var\(--hue\)|[\d.]+)\)"
TOKEN = re.compile(rf"--([\w-]+): light-dark\({COLOUR}, {COLOUR}\);")
THEMES = ("light", "dark")
BODY, TEXT, EDGE = 7, 4.5, 3

PAIRS = [
    *product(
        ["text"],
        ["surface", "canvas", "raised", "hover", "sunken", "bubble-in", "bubble-out", "note",
         "accent-soft"],
        [BODY],
    ),
    *product(
        ["text-2"],
        ["surface", "canvas", "hover", "raised", "accent-soft", "bubble-in", "bubble-out"],
        [TEXT],
    ),
    *product(["text-3"], ["surface", "canvas", "raised", "hover", "accent-soft"], [TEXT]),
    *product(["on-accent"], ["accent", "accent-hover"], [TEXT]),
    *product(["accent-text"], ["surface", "canvas", "raised", "hover"], [TEXT]),
    ("accent-soft-text", "accent-soft", TEXT),
    *product(["danger-text"], ["danger-soft", "surface"], [TEXT]),
    *product(["success-text"], ["success-soft", "surface"], [TEXT]),
    *product(["warning-text"], ["warning-soft", "surface"], [TEXT]),
    ("info-text", "info-soft", TEXT),
    ("note-text", "note", TEXT),
    ("on-danger", "danger", TEXT),
    *product(["border-strong"], ["surface", "raised", "canvas"], [EDGE]),
    *product(["focus"], ["surface", "canvas", "raised", "accent-soft"], [EDGE]),
    *product(["accent", "danger", "success"], ["surface"], [EDGE]),
]  # fmt: skip


def test_ninety_four_pairs_are_checked():
    assert len(PAIRS) * len(THEMES) == 94


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_two_colours_that_meet_are_legible_at_every_hue(front, back, least, theme):
    worst = min(
        contrast(luminance(*tokens()[front][theme], hue), luminance(*tokens()[back][theme], hue))
        for hue in range(360)
    )

    assert worst >= least


@cache
def tokens() -> dict[str, dict[str, tuple[float, float, str]]]:
    found = {}
    for name, *numbers in TOKEN.findall(LAYERS.read_text()):
        light, dark = numbers[:3], numbers[3:]
        found[name] = {
            theme: (float(lightness) / 100, float(chroma), hue)
            for theme, (lightness, chroma, hue) in zip(THEMES, (light, dark), strict=True)
        }
    return found


@cache
def luminance(lightness: float, chroma: float, own_hue: str, hue: int) -> float:
    """WCAG's relative luminance of what a screen shows: in gamut, in 8 bits."""
    angle = math.radians(hue if own_hue.startswith("var") else float(own_hue))
    shown = [round(255 * _encoded(value)) / 255 for value in _in_gamut(lightness, chroma, angle)]
    red, green, blue = (_decoded(value) for value in shown)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def _in_gamut(lightness: float, chroma: float, angle: float) -> tuple[float, float, float]:
    """Chroma is given up, as browsers do, until the colour can be shown."""
    low, high = 0.0, chroma
    if _fits(rgb := _linear(lightness, chroma, angle)):
        return rgb
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if _fits(_linear(lightness, middle, angle)) else (low, middle)
    return _linear(lightness, low, angle)


def _fits(rgb: tuple[float, float, float]) -> bool:
    return all(-1e-4 <= value <= 1.0001 for value in rgb)


def _linear(lightness: float, chroma: float, angle: float) -> tuple[float, float, float]:
    """OKLCH to linear sRGB, by the matrices of CSS Color 4."""
    a, b = chroma * math.cos(angle), chroma * math.sin(angle)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
    )


def _encoded(value: float) -> float:
    value = min(1.0, max(0.0, value))
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def _decoded(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
