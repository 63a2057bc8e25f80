"""Every mechanism from the spec to the ledger: what is planned is what is reported, whatever happens in between."""

from __future__ import annotations

import json
import shutil
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file

from synthc.compiler.estimate import plan
from synthc.compiler.graph.accounting import epsilon
from synthc.compiler.graph.spending import event
from synthc.runtime.federated import federate
from synthc.runtime.federated.charges import charged_events, ledger_file
from synthc.runtime.federated.device import Device
from synthc.runtime.outcome import Outcome
from synthc.runtime.page.report import write_report
from tests.runtime.project import DECLARED, PRETENDED, Project, project

SPEC = """synth 1

public source web = files("web.jsonl") { license = "CC0-1.0" }
private source phones = files("phones.jsonl") { user = .user, people = "some people", POPULATION, split = { test = 30% } }

vocab keys = word_vocab(web) { size = 100 }
model keyboard = lstm(keys) { embedding = 8, hidden = 12, tied = true }
pretrain baseline = keyboard on web { words = 1k, batch = 8 }

federate tuned = baseline over phones {
  rounds  = 4
  cohort  = 100
  local   = sgd(0.5, epochs = 1, batch = 8)
  dp      = MECHANISM
  workers = 1
}

budget phones { epsilon = 4, delta = 1e-8 }
"""
MECHANISMS = {
    "gaussian": "gaussian(clip = 0.3, epsilon = 3, delta = 9e-9)",
    "adaptive": "gaussian(clip = adaptive(0.1, quantile = 0.5), epsilon = 3, delta = 9e-9)",
    "tree": "tree(clip = 0.3, epsilon = 3, delta = 9e-9, separation = 2)",
    "blt": "blt(clip = 0.3, epsilon = 3, delta = 9e-9, buffers = 2, separation = 2)",
    "banded": "banded(clip = 0.3, epsilon = 3, delta = 9e-9, bands = 2, separation = 2)",
}
STATEFUL, CORRELATED = (pytest.mark.parametrize("dp", [MECHANISMS[name] for name in names], ids=names) for names in (("adaptive", "tree", "blt", "banded"), ("tree", "blt", "banded")))
EVERY = pytest.mark.parametrize("dp", MECHANISMS.values(), ids=MECHANISMS)


def tuned_by(dp: str, folder: Path, monkeypatch: pytest.MonkeyPatch, population: str = DECLARED) -> Project:
    """Return a small project with a mechanism, tuned from what was trained on the web."""
    made = project(folder, monkeypatch, population=population)
    made.text = SPEC.replace("POPULATION", population).replace("MECHANISM", dp)
    return made


