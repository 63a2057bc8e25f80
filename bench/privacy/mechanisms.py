"""The mechanisms side by side: published numbers, noise at equal epsilon, and what is learnt under each.

python bench/privacy/mechanisms.py [--quick]

1. Each published row that rests on our own sensitivities, with the seconds it takes and the conversion.
2. Noise on the sum of all rounds at equal epsilon, in clip norms per member of the cohort, for settings as in production.
3. How much of the way to a point that all people share is left, of a model of 10,000 numbers that everybody pulls
   towards a point of their own: pretended people, through the engine's own clipping, noise and rounds, at equal epsilon.

Writes bench/results/privacy_mechanisms.json.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 - the tests stand beside the package, and are no part of it
import torch  # noqa: E402

from synthc.compiler.graph import bands  # noqa: E402
from synthc.compiler.graph.accounting import CorrelatedGaussian, epsilon, epsilon_rdp  # noqa: E402
from synthc.compiler.graph.buffers import _chosen, coefficients, errors, loss  # noqa: E402
from synthc.compiler.graph.sensitivity import toeplitz, tree  # noqa: E402
from synthc.compiler.graph.spending import errors as errors_of  # noqa: E402
from synthc.compiler.graph.spending import event, solved  # noqa: E402
from synthc.runtime.federated.client import client_app  # noqa: E402
from synthc.runtime.federated.device import STATS, add_clipped  # noqa: E402
from synthc.runtime.federated.dp.choose import mechanism_of  # noqa: E402
from synthc.runtime.federated.grid import LocalGrid  # noqa: E402
from tests.compiler.test_sensitivity import OMEGA, THETA  # noqa: E402
from tests.runtime.federated.directions import federated  # noqa: E402

SIZE, PEOPLE, DRAW = 10_000, 240, 60
GAUSSIAN: dict[str, Any] = {"mechanism": "gaussian"}
DELTA = 1e-7


def main() -> None:
    """Measure all three and write what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one short run of each, to see that it works")
    quick = parser.parse_args().quick
    logging.getLogger("flwr").setLevel(logging.CRITICAL)
    torch.set_num_threads(1)
    began, load = time.process_time(), os.getloadavg()[0]
    found = {"published": published(), "noise": noise(), "learning": learning(rounds=5 if quick else 40, runs=1 if quick else 3)}
    result = {"load": load, "cores": os.cpu_count(), "cpu_seconds": round(time.process_time() - began, 1), **found}
    if not quick:
        (ROOT / "bench" / "results" / "privacy_mechanisms.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def published() -> list[dict[str, Any]]:
    """Return rows of published squared sensitivities and epsilons, each beside ours."""
    trees: list[dict[str, Any]] = [
        {"row": f"TF-Privacy tree, {rounds} rounds, {between} between, {most} times", "published": squared, "ours": tree(rounds, between + 1, most)}
        for most, between, rounds, squared in ((1, 7, 8, 4), (3, 3, 9, 11), (3, 2, 7, 9), (8, 2, 24, 88))
    ]
    began = time.process_time()
    gboard = CorrelatedGaussian(noise=7.0, squared=tree(2000, 314, 6))
    took = round(time.process_time() - began, 3)
    rows: list[dict[str, Any]] = [
        *trees,
        {"row": "Gboard es-ES, tree: squared sensitivity", "published": 79, "ours": gboard.squared, "cpu_seconds": took},
        {"row": "Gboard es-ES, tree: epsilon by RDP", "published": 8.90, "ours": epsilon_rdp([gboard], 1e-10)},
        {"row": "Gboard es-ES, tree: epsilon by the closed form", "published": 8.526, "ours": epsilon([gboard], 1e-10)},
    ]
    for name, between in (("pt-BR", 1428), ("es-US", 1132)):
        squared = bands.squared([0.1] * 100, 2000, between + 1, 2)  # of any columns as long as theirs: 1
        rows.append({"row": f"Gboard {name}, banded: rho of two columns of length 1 at noise 8.35", "published": 0.01434257, "ours": squared / (2 * 8.35**2)})
    for name, rho, value in (("es-ES", 0.15068403, 3.4240074), ("pt-BR, es-US", 0.01434257, 0.9935501)):
        rows.append({"row": f"Gboard {name}, banded: epsilon of its rho", "published": value, "ours": epsilon([CorrelatedGaussian(noise=1.0, squared=2 * rho)], 1e-10)})
    began = time.process_time()
    theta, omega = _chosen(2000, 314, 3, 6)
    took = round(time.process_time() - began, 1)
    squared = toeplitz(coefficients(THETA, OMEGA, 2000), 314, 6)
    began = time.process_time()
    own = bands.loss(bands.chosen(2000, 314, 314, 6), 2000, 314, 6)
    seconds = round(time.process_time() - began, 2)
    return [
        *rows,
        {"row": "BLT of jax-privacy: squared sensitivity", "published": 26.284237128, "ours": squared},
        {"row": "BLT of jax-privacy: max error", "published": 2.1119, "ours": float(errors(THETA, OMEGA, 2000)[-1])},
        {"row": "BLT of jax-privacy: epsilon at noise 7", "published": 4.66586, "ours": epsilon([CorrelatedGaussian(noise=7.0, squared=squared)], 1e-10)},
        {"row": "max loss of the BLT that is chosen here", "published": loss(THETA, OMEGA, 2000, 314, 6), "ours": loss(theta, omega, 2000, 314, 6), "cpu_seconds": took},
        {"row": "max loss of 314 bands that are chosen here, beside that of BLT", "published": loss(THETA, OMEGA, 2000, 314, 6), "ours": own, "cpu_seconds": seconds},
    ]


def mechanisms(rounds: int, cohort: int, users: float, wanted: float, *, delta: float, separation: int) -> dict[str, dict[str, Any]]:
    """Return every mechanism, solved for one epsilon."""
    asked = {"noise": None, "epsilon": wanted, "delta": delta, "clip": 0.2}
    apart = {**asked, "separation": separation}
    sampled = {**asked, **GAUSSIAN, "sampling": cohort / users}
    made = {
        "gaussian": sampled,
        "gaussian, adaptive clip": {**sampled, "clip": 0.02, "adaptive": {"quantile": 0.5, "rate": 0.2, "count_noise": cohort / 20}},
        "gaussian, chance not counted": {**asked, **GAUSSIAN, "sampling": 1.0},
        "tree": {**apart, "mechanism": "tree", "restart": None},
        "blt": {**apart, "mechanism": "blt", "buffers": 3},
        "banded, a tenth of the separation": {**apart, "mechanism": "banded", "bands": max(2, separation // 10)},
        "banded, all of the separation": {**apart, "mechanism": "banded", "bands": separation},
    }
    return {name: solved(dp, rounds) for name, dp in made.items()}


def noise() -> list[dict[str, Any]]:
    """Return the noise on the sum of all rounds, over the clip norm, that each mechanism needs for the same epsilon."""
    rows = []
    for users in (1e6, 4e6, 1e8):
        for wanted in (1.0, 4.0):
            separation = min(2000, int(users / 1000))
            of = mechanisms(2000, 1000, users, wanted, delta=1e-10, separation=separation)
            ends = {name: round(dp["noise"] * errors_of(dp, 2000)[-1], 1) for name, dp in of.items() if "adaptive" not in dp}
            rows.append({"rounds": 2000, "cohort": 1000, "users": int(users), "separation": separation, "epsilon": wanted, "delta": 1e-10, "noise_on_the_sum_of_all_rounds": ends})
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """Stands for a device: each user pulls the model a fifth of the way to a point of their own, around one that all share."""

    points_UD: np.ndarray  # noqa: N815

    def clipped_sum(self, start: np.ndarray, users: np.ndarray, *, norm: float, **_: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return the sum of the clipped pulls, and how many were longer."""
        total, longer = torch.zeros(SIZE, dtype=torch.float64), 0
        for user in users:
            longer += add_clipped(total, torch.from_numpy((0.2 * (self.points_UD[user] - start)).astype(np.float32)), norm)
        return total.numpy(), np.array([float(len(users)), float(longer), *[0.0] * (len(STATS) - 2)])


def learning(*, rounds: int, runs: int) -> list[dict[str, Any]]:
    """Return how far from the point that all share a model ends, over how far it began, behind each mechanism."""
    random = np.random.default_rng(11)
    shared = random.standard_normal(SIZE) / SIZE**0.5
    device = Pull(points_UD=shared + 0.5 * random.standard_normal((PEOPLE, SIZE)) / SIZE**0.5)
    rows: list[dict[str, Any]] = []
    for population in (60_000, 1_000_000):
        of: dict[str, Any] = {"none": None, **mechanisms(rounds, 500, population, 2.0, delta=DELTA, separation=rounds)}
        for name, dp in of.items():
            left = [_left(device, shared, {"dp": dp, "cohort": 500, "population_is": "simulated", "draw": DRAW}, rounds) for _ in range(runs)]
            spent = None if dp is None else round(epsilon([event(dp, rounds)], DELTA), 3)
            rows.append({"population": population, "cohort": 500, "rounds": rounds, "mechanism": name, "epsilon": spent, "noise": dp and dp["noise"], "left": round(statistics.median(left), 3), "of": [round(one, 3) for one in left]})
    return rows


def _left(device: Pull, shared: np.ndarray, settings: dict[str, Any], rounds: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        grid = LocalGrid(client_app(device), 1)  # type: ignore[arg-type]
        after = federated(Path(folder), mechanism_of(settings, PEOPLE), grid, np.zeros(SIZE, np.float32), sizes=np.ones(PEOPLE, np.int64), rounds=rounds)
    return float(np.linalg.norm(after - shared) / np.linalg.norm(shared))


if __name__ == "__main__":
    main()
