"""One release of a sum over people: nobody moves it by more than the bound, its noise is what is charged, and a kill charges once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from synthc.compiler.graph import Node, Privacy
from synthc.compiler.graph.nodes import Graph
from synthc.runtime.context import Context
from synthc.runtime.errors import ChargeRefused
from synthc.runtime.events import Events
from synthc.runtime.federated.charges import charged_events, ledger_file
from synthc.runtime.federated.dp.gaussian import Gaussian
from synthc.runtime.federated.release import Contributions, release
from synthc.runtime.federated.rounds import Rounds, State
from synthc.runtime.measure import histogram
from synthc.runtime.rows import USER

HUGE = 10**6


def contributions(values: Any) -> Contributions:
    """Return what users add."""
    return Contributions(values=sparse.csr_array(np.asarray(values, np.float64)), told={})


def context(folder: Path, *, test_noise: int | None = None, **changed: Any) -> Context:
    """Return the surroundings of a release over 1,000 declared people."""
    dp = {"mechanism": "gaussian", "clip": 1.0, "noise": 2.0, "sampling": 1.0, "epsilon": 1.0, "delta": 1e-6, "asked": "noise", **changed.pop("dp", {})}
    said = {"dp": dp, "rounds": 1, "cohort": 1000, "people": "us", "population": 1000, "population_is": "declared", "train_share": 1.0, "draw": None, "part": "train", "budget": {"epsilon": 8.0, "delta": 1e-5}, **changed}
    node = Node(name="topics", kind="measure", inputs=(), settings=said, label=Privacy.DP, place="spec.synth:1:1")
    for name in ("artefact", "scratch", "private"):
        (folder / name).mkdir(exist_ok=True, parents=True)
    graph = Graph(name="spec", params={}, nodes=(node,), budgets={})
    return Context(graph=graph, node=node, fingerprint="f", inputs={}, folder=folder / "artefact", scratch=folder / "scratch", private=folder / "private", project=folder, events=Events(), seed=0, limit=None, test_noise=test_noise, stopping=lambda: False)


def rows(*people: Sequence[str]) -> pl.DataFrame:
    """Return the rows of some people, in the order of their ids."""
    said = [(f"u{user:03}", topic) for user, topics in enumerate(people) for topic in topics]
    return pl.DataFrame(said, schema={USER: pl.String, "topic": pl.String}, orient="row")


DOMAIN = ["work", "family", "sport"]
ADVERSARIES = {
    "a million rows": ["work"] * HUGE,
    "everything at once": DOMAIN * 1000,
    "nothing of the domain": ["gossip"] * 50,
    "the same id in many rows": ["sport", "sport", "family"],
}


@pytest.mark.parametrize("who", ADVERSARIES)
def test_one_person_moves_the_counts_by_no_more_than_the_bound(who: str) -> None:
    """Whatever their rows say and however many there are."""
    others = [["work"], ["family", "sport"], ["sport"] * 7]
    for clip in (0.5, 1.0, 3.0):
        without, with_ = (histogram(rows(*people), "topic", DOMAIN).bounded(clip).values.sum(axis=0) for people in (others, [*others, ADVERSARIES[who]]))

        assert np.linalg.norm(with_ - without) <= clip * (1 + 1e-9)


def test_people_below_the_bound_are_counted_as_they_are() -> None:
    """And those above it keep the direction of their counts."""
    found = histogram(rows(["work"], ["work"] * 3 + ["family"] * 4), "topic", DOMAIN).bounded(1.0).values.toarray()

    np.testing.assert_allclose(found, [[1.0, 0.0, 0.0], [0.6, 0.8, 0.0]])


def test_items_of_lists_count_alike() -> None:
    """Empty lists add nothing."""
    frame = pl.DataFrame({USER: ["a", "a", "b"], "tags": [["x", "y"], [], ["y", "y"]]})

    np.testing.assert_array_equal(histogram(frame, "tags", ["x", "y"]).values.toarray(), [[1, 1], [0, 2]])


@given(st.lists(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=3, max_size=3), min_size=1, max_size=5), st.floats(0.01, 100))
@settings(deadline=None, max_examples=150)
def test_no_row_of_numbers_is_longer_than_the_bound(values: list[list[float]], clip: float) -> None:
    """Not with NaN, infinities or numbers that overflow when they are squared."""
    found = contributions(values).bounded(clip).values.toarray()

    assert np.isfinite(found).all()
    assert (np.linalg.norm(found, axis=1) <= clip * (1 + 1e-9)).all()


def test_the_noise_is_what_is_counted(tmp_path: Path) -> None:
    """Over two hundred thousand numbers of nobody: noise x clip, divided by the expected number of people."""
    size = 200_000
    found = release(context(tmp_path, dp={"noise": 3.0, "clip": 0.5}), contributions(np.zeros((4, size)))) * 1000

    assert abs(found.std() / 1.5 - 1) < 0.01
    assert abs(found.mean()) < 6 * 1.5 / np.sqrt(size)
    assert charged_events(tmp_path, "us")[0].noise == 3.0


def test_two_releases_have_noise_of_their_own(tmp_path: Path) -> None:
    """From the system's entropy."""
    first, second = (release(context(tmp_path / name), contributions(np.zeros((4, 10_000)))) for name in "ab")

    assert abs(np.corrcoef(first, second)[0, 1]) < 0.06


