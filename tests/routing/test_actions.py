"""The register of actions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from inbox.routing import actions

MODULE = """
from inbox.routing.actions.base import Action

class Escalate(Action):
    name = "escalate"
    label = "Escalate"

    def run(self, session, conversation, *, by, event):
        return "escalated"

class Impostor(Escalate):
    name = "add_note"
"""
ENTRY_POINTS = """
[inbox.actions]
escalate = escalating_actions:Escalate
impostor = escalating_actions:Impostor
broken = escalating_actions:NotThere
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installed distribution with two good entry points and a broken one."""
    information = tmp_path / "escalating-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: escalating\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(ENTRY_POINTS)
    (tmp_path / "escalating_actions.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    actions.known.cache_clear()
    yield
    actions.known.cache_clear()


def test_every_built_in_action_has_a_name_a_label_and_titled_fields() -> None:
    for action in actions.BUILT_IN:
        assert action.label
        assert all(field.title for field in action.model_fields.values())

    assert len({action.name for action in actions.BUILT_IN}) == len(actions.BUILT_IN)


@pytest.mark.usefixtures("plugin")
def test_plug_ins_come_in_and_replace_none_of_ours() -> None:
    known = actions.known()

    assert known["escalate"].label == "Escalate"
    assert known["add_note"] is actions.AddNote


@pytest.mark.usefixtures("plugin")
def test_a_broken_plug_in_stays_out() -> None:
    assert "broken" not in actions.known()
