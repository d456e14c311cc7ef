"""Texts in the reader's language: gettext catalogues, and Serbian Latin derived from Cyrillic."""

from contextvars import ContextVar
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel import Locale
from babel.support import Translations

FOLDER = Path(__file__).parent / "locale"
DOMAIN = "messages"
SOURCE = "en"
LOCALES = {"en": "English", "sr_Cyrl": "Српски", "sr_Latn": "Srpski"}

N_ = str  # marks a text that is translated later, when it is drawn

_current: ContextVar[str] = ContextVar("locale", default=SOURCE)

_LATIN = {
    "љ": "lj", "њ": "nj", "џ": "dž", "Љ": "Lj", "Њ": "Nj", "Џ": "Dž", "а": "a", "б": "b",
    "в": "v", "г": "g", "д": "d", "ђ": "đ", "е": "e", "ж": "ž", "з": "z", "и": "i", "ј": "j",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "ћ": "ć", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "č", "ш": "š",
}  # fmt: skip
_TABLE = str.maketrans(
    {**_LATIN, **{c.upper(): latin.upper() for c, latin in _LATIN.items() if len(latin) == 1}}
)


def set_locale(locale: str) -> None:
    _current.set(locale if locale in LOCALES else SOURCE)


def locale() -> str:
    return _current.get()


def babel_locale() -> Locale:
    return Locale.parse(locale())


def gettext(message: str) -> str:
    return _shown(_catalogue(locale()).gettext(message))


def ngettext(one: str, many: str, count: int) -> str:
    return _shown(_catalogue(locale()).ngettext(one, many, count))


def to_latin(text: str) -> str:
    """Serbian Cyrillic to Latin; lossless in this direction only."""
    return text.translate(_TABLE)


def negotiate(accept_language: str) -> str:
    """The best of our locales for a browser's Accept-Language."""
    for part in accept_language.split(","):
        tag = part.split(";", maxsplit=1)[0].strip().lower()
        if tag.startswith("sr"):
            return "sr_Latn" if "latn" in tag else "sr_Cyrl"
        if tag[:2] in LOCALES:
            return tag[:2]
    return SOURCE


def _shown(text: str) -> str:
    return to_latin(text) if locale() == "sr_Latn" else text


@cache
def _catalogue(name: str) -> NullTranslations:
    return Translations.load(FOLDER, [name.replace("sr_Latn", "sr_Cyrl")], DOMAIN)
