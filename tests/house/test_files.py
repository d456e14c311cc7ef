"""How our files look, as far as no linter says it; each test lists who breaks the rule."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE_LINES = 300
FUNCTION_LINES = 40
GENERATED = "inbox/migrations/versions/"
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset)-(?:left|right|top|bottom)|left|right)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
)
FUNDING = re.compile(r'"funding": (\{[^}]*\}|\[[^]]*\]|"[^"]*")')
ADDRESS = re.compile(r"https?://[^\s\"]*|git\+\S*")


def test_a_file_has_one_subject_and_fits_the_head() -> None:
    long = {
        name: len(text.splitlines())
        for name, text in each("inbox/*.py", "inbox/*.ts", "templates/*.html")
        if len(text.splitlines()) > FILE_LINES
    }

    assert long == {}


def test_a_function_fits_the_screen() -> None:
    tall = {
        f"{name}:{node.lineno} {node.name}": height(node)
        for name, text in each("inbox/*.py")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and height(node) > FUNCTION_LINES
    }

    assert tall == {}


def test_a_module_begins_by_saying_what_it_is() -> None:
    silent = [name for name, text in each("inbox/*.py") if not ast.get_docstring(ast.parse(text))]

    assert silent == []


def test_nothing_is_left_for_later() -> None:
    left = [
        f"{name}: {line.strip()}"
        for name, text in each("inbox/*", "templates/*", "bench/*", "tests/*.py", "tests/*.ts")
        if name != "tests/house/test_files.py"
        for line in text.splitlines()
        if UNFINISHED.search(line)
    ]

    assert left == []


def test_no_merge_was_left_half_done() -> None:
    marked = [
        name for name, text in each() if re.search(r"^(<{7}|>{7}) ", text, flags=re.MULTILINE)
    ]

    assert marked == []


def test_styles_say_start_and_end_and_never_left_and_right() -> None:
    physical = {name: found for name, text in each("*.css") if (found := PHYSICAL.findall(text))}

    assert physical == {}


def test_locked_packages_name_no_registry() -> None:
    named = {
        name: found
        for name, text in each("requirements/*.txt", "package-lock.json")
        if (found := ADDRESS.findall(FUNDING.sub("", text)))
    }

    assert named == {}


def test_what_builds_the_package_is_locked_for_building() -> None:
    """An image is built with no more than this list."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    locked = (ROOT / "requirements/build.txt").read_text()
    missing = {
        name
        for text in wanted
        if f"\n{(name := re.split('[<>=]', text)[0])}==" not in f"\n{locked}"
    }

    assert missing == set()


def each(*patterns: str) -> Iterator[tuple[str, str]]:
    """Name and text of every file that Git knows or would add, so not of what was built."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        if (ROOT / name).is_file() and GENERATED not in name:
            yield name, (ROOT / name).read_text(errors="replace")


def height(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert node.end_lineno
    return node.end_lineno - node.lineno + 1