def comparable(spent: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of people, without what only a run knows: who else looked, and how far it came."""
    known = {key: value for key, value in spent.items() if key not in {"lifetime_epsilon", "evaluations", "epsilon_prv", "epsilon_opacus_rdp"}}
    mechanisms = [{key: value for key, value in one.items() if key != "rounds_charged"} for one in spent["mechanisms"]]
    return {**known, "mechanisms": mechanisms}


@EVERY
def test_what_is_planned_is_what_is_reported_and_charged_though_a_run_was_stopped(dp: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan before, report after and the lifetime ledger agree; the round that was open is the same release, and is charged once."""
    made = tuned_by(dp, tmp_path, monkeypatch)
    monkeypatch.setattr(federate, "SECONDS_BETWEEN_STATES", 0.0)
    ledger, dp_of_node = ledger_file(made.folder, "some people"), made.graph.by_name["tuned"].settings["dp"]
    planned = plan(made.graph, made.folder)["privacy"]["phones"]
    stopped = made.run(stopping=lambda: ledger.exists() and len(ledger.read_text().splitlines()) == 2)
    assert stopped.problem is not None
    assert stopped.document["privacy"]["phones"]["lifetime_epsilon"] < planned["epsilon"]
    outcome = made.run()
    spent = outcome.document["privacy"]["phones"]

    assert outcome.problem is None
    assert comparable(spent) == comparable(planned)
    assert spent["epsilon"] == epsilon([event(dp_of_node, 4)], 1e-8) <= 3
    assert spent["lifetime_epsilon"] == spent["epsilon"] <= spent["epsilon_opacus_rdp"] * (1 + 1e-9)
    assert spent["mechanisms"][0]["rounds_charged"] == 4
    assert [json.loads(line)["round"] for line in ledger.read_text().splitlines()] == [0, 1, 2, 3]
    assert charged_events(made.folder, "some people") == [event(dp_of_node, 4)]
    assert json.loads((outcome.folder / "privacy.json").read_text())["phones"] == spent
    page = write_report(outcome.folder).read_text()
    assert spent["adjacency"] in page
    assert spent["mechanisms"][0]["sampler"] in page
    assert not list(made.folder.glob(".synth/**/state.safetensors")), "what the noise could be taken away by is gone"
    if spent["adjacency"] == "zero-out":
        last = (outcome.folder / "private" / "tuned.rounds.jsonl").read_text().splitlines()[-1]
        assert json.loads(last) == {"measured": {"separation": 2, "max_participation": 2}}
        assert "takes part again 2 rounds later at the earliest, so twice at most" in page


@STATEFUL
def test_a_stopped_federation_goes_on_to_the_same_model(dp: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In test mode, bit for bit: noise that later rounds take back survives with the model."""
    monkeypatch.setattr(federate, "SECONDS_BETWEEN_STATES", 0.0)
    whole, parts = (tuned_by(dp, tmp_path / folder, monkeypatch, population=PRETENDED) for folder in ("whole", "parts"))
    models = [_model(whole.run(test_noise=3))]
    shutil.copytree(whole.folder / ".synth", parts.folder / ".synth", ignore=shutil.ignore_patterns("store*", "*scratch*"), dirs_exist_ok=True)
    assert parts.run(test_noise=3, stopping=partial(_two_rounds_are_done, parts)).problem is not None
    models.append(_model(parts.run(test_noise=3)))

    assert models[0] == models[1]


@CORRELATED
@pytest.mark.parametrize("rounds", [0, 2])
def test_a_federation_that_was_killed_before_its_first_state_is_one_series(rounds: int, dp: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rounds are the same releases when they are tried again: under other names a budget that fits one run would be charged two."""
    made, clipped_sum, calls = tuned_by(dp, tmp_path, monkeypatch), Device.clipped_sum, count()

    def killed(*said: Any, **more: Any) -> Any:
        if next(calls) == rounds:
            assert not ledger_file(made.folder, "some people").exists(), "nothing was released"
            raise KeyboardInterrupt
        return clipped_sum(*said, **more)

    monkeypatch.setattr(Device, "clipped_sum", killed)
    with pytest.raises(KeyboardInterrupt):
        made.run()
    monkeypatch.setattr(Device, "clipped_sum", clipped_sum)
    assert made.run().problem is None
    lines = [json.loads(line) for line in ledger_file(made.folder, "some people").read_text().splitlines()]

    assert [line["round"] for line in lines] == [0, 1, 2, 3]
    assert len({line["series"] for line in lines}) == 1


def _two_rounds_are_done(made: Project) -> bool:
    return any(load_file(state)["round"].item() == 2 for state in made.folder.glob(".synth/**/state.safetensors"))


def _model(outcome: Outcome) -> bytes:
    assert outcome.problem is None
    return (outcome.folder / "private" / "models" / "tuned" / "model.safetensors").read_bytes()


@CORRELATED
def test_a_pretended_population_is_never_charged(dp: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under every mechanism its epsilon is that of the run it pretends."""
    made = tuned_by(dp, tmp_path, monkeypatch, population=PRETENDED)
    spent = made.run().document["privacy"]["phones"]

    assert not ledger_file(made.folder, "some people").exists()
    assert (spent["population_is"], spent["lifetime_epsilon"]) == ("simulated", None)
    assert 0 < spent["epsilon"] <= 3


def test_people_are_not_tuned_on_under_another_adjacency_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the compiler refuses in one spec, the ledger refuses over their lifetime."""
    tuned_by(MECHANISMS["gaussian"], tmp_path, monkeypatch).run()
    problem = tuned_by(MECHANISMS["blt"], tmp_path, monkeypatch).run().problem

    assert problem is not None
    assert problem.exit_code == 1
    assert "were charged under `gaussian` before" in str(problem)
