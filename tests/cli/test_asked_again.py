"""`synthc plan` says what would be asked again, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthc.runtime.endpoints.base import Identity
from synthc.runtime.endpoints.fake import FakeEndpoint
from tests.cli.project import Project
from tests.runtime.asked import SPEC, write_rows


@pytest.fixture
def ran(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose spec was run once."""
    project = Project(folder=tmp_path, capture=capsys)
    project.write("spec.synth", SPEC)
    write_rows(tmp_path, [f"text {n}" for n in range(5)])
    monkeypatch.setattr("synthc.runtime.walk.open_endpoint", lambda *_: FakeEndpoint(reply=lambda _: "1"))
    assert project.run("run").code == 0
    return project


def planned(project: Project) -> str:
    """Return what the plan says about `counted`."""
    said = project.run("plan")
    assert said.code == 0, said.err
    return next((line for line in said.out.splitlines() if line.startswith("questions of `counted`: ")), "").removeprefix("questions of `counted`: ")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("n >= 0", "n >= 1", "5 answered before; none to ask"),
        ("How many?", "How many words?", "0 answered before; 5 to ask: prompt changed (`ask`)"),
        ("You count.", "You count well.", "0 answered before; 5 to ask: prompt changed (`system`)"),
        ("temperature = 0.8", "temperature = 0.9", "0 answered before; 5 to ask: decoding changed (`temperature`)"),
    ],
)
def test_a_plan_says_which_setting_makes_rows_be_asked_about_again(ran: Project, old: str, new: str, says: str) -> None:
    """Or that none does."""
    ran.write("spec.synth", SPEC.replace(old, new))

    assert planned(ran) == says


def test_new_rows_are_counted_apart(ran: Project) -> None:
    """The others are answered."""
    write_rows(ran.folder, [f"text {n}" for n in range(7)])
    assert planned(ran) == ""  # the source is not read by a plan

    assert ran.run("run", "--only", "+web").code == 0
    assert planned(ran) == "5 answered before; 2 to ask: new rows"


def test_another_model_is_a_reason(ran: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a run has met it."""

    class Other(FakeEndpoint):
        async def identity(self) -> Identity:
            """Return another model."""
            return Identity(model="other", revision="1", server="fake")

    monkeypatch.setattr("synthc.runtime.walk.open_endpoint", lambda *_: Other(reply=lambda _: "1"))
    write_rows(ran.folder, [f"text {n}" for n in range(1)])
    assert ran.run("run").code == 0
    write_rows(ran.folder, [f"text {n}" for n in range(2)])
    assert ran.run("run", "--only", "+web").code == 0

    assert planned(ran) == "1 answered before; 1 to ask: model changed (`fake`, now `other`)"


def test_a_plan_asks_nobody(ran: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it write down what it looked up."""
    ran.write("spec.synth", SPEC.replace("How many?", "How few?"))
    monkeypatch.setattr(FakeEndpoint, "answer", None)
    before = ran.run("ledger", "list").out

    assert "5 to ask" in planned(ran)
    assert ran.run("ledger", "list").out == before
