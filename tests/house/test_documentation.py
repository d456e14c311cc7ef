"""What people can set, watch or choose has its place in docs/."""

import importlib
import pkgutil
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from inbox.events import EventKind
from inbox.reports import REPORTS
from inbox.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def test_every_setting_is_in_the_configuration() -> None:
    told = set(
        re.findall(r"^\| `(INBOX_\w+)`", (DOCS / "configuration.md").read_text(), re.MULTILINE)
    )

    assert told == {f"INBOX_{name.upper()}" for name in Settings.model_fields}


def test_every_kind_of_event_is_in_the_events() -> None:
    told = re.findall(r"^\| `(\w+)` \|", (DOCS / "events.md").read_text(), re.MULTILINE)

    assert sorted(told) == sorted(EventKind)


def test_the_layers_are_told_as_the_contract_has_them() -> None:
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    (layers,) = (c["layers"] for c in tool["importlinter"]["contracts"] if c["type"] == "layers")
    there_are = [
        [name for name in re.findall(r"\w+", layer) if find_spec(f"inbox.{name}")]
        for layer in layers
    ]
    page = (DOCS / "architecture.md").read_text()
    told = page.partition("names the line that breaks this.\n\n```\n")[2].partition("\n```")[0]

    assert [line.split(" · ") for line in told.splitlines()] == [
        names for names in there_are if names
    ]


def test_every_channel_has_a_page() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    channels = {
        name
        for name, target in project["entry-points"]["inbox.channels"].items()
        if find_spec(target.partition(":")[0])
    }

    assert channels - {page.stem for page in (DOCS / "channels").glob("*.md")} == set()


def test_every_action_of_rules_is_in_the_routing_page() -> None:
    actions = pytest.importorskip("inbox.routing.actions", reason="there is no routing yet")
    names = {module.name for module in pkgutil.iter_modules(actions.__path__)} - {"base"}
    page = (DOCS / "routing.md").read_text()

    missing = {
        action.name
        for name in names
        for action in vars(importlib.import_module(f"{actions.__name__}.{name}")).values()
        if isinstance(action, type)
        and action.__module__.endswith(f".{name}")
        and isinstance(getattr(action, "name", None), str)
        and f"`{action.name}`" not in page
    }
    assert missing == set()


def test_every_report_is_in_the_reports() -> None:
    told = re.findall(r"^\| `([\w-]+)` \|", (DOCS / "reports.md").read_text(), re.MULTILINE)

    assert told == [report.slug for report in REPORTS]


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {link}"
        for page in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
        for link in re.findall(r"(?<!!)\[[^]]*\]\((?!\w+:|#)([^)#]+)", page.read_text())
        if not (page.parent / link).exists()
    ]

    assert broken == []