def test_with_a_cohort_everybody_has_a_coin(tmp_path: Path) -> None:
    """The number of those who are counted has the mean and the variance of coins, and the divisor is fixed."""
    counts = []
    for index in range(60):
        of = context(tmp_path / str(index), cohort=100, dp={"sampling": 0.1, "noise": 1e-6}, budget={"epsilon": 1e12, "delta": 1e-5}, population_is="simulated", draw=100)
        counts.append(release(of, contributions(np.ones((1000, 1))))[0] * 100)

    assert abs(np.mean(counts) - 100) < 6 * np.sqrt(90 / 60)
    assert 30 < np.var(counts) < 220


def test_a_charge_that_breaks_the_budget_releases_nothing(tmp_path: Path) -> None:
    """Neither a number nor a line of the ledger."""
    of = context(tmp_path, dp={"noise": 0.1})
    with pytest.raises(ChargeRefused, match="`topics` would bring the lifetime epsilon of `us` from 0 to"):
        release(of, contributions(np.ones((3, 2))))

    assert not ledger_file(tmp_path, "us").exists()
    assert not (tmp_path / "artefact/release.json").exists()


def killed(*_: Any, **__: Any) -> None:
    """Stand for a kill."""
    raise KeyboardInterrupt


def test_what_was_charged_and_not_written_is_released_with_the_same_noise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill behind the charge costs nothing more, and shows no second noise."""
    of, adds, written = context(tmp_path), contributions(np.ones((3, 2))), list[Any]()
    write = Rounds.write

    def killed_behind(_: Rounds, state: State, stats: object) -> None:
        written.append((state.mechanism["mean"], stats))
        raise KeyboardInterrupt

    monkeypatch.setattr(Rounds, "write", killed_behind)
    with pytest.raises(KeyboardInterrupt):
        release(of, adds)
    monkeypatch.setattr(Rounds, "write", write)
    again = release(of, adds)

    np.testing.assert_array_equal(again, written[0][0])
    assert len(ledger_file(tmp_path, "us").read_text().splitlines()) == 1
    assert not (tmp_path / "scratch/keys.json").exists()
    assert json.loads((tmp_path / "artefact/release.json").read_text())["rounds_charged"] == 1


def test_other_people_under_the_same_keys_are_another_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The difference of two sums under one noise would be known exactly: it is drawn and charged anew."""
    of = context(tmp_path)
    write = Rounds.write
    monkeypatch.setattr(Rounds, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        release(of, contributions(np.ones((3, 2))))
    monkeypatch.setattr(Rounds, "write", write)
    release(of, contributions(np.ones((4, 2))))

    assert len(ledger_file(tmp_path, "us").read_text().splitlines()) == 2


def test_what_is_written_is_not_released_again(tmp_path: Path) -> None:
    """A kill between the release and the end of its node finds it."""
    of, adds = context(tmp_path), contributions(np.ones((3, 2)))

    np.testing.assert_array_equal(release(of, adds), release(of, adds))
    assert len(ledger_file(tmp_path, "us").read_text().splitlines()) == 1


def test_seeded_noise_is_charged_to_nobody(tmp_path: Path) -> None:
    """And says so beside what comes out."""
    first, second = (release(context(tmp_path / name, test_noise=3), contributions(np.ones((3, 2)))) for name in "ab")

    np.testing.assert_array_equal(first, second)
    assert not ledger_file(tmp_path / "a", "us").exists()
    record = json.loads((tmp_path / "a/artefact/release.json").read_text())
    assert (record["rounds_charged"], record["noise_generator"], record["private"]) == (0, "seeded", False)


def test_a_pretended_population_has_the_noise_of_the_pretended(tmp_path: Path) -> None:
    """On the mean each number carries noise x clip / cohort, though few are there."""
    of = context(tmp_path, population_is="simulated", population=100_000, cohort=100_000)
    found = release(of, contributions(np.zeros((20, 100_000))))

    assert abs(found.std() / (2.0 / 100_000) - 1) < 0.02
    assert not ledger_file(tmp_path, "us").exists()


def test_who_is_counted_and_the_noise_rest_on_secrets_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the noise would tell whose coin fell."""
    used: dict[str, bytes] = {}
    sample, noised = Gaussian.sample, Gaussian.release
    monkeypatch.setattr(Gaussian, "sample", lambda self, round_, key, state: (used.update(cohort=key), sample(self, round_, key, state))[1])
    monkeypatch.setattr(Gaussian, "release", lambda self, total, stats, key, state: (used.update(noise=key), noised(self, total, stats, key, state))[1])
    release(context(tmp_path), contributions(np.ones((3, 2))))

    assert set(used) == {"cohort", "noise"}
    assert used["cohort"] != used["noise"]
