"""Texts in the reader's language: gettext catalogues, and Serbian Latin derived from Cyrillic."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any, Self

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


class Phrase(str):
    """A sentence in English that keeps its parts, so that it can be said in another language.

    `template` is the text for translators, with `%(name)s` for each of the values; a value may be
    a phrase itself or a list of them.
    """

    template: str
    values: dict[str, Any]

    __slots__ = ("template", "values")

    def __new__(cls, template: str, /, **values: Any) -> Self:
        made = super().__new__(cls, template % {key: _plain(v) for key, v in values.items()})
        made.template, made.values = template, values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:  # for copies of it
        return (self.template,), self.values

    @classmethod
    def of(cls, text: str) -> "Phrase":
        """The phrase it is, or one without values."""
        return text if isinstance(text, cls) else cls(text.replace("%", "%%"))

    @classmethod
    def restored(cls, parts: dict[str, Any]) -> "Phrase":
        """What `stored` gave."""
        return cls(parts["template"], **{k: _restored(v) for k, v in parts["values"].items()})

    def stored(self) -> dict[str, Any]:
        """Its parts as JSON can keep them; `said` tells them again."""
        values = {key: _stored(value) for key, value in self.values.items()}
        return {"template": self.template, "values": values}


def said(parts: Any) -> str:
    """What `Phrase.stored` gave, in the reader's language; any other text as gettext has it."""
    if isinstance(parts, Phrase):
        return _filled(parts.template, parts.values)
    if isinstance(parts, dict) and "template" in parts:
        return _filled(str(parts["template"]), parts.get("values") or {})
    if isinstance(parts, (list, tuple)):
        return ", ".join(said(p) if isinstance(p, (Phrase, dict)) else str(p) for p in parts)
    return gettext(parts) if isinstance(parts, str) else str(parts)


def sentences(*texts: str) -> Phrase:
    """One after the other, each said for itself."""
    template = " ".join(f"%({place})s" for place in range(len(texts)))
    return Phrase(template, **{str(n): Phrase.of(text) for n, text in enumerate(texts)})


def kept(text: str) -> Any:
    """As JSON can keep it; `restored` gives it back."""
    return text.stored() if isinstance(text, Phrase) else text


def restored(value: Any) -> str:
    return Phrase.restored(value) if isinstance(value, dict) else str(value)


def cut(text: str, longest: int) -> str:
    """At most so many characters; a phrase that fits stays one."""
    return text if len(text) <= longest else text[:longest]


def set_locale(locale: str) -> None:
    _current.set(locale if locale in LOCALES else SOURCE)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """For as long as it lasts, the best of our locales for somebody of this language."""
    before = _current.set(negotiate(language))
    try:
        yield
    finally:
        _current.reset(before)


def locale() -> str:
    return _current.get()


def babel_locale() -> Locale:
    return Locale.parse(locale())


def gettext(message: str) -> str:
    if isinstance(message, Phrase):
        return said(message)
    # nothing is nothing in every language, and to gettext the key of the catalogue's head
    return _shown(_catalogue(locale()).gettext(message)) if message else ""


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


def _filled(template: str, values: dict[str, Any]) -> str:
    """The values that are names of people and things stay as they are."""
    told = {
        key: said(v) if isinstance(v, (Phrase, dict, list, tuple)) else v
        for key, v in values.items()
    }
    return _shown(_catalogue(locale()).gettext(template)) % told


def _plain(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _stored(value: Any) -> Any:
    if isinstance(value, Phrase):
        return value.stored()
    return [_stored(each) for each in value] if isinstance(value, (list, tuple)) else value


def _restored(value: Any) -> Any:
    if isinstance(value, dict):
        return Phrase.restored(value)
    return [_restored(each) for each in value] if isinstance(value, list) else value


def _shown(text: str) -> str:
    return to_latin(text) if locale() == "sr_Latn" else text


@cache
def _catalogue(name: str) -> NullTranslations:
    return Translations.load(FOLDER, [name.replace("sr_Latn", "sr_Cyrl")], DOMAIN)
