"""Rules of the stylesheets, the icons and the packages that the browser's side is made of."""

import json
import re
from pathlib import Path

import pytest

from inbox.web.render import asset

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "inbox/web/assets"
TEMPLATES = ROOT / "templates"
STYLESHEETS = sorted((ASSETS / "css").glob("*.css"))
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border)-(?:left|right|top|bottom)|left|right|top|bottom"
    r"|(?:min-|max-)?(?:width|height)|float|clear)\s*:(?![^;{]*\{)"
)
ALIGNED = re.compile(r"(?:text-align|justify-\w+|align-\w+):\s*(?:left|right)")
# a shorthand of four values says which is left and which is right
FOUR_SIDES = re.compile(r"(?<![\w-])(?:margin|padding|inset|border-radius):(?:\s+[^\s;]+){4};")


@pytest.mark.parametrize("sheet", STYLESHEETS, ids=lambda sheet: sheet.name)
def test_a_stylesheet_works_in_both_directions_of_writing(sheet):
    text = re.sub(r"/\*.*?\*/|@media[^{]*|@import[^;]*", "", sheet.read_text(), flags=re.DOTALL)

    assert not PHYSICAL.findall(text) + ALIGNED.findall(text) + FOUR_SIDES.findall(text)


@pytest.mark.parametrize(
    "sheet", [s for s in STYLESHEETS if s.name != "app.css"], ids=lambda sheet: sheet.name
)
def test_a_stylesheet_names_its_layer(sheet):
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL).strip()

    assert text.startswith("@layer ")


def test_every_stylesheet_is_part_of_a_bundle():
    imported = set(re.findall(r'@import "\./([\w-]+\.css)"', (ASSETS / "css/app.css").read_text()))

    bundles = set(re.findall(r'"css/([\w-]+\.css)"', (ASSETS / "build.mjs").read_text()))

    assert imported | bundles == {sheet.name for sheet in STYLESHEETS}


def test_no_template_sets_a_style_or_runs_a_script_in_line():
    offenders = [
        template.name
        for template in TEMPLATES.rglob("*.html")
        if "mail" not in template.parts
        if re.search(r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]*\ssrc=)", template.read_text())
    ]

    assert not offenders


def test_the_sheet_of_shortcuts_shows_every_key_there_is():
    source = (ASSETS / "ts/keys.ts").read_text().split("KEYMAP")[1].split("};")[0]
    shown = (TEMPLATES / "components/shortcuts.html").read_text()
    names = {"mod": "Ctrl", "escape": "Esc", "enter": "↵", "shift": "⇧"}
    names |= {"arrowdown": "↓", "arrowup": "↑"}
    missing = []
    for quoted, bare, command in re.findall(
        r'^  (?:"([^"]+)"|(\w+)): "([\w-]+)"', source, re.MULTILINE
    ):
        keys = [names.get(key, key.upper()) for key in re.split(r"[ +]", quoted or bare)]
        if json.dumps(keys, ensure_ascii=False) not in shown:
            missing.append((quoted or bare, command))

    assert [key for key, _ in missing] == ["o", "mod+z"]  # second keys of "open" and "undo"


def test_the_lock_file_holds_no_address():
    assert not re.search(r"https?://|registry", (ROOT / "package-lock.json").read_text())


async def test_an_asset_is_kept_for_ever_and_a_missing_one_not_at_all(open_browser):
    """Or a browser that came while a new version was rolled out would never get well again."""
    browser = await open_browser()
    found = await browser.get(asset("app.css"))
    missing = await browser.get("/static/app-style-OTHER.css")
    page = await browser.get("/nowhere")

    assert (found.status, "immutable" in found.headers["Cache-Control"]) == (200, True)
    assert (missing.status, missing.headers["Cache-Control"]) == (404, "no-store")
    assert (page.status, page.headers["Cache-Control"]) == (404, "no-store")
