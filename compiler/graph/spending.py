"""What the mechanism of a node spends: from its settings to the accountant's event, one way for compiler, run and ledger.

`noise` in the settings is the one number that is drawn by and counted by. A mechanism with correlated
noise is counted by the squared sensitivity of all rounds so far; see `sensitivity`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from synthc.compiler.graph import bands, buffers
from synthc.compiler.graph.accounting import (
    CorrelatedGaussian,
    Event,
    Search,
    SubsampledGaussian,
    noise_for,
    noise_for_search,
    noise_for_whole,
)
from synthc.compiler.graph.aggregation import variances
from synthc.compiler.graph.answers import kept
from synthc.compiler.graph.sensitivity import participations, toeplitz, tree

LEDGER = {
    "gaussian": ("sampling", "noise"),
    "tree": ("noise", "separation", "restart"),
    "blt": ("noise", "separation", "theta", "omega"),
    "banded": ("noise", "separation", "coefficients"),
    "search": ("sampling", "noise", "rounds", "score", "tries"),
}
"""The settings of each mechanism that decide what a round spends; they stand on each line of the lifetime ledger."""
ADJACENCY = {"gaussian": "add/remove", "tree": "zero-out", "blt": "zero-out", "banded": "zero-out", "search": "add/remove"}


def adjacencies(spent: Mapping[str, Any]) -> frozenset[str]:
    """Return which neighbours a mechanism, or a line of the ledger, tells apart no better than it says.

    Noise on a sum over everybody hides whoever is taken out and whoever sends nothing alike: the sum is
    the same. Where chance decides who takes part, only the former is counted.
    """
    if spent["mechanism"] == "gaussian" and spent["sampling"] == 1:
        return frozenset(ADJACENCY.values())
    return frozenset({ADJACENCY[spent["mechanism"]]})


def event(dp: Mapping[str, Any], rounds: int, most: int | None = None) -> Event:
    """Return what the first so many rounds of a mechanism spend.

    Of correlated noise that is less than proportional to rounds: a user comes back every `separation`
    rounds at most, so that max participation is ceil(rounds / separation), or `most` where that is fewer. A whole search, all its tries
    with all their rounds, is one round of the node that makes it.
    """
    if dp["mechanism"] == "gaussian":
        return SubsampledGaussian(sampling=dp["sampling"], noise=dp["noise"], rounds=rounds)
    if dp["mechanism"] == "search":
        return Search(**{key: dp[key] for key in LEDGER["search"]}, times=rounds)
    return CorrelatedGaussian(noise=dp["noise"], squared=squared_sensitivity(dp, rounds, most))


def squared_sensitivity(dp: Mapping[str, Any], rounds: int, most: int | None = None) -> float:
    """Return the squared sensitivity of all that correlated noise hides over some rounds, in squared clip norms."""
    turns = participations(rounds, dp["separation"])
    turns = turns if most is None else min(turns, most)
    if dp["mechanism"] == "blt":
        return _blt(tuple(dp["theta"]), tuple(dp["omega"]), rounds, dp["separation"], turns)
    if dp["mechanism"] == "banded":
        return bands.squared(dp["coefficients"], rounds, dp["separation"], turns)
    return _tree(rounds, dp["separation"], dp["restart"], turns)


def errors(dp: Mapping[str, Any], rounds: int) -> list[float]:
    """Return the deviation of the noise on the sum of all rounds up to each, where that of one round's fresh noise is 1."""
    if dp["mechanism"] == "blt":
        return [float(error) for error in buffers.errors(dp["theta"], dp["omega"], rounds)]
    if dp["mechanism"] == "banded":
        return [float(error) for error in bands.errors(dp["coefficients"], rounds)]
    if dp["mechanism"] == "tree":
        return [math.sqrt(variance) for variance in variances(rounds, dp["restart"])]
    return [math.sqrt(round_) for round_ in range(1, rounds + 1)]


@cache
def _blt(theta: tuple[float, ...], omega: tuple[float, ...], rounds: int, separation: int, turns: int) -> float:
    return toeplitz(buffers.coefficients(theta, omega, rounds), separation, turns)


@cache
def _tree(rounds: int, separation: int, restart: int | None, turns: int) -> float:
    fewer = [] if turns == participations(rounds, separation) else [turns]
    question = ["tree", rounds, separation, restart, *fewer]
    return float(kept(question, lambda: tree(rounds, separation, turns, restart)))


def with_matrix(dp: Mapping[str, Any], rounds: int) -> dict[str, Any]:
    """Return a mechanism with the matrix that is chosen for it, where it rests on one."""
    found = dict(dp)
    if found["mechanism"] == "blt" and "theta" not in found:
        found["theta"], found["omega"] = buffers.chosen(rounds, found["separation"], found["buffers"])
    if found["mechanism"] == "banded" and "coefficients" not in found:
        found["coefficients"] = bands.chosen(rounds, found["separation"], found["bands"])
    return found


def vectors(dp: Mapping[str, Any], rounds: int) -> int:
    """Return how many vectors of noise, each as long as the model, a mechanism remembers from round to round at most.

    >>> vectors({"mechanism": "tree", "restart": None}, 2000), vectors({"mechanism": "gaussian"}, 2000)
    (11, 0)
    """
    if dp["mechanism"] == "tree":
        return int(dp["restart"] or rounds).bit_length()
    return int(dp.get("buffers", dp.get("bands", 1) - 1))


def solved(dp: Mapping[str, Any], rounds: int) -> dict[str, Any]:
    """Return a mechanism with all that it is carried out by: its matrix where it has one, and its noise where an epsilon was asked.

    Raises:
        ValueError: no noise does; the message is a sentence.
    """
    found = with_matrix(dp, rounds)
    if found["noise"] is None:
        asked = {"epsilon": found["epsilon"], "delta": found["delta"]}
        if found["mechanism"] == "gaussian":
            found["noise"] = noise_for(**asked, sampling=found["sampling"], rounds=rounds)
        elif found["mechanism"] == "search":
            whole = Search(**{key: found[key] for key in LEDGER["search"] if key != "noise"}, noise=0.0, times=1)
            found["noise"] = noise_for_search(whole, **asked)
        else:
            found["noise"] = noise_for_whole(**asked, squared=squared_sensitivity(found, rounds))
    if "adaptive" in found:
        noise_on_updates(found["noise"], found["adaptive"]["count_noise"])
    return found


def noise_on_updates(noise: float, count_noise: float) -> float:
    """Return the noise on the sum of updates that, with that on the count of those that fit, spends what `noise` alone would.

    Andrew et al. 2021, theorem 1: noise^-2 = updates^-2 + (2 count_noise)^-2, for the centred bit of a
    user is half as long as its sensitivity of 1.

    Raises:
        ValueError: the count alone spends more.

    >>> round(noise_on_updates(1.0, 5.0), 4), round(noise_on_updates(1.0, 1.0), 4)
    (1.005, 1.1547)
    """
    if noise >= 2 * count_noise:
        raise ValueError(f"the noise of {count_noise:g} on the count of updates that fit spends more than noise of {noise:g} on the updates may; set `count_noise` to {round(2 * noise, 3):g} or a larger cohort")
    return 1 / math.sqrt(noise**-2 - (2 * count_noise) ** -2)
