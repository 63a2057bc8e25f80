"""The server's steps, against numbers worked out by hand and against Flower's own strategies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flwr.app import ArrayRecord, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp.strategy import FedAdam, FedAvg, FedAvgM

from synthc.runtime.federated.grid import LocalGrid
from synthc.runtime.federated.server import beginning, step
from tests.runtime.federated.small import device, flat, model, users

MEANS = [np.array([1.0, -2.0]), np.array([0.5, 0.0]), np.array([-3.0, 4.0])]


def stepped(settings: dict[str, Any], means: list[np.ndarray] = MEANS) -> np.ndarray:
    """Return the weights behind each of some rounds, from zero."""
    weights, kept, behind = np.zeros(2, np.float32), beginning(settings, 2), list[np.ndarray]()
    for mean in means:
        weights, kept = step(settings, weights, mean, kept)
        behind.append(weights)
    return np.array(behind)


def by_flower(strategy: FedAvg) -> np.ndarray:
    """Return what a strategy of Flower's makes of clients who all send the same updates."""
    grid = LocalGrid(ClientApp(), 1)
    arrays, behind = ArrayRecord([np.zeros(2)]), list[np.ndarray]()
    for number, mean in enumerate(MEANS, 1):
        if hasattr(strategy, "current_arrays") and strategy.current_arrays is None:
            strategy.current_arrays = arrays if isinstance(strategy, FedAvgM) else {k: v.numpy() for k, v in arrays.items()}
        reply = grid.create_message(RecordDict({"arrays": ArrayRecord([arrays.to_numpy_ndarrays()[0] + mean]), "metrics": MetricRecord({"num-examples": 1})}), "train", 1, str(number))
        arrays = strategy.aggregate_train(number, [Message(reply.content, reply_to=reply)])[0] or arrays
        if hasattr(strategy, "current_arrays") and not isinstance(strategy, FedAvgM):
            strategy.current_arrays = {k: v.numpy() for k, v in arrays.items()}
        behind.append(arrays.to_numpy_ndarrays()[0])
    return np.array(behind)


def test_fedavg_adds_the_mean() -> None:
    """At a rate of 1 the model moves by the mean update."""
    assert np.allclose(stepped({"kind": "sgd", "learning_rate": 1.0, "momentum": 0.0}), np.array([[1, -2], [1.5, -2], [-1.5, 2]]))


def test_fedavgm_by_hand() -> None:
    """The recurrence v = 0.9 v + mean and w = w + 0.5 v: v is 1, 1.4, -1.74 and -2, -1.8, 2.38."""
    assert np.allclose(stepped({"kind": "sgd", "learning_rate": 0.5, "momentum": 0.9}), [[0.5, -1.0], [1.2, -1.9], [0.33, -0.71]])


def test_fedadam_by_hand() -> None:
    """The first step from m = 0 and v = tau^2 = 1: m = 0.1 x mean, v = 0.99 + 0.01 x mean^2."""
    first = stepped({"kind": "adam", "learning_rate": 0.5, "betas": [0.9, 0.99], "tau": 1.0})[0]

    assert np.allclose(first, [0.5 * 0.1 / (1.0 + 1), 0.5 * -0.2 / (np.sqrt(0.99 + 0.04) + 1)])


def test_fedadam_goes_on_by_its_recurrence() -> None:
    """Three rounds beside the algorithm written out."""
    m, v, w, tau = 0.0, 0.01**2, 0.0, 0.01
    for mean in (1.0, 0.5, -3.0):
        m, v = 0.9 * m + 0.1 * mean, 0.99 * v + 0.01 * mean**2
        w += 0.1 * m / (v**0.5 + tau)

    assert stepped({"kind": "adam", "learning_rate": 0.1, "betas": [0.9, 0.99], "tau": tau})[-1][0] == pytest.approx(w, rel=1e-6)


@pytest.mark.parametrize(
    ("settings", "theirs"),
    [
        ({"kind": "sgd", "learning_rate": 1.0, "momentum": 0.0}, FedAvg()),
        ({"kind": "sgd", "learning_rate": 0.5, "momentum": 0.9}, FedAvgM(server_learning_rate=0.5, server_momentum=0.9)),
    ],
    ids=["FedAvg", "FedAvgM"],
)
def test_flower_s_strategies_come_to_the_same(settings: dict[str, Any], theirs: FedAvg) -> None:
    """On the same updates."""
    assert np.allclose(stepped(settings), by_flower(theirs), atol=1e-6)


def test_flower_s_fedadam_differs_by_its_corrections_alone() -> None:
    """Flower scales the rate as Adam corrects its bias, one round late, and starts v at zero; the paper does neither. Without that they agree."""
    theirs = FedAdam(eta=0.1, beta_1=0.9, beta_2=0.99, tau=1e-9)
    flower = by_flower(theirs)[0] / (np.sqrt(1 - 0.99**2) / (1 - 0.9**2))

    assert np.allclose(stepped({"kind": "adam", "learning_rate": 0.1, "betas": [0.9, 0.99], "tau": 1e-9})[0], flower, rtol=1e-4)


def test_fedprox_holds_a_device_near_the_model_it_was_sent() -> None:
    """The first step is plain SGD's, for nothing has moved yet; more steps end nearer to the start, the stronger the hold."""
    one, many = users(["w1 w2 w3"]), users(["w1 w2 w3 w4"] * 8)

    def length(of: Any, proximal: float) -> float:
        total, _ = device(of, proximal=proximal, epochs=3 if of is many else 1).clipped_sum(flat(model()), np.array([0]), norm=1e9, seed=0, round_=0)
        return float(np.linalg.norm(total))

    assert length(one, 1.0) == length(one, 0.0)
    assert length(many, 0.0) > length(many, 0.5) > length(many, 1.5)


def test_fedprox_by_hand() -> None:
    """Two steps: the second one's gradient has proximal x (w - sent) added."""
    of = users(["w1 w2 w3"])
    sent, rate, proximal = flat(model()), 0.5, 0.4

    def moved(**local: Any) -> np.ndarray:
        return device(of, learning_rate=rate, **local).clipped_sum(sent, np.array([0]), norm=1e9, seed=0, round_=0)[0]

    first, both = moved(epochs=1), moved(epochs=2)
    second = both - first

    assert np.allclose(moved(epochs=2, proximal=proximal), first + second - rate * proximal * first, atol=1e-6)
