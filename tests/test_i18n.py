"""Serbian: whole, true to its placeholders, and drawn in both of its scripts."""

import copy
import json
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from inbox import i18n
from inbox.errors import Invalid
from inbox.model.base import SentenceText

ROOT = Path(__file__).parent.parent
DIALECT = sqlite.dialect()
SERBIAN = ROOT / "inbox/locale/sr_Cyrl/LC_MESSAGES/messages.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
CYRILLIC = re.compile(r"[\u0400-\u04ff]")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with SERBIAN.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def collected() -> set[str]:
    """The texts that stand in the sources now."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    texts = extract_from_dir(ROOT, methods, options, directory_filter=_is_ours)
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in texts}


@pytest.fixture
def in_locale(compiled_catalogues):
    """Speaks a language, and English again afterwards."""
    yield i18n.set_locale
    i18n.set_locale(i18n.SOURCE)


def test_every_text_is_translated_and_none_is_left_over(catalogue, collected):
    translated = {_first(message.id) for message in catalogue if message.id}
    assert collected - translated == set(), "run make messages and translate these"
    assert translated - collected == set(), "run make messages: nobody says these any more"
    assert not catalogue.obsolete


def test_no_translation_is_empty_or_a_guess(catalogue):
    messages = [message for message in catalogue if message.id]
    assert [m.id for m in messages if m.fuzzy or not all(_forms(m.string))] == []
    assert all(len(m.string) == catalogue.num_plurals for m in messages if m.pluralizable)


def test_translations_keep_the_placeholders(catalogue):
    for message in catalogue:
        if not message.id:
            continue
        expected = sorted(PLACEHOLDER.findall(_first(message.id)))
        for form in _forms(message.string):
            assert sorted(PLACEHOLDER.findall(form)) == expected, message.id


def test_only_the_letters_change_with_the_script(catalogue):
    for message in catalogue:
        for form in _forms(message.string):
            latin = i18n.to_latin(form)
            assert not CYRILLIC.search(latin), f"no Serbian letter: {form}"
            assert PLACEHOLDER.findall(latin) == PLACEHOLDER.findall(form)
    assert (
        i18n.to_latin("Љиљана пише на https://example.com")
        == "Ljiljana piše na https://example.com"
    )


def test_serbian_counts_in_three_forms(in_locale):
    in_locale("sr_Latn")
    one, many = "%(num)d thing needs a look.", "%(num)d things need a look."
    counted = [i18n.ngettext(one, many, number) % {"num": number} for number in (1, 3, 5, 21)]
    assert [text.split()[1] for text in counted] == ["stvar", "stvari", "stvari", "stvar"]


def test_a_phrase_is_said_in_the_readers_language_also_after_it_was_stored(in_locale):
    inner = i18n.Phrase("Within business hours")
    phrase = i18n.Phrase("Choose one of: %(choices)s.", choices=[inner, "Милан 100%"])
    stored = json.loads(json.dumps(phrase.stored()))

    assert phrase == "Choose one of: Within business hours, Милан 100%."
    assert copy.deepcopy(phrase).stored() == stored
    in_locale("sr_Latn")
    told = "Izaberite jedno: U radno vreme, Милан 100%."
    assert i18n.gettext(phrase) == i18n.said(stored) == told
    assert i18n.gettext(Invalid(phrase).message) == told


@given(st.text(), st.text())
def test_a_sentence_comes_back_from_its_column_and_only_a_phrase_as_a_phrase(said, name):
    column = SentenceText(200)

    def kept(text: str) -> str | None:
        return column.process_result_value(column.process_bind_param(text, DIALECT), DIALECT)

    phrase = kept(i18n.Phrase("There is no server with the name %(host)s.", host=name))
    assert phrase == f"There is no server with the name {name}."[:200].replace("\0", "")
    assert isinstance(phrase, i18n.Phrase) == (len(name) <= 165)
    plain = kept(said)
    assert plain == said[:200].replace("\0", "").replace(SentenceText.MARK, "")
    assert not isinstance(plain, i18n.Phrase)


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        ("", "en"), ("*", "en"), ("sr", "sr_Cyrl"), ("sr-RS", "sr_Cyrl"), ("sr-Latn-RS", "sr_Latn"),
        ("SR-LATN", "sr_Latn"), ("en-GB,sr;q=0.5", "en"), ("de-DE,sr;q=0.8,en;q=0.5", "sr_Cyrl"),
        ("fr;q=0.9,xx", "en"), (";;,,", "en"),
    ],
)  # fmt: skip
def test_the_first_language_we_speak_is_taken(accepted, locale):
    assert i18n.negotiate(accepted) == locale


def _is_ours(folder: str) -> bool:
    top = Path(folder).relative_to(ROOT).parts[0]
    return top in {"inbox", "templates"} and not folder.endswith("__pycache__")


def _first(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[0]


def _forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)
