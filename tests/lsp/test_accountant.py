"""What takes the accountant seconds is told when it is known, and nobody waits for it."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from synthc.compiler.graph import accounting
from synthc.lsp.workspace import Workspace
from tests.lsp.views import FOLDER, workspace_of

ROOT = Path(__file__).parents[2]
SPEC = FOLDER / "spec.synth"
TOUR = (ROOT / "tests/golden/tour.synth").read_text()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Event:
    """An accountant that answers when it may, and has kept nothing."""
    may = Event()

    def answer(*_: object, **__: object) -> float:
        assert may.wait(20)
        return 9.5

    monkeypatch.setenv("SYNTH_TGI_URL", "http://localhost:8080")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(accounting, "_epsilon", answer)
    monkeypatch.setattr(accounting, "_noise_for", answer)
    return may


def rules(workspace: Workspace) -> list[str]:
    """Return the rules of what is found in the spec."""
    workspace.known(SPEC)
    return [finding.rule for finding, _ in workspace.findings(SPEC)]


def opened(text: str) -> Workspace:
    """Return a workspace with a spec and what it imports."""
    return workspace_of({"personas.synth": (ROOT / "tests/golden/personas.synth").read_text(), SPEC.name: text})


def answer_all(workspace: Workspace) -> None:
    """Let the accountant work until no question is left, as the server does."""
    while workspace.accountant.asking:
        done = Event()
        workspace.accountant.start(done.set)
        assert done.wait(20)
        spec = workspace.accountant.take()
        assert spec == SPEC
        workspace.answered(spec)
        workspace.known(spec)


def test_over_budget_is_told_later(slow: Event) -> None:
    """A check is over before the accountant has begun, and its finding comes with the answer."""
    workspace = opened(TOUR.replace("epsilon = 4)", "epsilon = 4.7)"))

    assert rules(workspace) == []
    slow.set()
    answer_all(workspace)
    assert rules(workspace) == ["over-budget"]


def test_noise_that_is_given(slow: Event) -> None:
    """An epsilon that follows from noise isn't made up: nothing that rested on no answer is kept."""
    workspace = opened(TOUR.replace("epsilon = 4)", "noise = 0.7)"))

    assert rules(workspace) == []
    slow.set()
    answer_all(workspace)
    assert rules(workspace) == ["over-budget"]


def test_within_the_bound_nobody_is_asked(slow: Event) -> None:
    """Where the sum of the epsilons settles it, there is no question."""
    workspace = opened(TOUR)

    assert not slow.is_set()
    assert rules(workspace) == []
    assert workspace.accountant.asking == {}


def test_a_question_without_answer_is_not_asked_for_ever(monkeypatch: pytest.MonkeyPatch, slow: Event) -> None:
    """What fails is asked again by the next check alone."""

    def fail(*_: object) -> float:
        raise ValueError("no noise is enough")

    monkeypatch.setattr(accounting, "_noise_for", fail)
    workspace = opened(TOUR.replace("epsilon = 4)", "epsilon = 4.7)"))
    workspace.known(SPEC)
    slow.set()
    done = Event()
    workspace.accountant.start(done.set)

    assert done.wait(20)
    assert workspace.accountant.take() is None
    assert workspace.accountant.asking == {}
