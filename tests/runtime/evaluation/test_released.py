"""Accuracies with noise: nobody moves them by more than the bound, and their intervals hold what is true as often as they say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from synthc.runtime.evaluation import released as room
from synthc.runtime.evaluation.next_word import COUNTS, Counts
from synthc.runtime.evaluation.released import Sums, contributions, released

PAIRS = [("b", "a")]


def counts(words: Any, hits1: Any, hits3: Any = None) -> Counts:
    """Return the counts of some users."""
    values = np.zeros((len(words), len(COUNTS)))
    for name, column in (("words", words), ("hits1", hits1), ("hits3", hits1 if hits3 is None else hits3)):
        values[:, COUNTS.index(name)] = column
    return Counts(values=values)


@pytest.mark.parametrize("words", [0, 1, 10**9])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_one_user_adds_no_more_than_the_bound(words: int, share: float) -> None:
    """However much they wrote, and however well both models guess it."""
    of = {"a": [counts([words], [words * share])], "b": [counts([words], [words * (1 - share)])]}
    found = contributions(of, ["top1_macro", "top3_macro"], PAIRS).values.toarray()

    assert found.shape == (1, 6)
    assert np.abs(found).max() <= 0.5
    assert np.linalg.norm(found) <= math.sqrt(6) / 2 + 1e-12
    assert words or not found.any()


def test_seeds_of_a_family_are_averaged_for_each_user() -> None:
    """So that a family of ten weighs as much as one model."""
    of = {"a": [counts([10, 10], [1, 0]), counts([10, 10], [3, 10])]}

    np.testing.assert_allclose(contributions(of, ["top1_macro"], []).values.toarray(), [[-0.3, 0.5], [0.0, 0.5]])


class Told:
    """Stands for the surroundings of a node of 1,000 declared people."""

    class node:  # noqa: N801
        """Its settings."""

        settings: dict[str, Any] = {  # noqa: RUF012
            "metrics": ["top1_macro"],
            "pairs": [[{"node": "b"}, {"node": "a"}]],
            "cohort": 1000,
            "population_is": "declared",
            "draw": None,
            "dp": {"noise": 4.0, "clip": 1.0},
        }


def drawn(random: np.random.Generator, monkeypatch: pytest.MonkeyPatch, *, users: int = 1000, noise: float = 4.0) -> dict[str, Any]:
    """Return what is released about users drawn from a distribution in which `a` guesses 20% of the mean user's words, and `b` 25%."""
    monkeypatch.setattr(room, "release", lambda _, adds: (adds.values.sum(axis=0) + noise * random.standard_normal(adds.values.shape[1])) / 1000)
    monkeypatch.setitem(Told.node.settings, "dp", {"noise": noise, "clip": 1.0})
    words = random.integers(5, 60, users)
    own = random.beta(4, 16, users)
    better = np.clip(own + random.normal(0.05, 0.02, users), 0, 1)
    of = {"a": [counts(words, words * own)], "b": [counts(words, words * better)]}
    return released(Told(), of)  # type: ignore[arg-type]


def test_intervals_hold_what_is_true_at_least_as_often_as_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over 400 draws of users and noise: single accuracies, whose spread is only bounded, and pairs."""
    random = np.random.default_rng(4)
    found = [drawn(random, monkeypatch) for _ in range(400)]
    held = [low <= 0.2 <= high for low, high in (one["models"]["a"]["top1_macro_interval"] for one in found)]
    pairs = [one["pairs"][0]["interval"] for one in found]
    truth = 0.05 / 0.2

    assert np.mean(held) >= 0.95
    assert np.mean([low <= truth <= high for low, high in pairs]) >= 0.95
    assert abs(np.mean([one["models"]["a"]["top1_macro"] for one in found]) - 0.2) < 0.002
    assert np.mean([low > 0 for low, _ in pairs]) > 0.95
    assert abs(np.mean([one["users"] for one in found]) - 1000) < 3


def test_more_noise_is_a_wider_interval_until_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where noise leaves no accuracy to compare with, no change is made up."""
    random = np.random.default_rng(5)
    widths = []
    for noise in (1.0, 10.0, 30.0):
        low, high = drawn(random, monkeypatch, noise=noise)["models"]["a"]["top1_macro_interval"]
        widths.append(high - low)
    lost = [drawn(random, monkeypatch, users=100, noise=60.0)["pairs"][0] for _ in range(20)]

    assert widths == sorted(widths)
    assert any(pair["relative"] is None and pair["interval"] is None for pair in lost)


def test_a_pretended_population_makes_no_interval_narrower_than_those_who_were_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty users are fifty users, whoever they stand for."""
    random = np.random.default_rng(6)
    monkeypatch.setattr(room, "release", lambda _, adds: adds.values.sum(axis=0) / 50)
    monkeypatch.setitem(Told.node.settings, "population_is", "simulated")
    monkeypatch.setitem(Told.node.settings, "cohort", 100_000)
    words = random.integers(5, 60, 50)
    of = {name: [counts(words, words * 0.2)] for name in "ab"}
    found = released(Told(), of)  # type: ignore[arg-type]
    low, high = found["models"]["a"]["top1_macro_interval"]

    assert round(found["users"]) == 50
    assert high - low > 0.2


def test_a_gain_over_next_to_nothing_is_a_difference_with_its_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty users whom one model never guesses right: no relative change, and no certainty that it never would."""
    monkeypatch.setattr(room, "release", lambda _, adds: adds.values.sum(axis=0) / 40)
    monkeypatch.setitem(Told.node.settings, "cohort", 40)
    monkeypatch.setitem(Told.node.settings, "dp", {"noise": 0.1, "clip": 1.0})
    words = np.full(40, 50)
    found = released(Told(), {"a": [counts(words, words * 0.0)], "b": [counts(words, words * 0.17)]})  # type: ignore[arg-type]
    (pair,) = found["pairs"]
    low, high = pair["difference_interval"]

    assert pair["relative"] is None
    assert pair["difference"] == pytest.approx(0.17)
    assert 0.1 < low < 0.17 < high < 0.24
    assert 0.03 < found["models"]["a"]["top1_macro_interval"][1] < 0.15


def test_the_spread_of_a_pair_is_that_of_the_users() -> None:
    """Without noise the deviation of a mean difference is at least what so many users leave open."""
    random = np.random.default_rng(7)
    left, right = random.beta(4, 16, 500), random.beta(5, 15, 500)
    found = Sums(values=np.array([(left - 0.5).sum(), (right - 0.5).sum(), ((left - right) ** 2 - 0.5).sum()]), deviation=0.0, users=500.0, seen=500.0).difference(0, 1, 2)

    assert found.mean == pytest.approx((left - right).mean())
    assert found.deviation == pytest.approx((left - right).std() / math.sqrt(500))
