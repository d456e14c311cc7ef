"""Words for stored codes: channels, languages and countries, as people say them."""

from collections.abc import Callable

from babel import Locale, UnknownLocaleError
from markupsafe import Markup

from inbox import folding, i18n
from inbox.channels import registry

TWO_LETTERS = 2
NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
TO = "\u2013"  # a range
LOGGED = {
    "call": i18n.N_("Phone call"),
    "meeting": i18n.N_("Meeting"),
    "letter": i18n.N_("Letter"),
    "talk": i18n.N_("Personal conversation"),
}


def channel_label(kind: str) -> str:
    """E-mail for email; a kind that is not installed any more stays what it is."""
    if kind in LOGGED:
        return i18n.gettext(LOGGED[kind])
    found = registry.kinds().get(kind)
    return i18n.gettext(found.label) if found else kind.capitalize()


def language_name(tag: str) -> str:
    """Serbian (Latin) for sr-Latn; what is no language stays what was written."""
    try:
        name = Locale.parse(tag.replace("-", "_")).get_display_name(i18n.babel_locale())
    except (ValueError, UnknownLocaleError):
        return tag
    return name[:1].upper() + name[1:] if name else tag


def country_name(code: str) -> str:
    return str(i18n.babel_locale().territories.get(code.upper(), code))


def languages(chosen: str) -> list[tuple[str, str]]:
    """To choose among, by name; with the chosen one, if it is none of the common ones."""
    codes = {code for code in map(str, i18n.babel_locale().languages) if len(code) == TWO_LETTERS}
    codes |= {"sr-Latn", "sr-Cyrl"}
    return _choices({code: language_name(code) for code in codes}, chosen, language_name)


def countries(chosen: str) -> list[tuple[str, str]]:
    """To choose among, by name; what is no country stays to be seen."""
    names = i18n.babel_locale().territories
    codes = {code for code in map(str, names) if code.isalpha()} - NO_COUNTRIES
    known = {code: str(names[code]) for code in codes}
    return _choices(known, chosen, country_name)


def _choices(
    named: dict[str, str], chosen: str, name_of: Callable[[str], str]
) -> list[tuple[str, str]]:
    if chosen and chosen not in named:
        named = {**named, chosen: name_of(chosen)}
    sorted_by_name = sorted(named.items(), key=lambda one: folding.fold(one[1]))
    return [("", i18n.gettext("Not known")), *sorted_by_name]


def place(city: str, country: str) -> str:
    return ", ".join(part for part in (city, country and country_name(country)) if part)


def hours_summary(week: dict[str, list[list[str]]]) -> Markup:
    """Mon to Fri 09:00 to 17:00, in short: days in a row with the same hours stand together."""
    names = i18n.babel_locale().days["format"]["abbreviated"]
    runs: list[list[int]] = []
    for day in range(7):
        if runs and week.get(str(runs[-1][-1])) == week.get(str(day)):
            runs[-1].append(day)
        else:
            runs.append([day])
    lines = []
    for run in runs:
        spans = week.get(str(run[0])) or []
        if spans:
            days = names[run[0]] if len(run) == 1 else f"{names[run[0]]}{TO}{names[run[-1]]}"
            times = ", ".join(f"{opens}{TO}{closes}" for opens, closes in spans)
            lines.append(f"{days} {times}")
    return Markup("<br>").join(lines)


FILTERS = {
    "channel_label": channel_label,
    "language_name": language_name,
    "country_name": country_name,
    "hours_summary": hours_summary,
}
