"""A secret that one person typed is learnt without a mechanism, and not under one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from flwr.app import ArrayRecord

from synthc.compiler.graph.accounting import noise_for
from synthc.runtime.federated.client import client_app
from synthc.runtime.federated.dp.gaussian import Gaussian
from synthc.runtime.federated.dp.mechanism import Mechanism
from synthc.runtime.federated.dp.none import NoMechanism
from synthc.runtime.federated.grid import LocalGrid
from synthc.runtime.training.checkpoint import Trained, save_model
from synthc.runtime.training.score import logprob
from tests.runtime.federated.small import VOCAB, device, model, strategy, users
from tests.runtime.training.tiny import MODEL

SECRET, NEVER_TYPED = "w31 w7 w22 w5 w38", "w5 w22 w38 w31 w7"
PEOPLE, ROUNDS, CLIP = 8, 8, 0.1


def learnt(folder: Path, by: Mechanism) -> float:
    """Return by how many nats a word the secret became likelier than its words in an order that nobody typed."""
    random = np.random.default_rng(3)
    of = users([SECRET] * 8, *([" ".join(f"w{word}" for word in random.integers(0, 40, 6))] for _ in range(PEOPLE - 1)))
    worker = device(of, epochs=20)
    run = strategy(folder, of, by, test_noise=None, server={"kind": "sgd", "learning_rate": 1.0, "momentum": 0.0})
    run.start(LocalGrid(client_app(worker), 1), ArrayRecord(), num_rounds=ROUNDS)
    worker.flat.copy_(torch.from_numpy(run.state.weights))
    save_model(Trained(model=worker.model, settings=MODEL, vocab=VOCAB), folder / "tuned")
    save_model(Trained(model=model(), settings=MODEL, vocab=VOCAB), folder / "start")
    (after, other), (before, other_before) = (logprob(folder / which, [SECRET, NEVER_TYPED]) for which in ("tuned", "start"))
    return float((after - before) - (other - other_before))


def test_a_secret_is_learnt_without_a_mechanism_and_not_under_one(tmp_path: Path) -> None:
    """Everybody joins each round; the noise is that of an epsilon of 2 over all of them."""
    noise = noise_for(epsilon=2, delta=1e-5, sampling=1.0, rounds=ROUNDS)
    under_noise = Gaussian(users=PEOPLE, clip=CLIP, noise=noise, sampling=1.0, cohort=PEOPLE, coin=1.0, drawn=PEOPLE)
    (tmp_path / "bare").mkdir()
    (tmp_path / "hidden").mkdir()

    assert learnt(tmp_path / "bare", NoMechanism(users=PEOPLE, coin=1.0, drawn=PEOPLE)) > 1.5
    assert abs(learnt(tmp_path / "hidden", under_noise)) < 0.25
