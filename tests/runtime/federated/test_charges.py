"""A budget is for the lifetime of people: charges add up over runs and are never lost."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from synthc.compiler.graph.accounting import CorrelatedGaussian, SubsampledGaussian, epsilon, round_up
from synthc.compiler.graph.spending import squared_sensitivity
from synthc.runtime.errors import ChargeRefused, InputError
from synthc.runtime.federated.charges import Charges, charged_events, ledger_file

EVENT = SubsampledGaussian(sampling=1.0, noise=20.0, rounds=10)
GAUSSIAN = {"mechanism": "gaussian", "sampling": 1.0, "noise": 20.0}


BLT: Mapping[str, Any] = {"mechanism": "blt", "noise": 7.0, "separation": 4, "theta": [0.6], "omega": [0.3]}


def charges(project: Path, budget: float = 8.0, dp: Mapping[str, Any] = GAUSSIAN, series: str | None = None) -> Charges:
    """Return the charges of one federation."""
    return Charges(project=project, people="en-us/2026", node="tuned", place="a.synth:9:1", dp=dp, series=series, budgets=[{"epsilon": budget, "delta": 1e-9}])


def test_rounds_add_up_over_runs(tmp_path: Path) -> None:
    """Each round is charged once under its name, whoever asks again."""
    for name in ("a", "b", "b", "c"):
        charges(tmp_path).charge({name: 0})

    assert charged_events(tmp_path, "en-us/2026") == [SubsampledGaussian(sampling=1.0, noise=20.0, rounds=3)]


def test_the_ledger_tells_the_day_and_not_how_long_rounds_took(tmp_path: Path) -> None:
    """A round takes the longer the more people joined it."""
    charges(tmp_path).charge({"a": 0})
    (line,) = [json.loads(line) for line in ledger_file(tmp_path, "en-us/2026").read_text().splitlines()]

    assert line["time"] % 86_400 == 0
    assert 0 <= time.time() - line["time"] < 2 * 86_400


def test_nobody_was_charged_before_the_first_run(tmp_path: Path) -> None:
    """A project without a ledger has spent nothing."""
    assert charged_events(tmp_path, "en-us/2026") == []


def test_what_fits_is_afforded_and_what_does_not_is_refused_with_both_numbers(tmp_path: Path) -> None:
    """The sentence says what was spent, what it would come to, and what to do."""
    spent = epsilon([EVENT], 1e-9)
    charges(tmp_path, budget=spent * 1.01).afford(range(10))
    for round_ in range(10):
        charges(tmp_path).charge({f"round {round_}": round_})

    with pytest.raises(ChargeRefused, match=rf"a\.synth:9:1: `tuned` would bring the lifetime epsilon of `en-us/2026` from {round_up(spent, 3):.3g} to .*budget is"):
        charges(tmp_path, budget=spent * 1.01).afford(range(10))


def test_nothing_left_to_do_costs_nothing(tmp_path: Path) -> None:
    """A finished federation is not refused for what it has spent already."""
    charges(tmp_path, budget=1e-6).afford(range(0))


def test_a_line_that_a_kill_cut_off_was_never_charged(tmp_path: Path) -> None:
    """The round behind it had not begun; the next charge starts on a line of its own."""
    charges(tmp_path).charge({"a": 0})
    path = ledger_file(tmp_path, "en-us/2026")
    path.write_text(path.read_text() + '{"charge": "b", "sam')

    charges(tmp_path).charge({"c": 1})
    assert charged_events(tmp_path, "en-us/2026") == [SubsampledGaussian(sampling=1.0, noise=20.0, rounds=2)]


def test_a_damaged_ledger_stops_everything(tmp_path: Path) -> None:
    """What was spent cannot be guessed."""
    charges(tmp_path).charge({"a": 0})
    path = ledger_file(tmp_path, "en-us/2026")
    path.write_text("x" + path.read_text())

    with pytest.raises(InputError, match="the privacy ledger is damaged; restore it from a copy"):
        charges(tmp_path)


@pytest.mark.parametrize("line", ['{"charge": "b", "round": 0, "mechanism": "gaussian", "noise": 2.0}', '{"charge": "b", "round": 0}', '["b"]', "1"])
def test_a_line_that_does_not_say_what_was_spent_is_damage(tmp_path: Path, line: str) -> None:
    """To leave it out would be to spend it again."""
    charges(tmp_path).charge({"a": 0})
    path = ledger_file(tmp_path, "en-us/2026")
    path.write_text(path.read_text() + line + "\n")

    with pytest.raises(InputError, match="the privacy ledger is damaged"):
        charged_events(tmp_path, "en-us/2026")


def test_a_mechanism_of_a_later_version_stops_everything(tmp_path: Path) -> None:
    """What it spent cannot be counted here, and the sentence says by what."""
    charges(tmp_path).charge({"a": 0})
    path = ledger_file(tmp_path, "en-us/2026")
    path.write_text(path.read_text() + '{"charge": "b", "round": 0, "mechanism": "shuffle", "noise": 2.0}\n')

    with pytest.raises(InputError, match="charged under `shuffle`, which this version cannot count"):
        charges(tmp_path)


def whole(rounds: int) -> CorrelatedGaussian:
    """Return what a series up to so many rounds spends."""
    return CorrelatedGaussian(noise=7.0, squared=squared_sensitivity(BLT, rounds))


def test_rounds_of_correlated_noise_are_one_gaussian_however_often_a_run_was_stopped(tmp_path: Path) -> None:
    """A series goes on under its name; what it spends is that of all its rounds, not of so many runs."""
    for round_ in range(6):
        charges(tmp_path, dp=BLT, series="a").charge({f"round {round_}": round_})

    assert charged_events(tmp_path, "en-us/2026") == [whole(6)]


def test_another_run_is_another_series(tmp_path: Path) -> None:
    """It has noise of its own, and composes."""
    for series, rounds in (("a", 6), ("b", 2)):
        for round_ in range(rounds):
            charges(tmp_path, dp=BLT, series=series).charge({f"{series}{round_}": round_})

    assert charged_events(tmp_path, "en-us/2026") == [whole(6), whole(2)]


def test_a_round_that_is_drawn_anew_is_charged_as_a_second_run_up_to_it(tmp_path: Path) -> None:
    """It shows the same sums under other noise; what follows belongs to either."""
    first = charges(tmp_path, dp=BLT, series="a")
    for round_ in range(4):
        first.charge({f"round {round_}": round_})
    again = charges(tmp_path, dp=BLT, series="a")
    again.charge({"round 3 with other keys": 3})
    again.charge({"round 4": 4})

    assert charged_events(tmp_path, "en-us/2026") == [whole(4), whole(5)]
    charges(tmp_path, dp=BLT, series="a").charge({"round 5": 5})
    assert sorted(event.squared for event in charged_events(tmp_path, "en-us/2026") if isinstance(event, CorrelatedGaussian)) == [whole(5).squared, whole(6).squared]


def test_what_is_left_of_a_series_is_afforded_together_with_what_it_has(tmp_path: Path) -> None:
    """The whole counts once, not its beginning and its end."""
    spent, twice = epsilon([whole(20)], 1e-9), epsilon([whole(20), whole(10)], 1e-9)
    for round_ in range(10):
        charges(tmp_path, dp=BLT, series="a").charge({f"round {round_}": round_})

    charges(tmp_path, budget=spent * 1.001, dp=BLT, series="a").afford(range(10, 20))
    for series, rounds in (("b", range(20)), ("a", range(9, 20))):
        with pytest.raises(ChargeRefused, match=f"would bring the lifetime epsilon .* to {round_up(twice, 3):.3g}"):
            charges(tmp_path, budget=spent * 1.001, dp=BLT, series=series).afford(rounds)


def test_a_sum_over_everybody_is_charged_beside_both(tmp_path: Path) -> None:
    """It is the same whether a person is taken out or sends nothing; what is in between is not."""
    charges(tmp_path).charge({"a": 0})
    charges(tmp_path, dp=BLT, series="a", budget=1e6).afford(range(3))
    charges(tmp_path, dp={**GAUSSIAN, "sampling": 0.5}).charge({"b": 0})

    with pytest.raises(ChargeRefused, match="the two do not compose"):
        charges(tmp_path, dp=BLT, series="a", budget=1e6).afford(range(3))


def test_people_who_were_promised_one_thing_are_not_charged_under_another(tmp_path: Path) -> None:
    """Add/remove and zero-out do not compose, over runs neither."""
    charges(tmp_path, dp={**GAUSSIAN, "sampling": 0.5}).charge({"a": 0})

    with pytest.raises(ChargeRefused, match=r"charged under `gaussian` before, which promises add/remove and not zero-out: the two do not compose"):
        charges(tmp_path, dp=BLT, series="a").afford(range(3))
