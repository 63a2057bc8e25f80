"""What an exported app promises, what it is made of, and what of it is sent."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from flwr.cli.build import build_fab_from_disk

from synthc.compiler.graph import Privacy
from synthc.compiler.graph.accounting import SubsampledGaussian, epsilon
from synthc.compiler.graph.spending import event
from synthc.runtime.errors import InputError
from synthc.runtime.federated.deployed.apps import state_of
from synthc.runtime.federated.deployed.terms import terms
from synthc.runtime.federated.deployed.write import write_app
from tests.runtime.federated.phones import BANDED, BLT, PRETENDED, TREE, app, graph
from tests.runtime.federated.small import saved


def test_the_app_keeps_the_epsilon_without_anything_that_rests_on_sampling(tmp_path: Path) -> None:
    """The noise of a simulation that counts on who is drawn is too little; a device that joins twice needs more."""
    once, twice = app(tmp_path / "once"), app(tmp_path / "twice", participations=2)
    planned = graph(tmp_path).by_name["tuned"].settings["dp"]["noise"]

    assert planned < once.dp["noise"] < twice.dp["noise"]
    for of in (once, twice):
        assert of.epsilon == pytest.approx(epsilon([SubsampledGaussian(sampling=1.0, noise=of.dp["noise"], rounds=of.participations)], of.delta))
        assert of.epsilon <= 4
    assert (once.adjacency, once.participations, once.separation) == ("zero-out", 1, 1)


@pytest.mark.parametrize("dp", [TREE, BLT, BANDED])
def test_correlated_noise_rests_on_the_separation_alone(tmp_path: Path, dp: str) -> None:
    """So that the noise of the spec is enough; a device that joins more seldom is promised more."""
    often, seldom = app(tmp_path / "often", dp=dp, rounds=5), app(tmp_path / "seldom", dp=dp, rounds=5, participations=2)
    planned = graph(tmp_path, dp=dp, rounds=5).by_name["tuned"].settings["dp"]

    assert (often.participations, often.separation, seldom.participations) == (3, 2, 2)
    assert planned["noise"] == often.dp["noise"] == seldom.dp["noise"]
    assert often.epsilon == pytest.approx(epsilon([event(planned, 5)], of_delta := often.delta))
    assert seldom.epsilon == pytest.approx(epsilon([event(planned, 5, 2)], of_delta))
    assert seldom.epsilon < often.epsilon <= 4
    with pytest.raises(InputError, match="has 5 rounds, which are 2 apart, and a device can join at most 3 of them"):
        terms(graph(tmp_path, dp=dp, rounds=5).by_name["tuned"], 4)


def test_the_app_is_one_that_flower_builds_without_model_ledger_or_state(tmp_path: Path) -> None:
    """Devices get the vocabulary and the terms; weights come with the first round."""
    app(tmp_path)
    with zipfile.ZipFile(io.BytesIO(build_fab_from_disk(tmp_path / "app"))) as built:
        names = set(built.namelist())

    assert {"device_app/terms.json", "device_app/target/vocab.json", "device_app/target/config.json"} < names
    assert not [name for name in names if "safetensors" in name]
    assert (tmp_path / "app" / "state" / "ledger.jsonl").read_text() == ""


def test_nothing_of_the_server_is_sent_to_devices(tmp_path: Path) -> None:
    """A stopped run goes on with `flwr run`, which packs all JSON of the folder; whoever has the keys could take the noise away again, and a path names people."""
    app(tmp_path)
    for name in ("state/keys.json", "state/rounds.jsonl", "state/participations.jsonl", "texts.jsonl", "notes/more.json"):
        (tmp_path / "app" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "app" / name).write_text("{}\n")

    with zipfile.ZipFile(io.BytesIO(build_fab_from_disk(tmp_path / "app"))) as built:
        names = built.namelist()

    assert "device_app/terms.json" in names
    assert {name.split("/")[0] for name in names} <= {"device_app", "pyproject.toml", "README.md", ".info"}
    assert str(tmp_path) not in "".join((tmp_path / "app" / name).read_text() for name in names if name != ".info/CONTENT")


@pytest.mark.parametrize(
    ("dp", "says"),
    [
        ("none", "an app that protects nobody is not exported"),
        ("gaussian(clip = adaptive(0.1, count_noise = 0.6), epsilon = 4)", "on real devices, where nothing rests on who is drawn: the noise of 0.6 on the count"),
        ('gaussian(clip = 0.3, epsilon = 4)\n  search = [{ local = sgd(0.3) }, { local = sgd(1.0) }]\n  choose = best(part = "test", noise = 30)', "the best of a search"),
    ],
)
def test_what_cannot_be_promised_is_refused(tmp_path: Path, dp: str, says: str) -> None:
    """Each with what would do instead."""
    with pytest.raises(InputError, match=says):
        terms(graph(tmp_path, dp=dp).by_name["tuned"], 1)


def test_what_a_pretended_population_taught_stays_here(tmp_path: Path) -> None:
    """The app starts from the model before; nothing is exported where that is not there either."""
    saved(tmp_path / "run" / "models" / "warm" / "seed-0")
    saved(tmp_path / "run" / "models" / "tuned")
    of = graph(tmp_path, PRETENDED)
    written = write_app(tmp_path / "run", of, of.by_name["tuned"], tmp_path / "app", participations=1, version="1.0")

    assert of.by_name["tuned"].label is Privacy.SIMULATED
    assert written.start == "warm"
    assert "it adds to this" not in (tmp_path / "app" / "README.md").read_text()
    app(tmp_path / "real")
    assert "Whoever is among `phones` has spent what `.synth/privacy` says of them too" in (tmp_path / "real" / "app" / "README.md").read_text()
    with pytest.raises(InputError, match="is not empty"):
        write_app(tmp_path / "run", of, of.by_name["tuned"], tmp_path / "app", participations=1, version="1.0")
    with pytest.raises(InputError, match="finish the run first"):
        write_app(tmp_path / "empty", of, of.by_name["tuned"], tmp_path / "other", participations=1, version="1.0")


def test_the_state_of_an_app_is_found_by_its_terms(tmp_path: Path) -> None:
    """In the folder where the SuperLink was started, or in one of those that are named; that of another app is none."""
    first, second = app(tmp_path / "first"), app(tmp_path / "second")
    here, there = tmp_path / "first" / "app", tmp_path / "second" / "app" / "state"

    assert state_of(first, None, here) == here / "state"
    assert state_of(second, f"{here / 'state'}:{there}", tmp_path) == there
    assert state_of(first, "state", here) == here / "state"
    for named, place in ((None, tmp_path), (str(there), here)):
        with pytest.raises(InputError, match=r"the state of this app is not in .*; start the SuperLink in the folder that `synthc export` wrote, or with `SYNTHC_STATE` set"):
            state_of(first, named, place)


def test_what_pretended_people_taught_is_said_to_be_why(tmp_path: Path) -> None:
    """Though the run was finished: all its models rest on a measure of people whom nothing protects."""
    of = graph(tmp_path, PRETENDED)
    taught = replace(of, nodes=tuple(replace(node, label=Privacy.SIMULATED) if node.name in {"warm", "tuned"} else node for node in of.nodes))

    with pytest.raises(InputError, match="`tuned` and each model before it were taught by people that `simulate` pretends, whom nothing protects"):
        write_app(tmp_path / "run", taught, taught.by_name["tuned"], tmp_path / "app", participations=None, version="1.0")
