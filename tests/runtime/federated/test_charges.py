"""A budget is for the lifetime of people: charges add up over runs and are never lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthc.compiler.graph.accounting import SubsampledGaussian, epsilon
from synthc.runtime.errors import ChargeRefused, InputError
from synthc.runtime.federated.charges import Charges, charged_events, ledger_file

EVENT = SubsampledGaussian(sampling=1.0, noise=20.0, rounds=10)
GAUSSIAN = {"mechanism": "gaussian", "sampling": 1.0, "noise": 20.0}


def charges(project: Path, budget: float = 8.0) -> Charges:
    """Return the charges of one federation."""
    return Charges(project=project, people="en-us/2026", node="tuned", place="a.synth:9:1", dp=GAUSSIAN, series=None, budgets=[{"epsilon": budget, "delta": 1e-9}])


def test_rounds_add_up_over_runs(tmp_path: Path) -> None:
    """Each round is charged once under its name, whoever asks again."""
    for name in ("a", "b", "b", "c"):
        charges(tmp_path).charge(name, 0)

    assert charged_events(tmp_path, "en-us/2026") == [SubsampledGaussian(sampling=1.0, noise=20.0, rounds=3)]


def test_nobody_was_charged_before_the_first_run(tmp_path: Path) -> None:
    """A project without a ledger has spent nothing."""
    assert charged_events(tmp_path, "en-us/2026") == []


def test_what_fits_is_afforded_and_what_does_not_is_refused_with_both_numbers(tmp_path: Path) -> None:
    """The sentence says what was spent, what it would come to, and what to do."""
    spent = epsilon([EVENT], 1e-9)
    charges(tmp_path, budget=spent * 1.01).afford(range(10))
    for round_ in range(10):
        charges(tmp_path).charge(f"round {round_}", round_)

    with pytest.raises(ChargeRefused, match=rf"a\.synth:9:1: `tuned` would bring the lifetime epsilon of `en-us/2026` from {spent:.3g} to .*budget is"):
        charges(tmp_path, budget=spent * 1.01).afford(range(10))


def test_nothing_left_to_do_costs_nothing(tmp_path: Path) -> None:
    """A finished federation is not refused for what it has spent already."""
    charges(tmp_path, budget=1e-6).afford(range(0))


def test_a_line_that_a_kill_cut_off_was_never_charged(tmp_path: Path) -> None:
    """The round behind it had not begun; the next charge starts on a line of its own."""
    charges(tmp_path).charge("a", 0)
    path = ledger_file(tmp_path, "en-us/2026")
    path.write_text(path.read_text() + '{"charge": "b", "sam')

    charges(tmp_path).charge("c", 1)
    assert charged_events(tmp_path, "en-us/2026") == [SubsampledGaussian(sampling=1.0, noise=20.0, rounds=2)]


def test_a_damaged_ledger_stops_everything(tmp_path: Path) -> None:
    """What was spent cannot be guessed."""
    charges(tmp_path).charge("a", 0)
    path = ledger_file(tmp_path, "en-us/2026")
    path.write_text("x" + path.read_text())

    with pytest.raises(InputError, match="the privacy ledger is damaged; restore it from a copy"):
        charges(tmp_path)
