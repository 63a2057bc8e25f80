"""A federation small enough for a test: a handful of users, a tiny model, one mechanism."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from synthc.runtime.federated import server
from synthc.runtime.federated.absence import Absence
from synthc.runtime.federated.device import Device
from synthc.runtime.federated.dp.gaussian import Gaussian
from synthc.runtime.federated.dp.mechanism import Mechanism
from synthc.runtime.federated.rounds import Rounds, State
from synthc.runtime.federated.strategy import PrivateFedAvg
from synthc.runtime.federated.users import Users
from synthc.runtime.training.checkpoint import Trained, build, weights
from synthc.runtime.training.sentences import Encoded
from synthc.runtime.training.vocab import Vocab
from tests.runtime.training.tiny import MODEL

VOCAB = Vocab(words=tuple(f"w{index}" for index in range(40)), lowercase=True)
SETTINGS: dict[str, Any] = {
    "rounds": 3,
    "cohort": 500,
    "draw": 6,
    "population_is": "simulated",
    "population": 100_000,
    "people": "small",
    "local": {"kind": "sgd", "learning_rate": 0.5, "epochs": 1, "batch": 4, "max_words": 200, "max_sentences": None, "proximal": 0.0},
    "server": {"kind": "sgd", "learning_rate": 1.0, "momentum": 0.9},
    "dropout": 0.0,
    "stragglers": 0.0,
    "report_goal": None,
    "dp": {"mechanism": "gaussian", "clip": 0.3, "noise": 0.8, "epsilon": 1.0, "delta": 1e-9, "sampling": 0.005},
}


def mechanism(**changed: Any) -> Gaussian:
    """Return a mechanism of 20 expected users, some of its numbers changed."""
    usual: dict[str, Any] = {"users": 200, "clip": 0.3, "noise": 0.8, "sampling": 0.1, "cohort": 20, "coin": 0.1, "drawn": 20}
    return Gaussian(**(usual | changed))


def users(*texts: list[str]) -> Users:
    """Return users by their sentences."""
    ids: list[int] = []
    starts, firsts = [0], [0]
    for sentences in texts:
        for encoded in (words for text in sentences for words in VOCAB.encode(text)):
            ids.extend(encoded)
            starts.append(len(ids))
        firsts.append(len(starts) - 1)
    every = Encoded(ids=np.array(ids, np.int32), starts=np.array(starts, np.int64))
    return Users(encoded=every, firsts=np.array(firsts, np.int64), numbers=np.arange(len(texts), dtype=np.uint64))


def some_users(count: int = 8) -> Users:
    """Return users who each have a few sentences of their own."""
    random = np.random.default_rng(3)
    return users(*([" ".join(f"w{w}" for w in random.integers(0, 40, 6)) for _ in range(5)] for _ in range(count)))


def model(seed: int = 0) -> torch.nn.Module:
    """Return a fresh model."""
    return build(MODEL, VOCAB, seed=seed)


def flat(of: torch.nn.Module) -> np.ndarray:
    """Return all weights of a model in one row."""
    row: np.ndarray = torch.cat([w.detach().reshape(-1) for w in weights(of).values()]).numpy()
    return row


def device(of: Users, **local: Any) -> Device:
    """Return a device for some users."""
    torch.set_num_threads(1)
    settings = {**SETTINGS, "local": {**SETTINGS["local"], **local}}
    return Device(model=model(), users=of, settings=settings)


def saved(folder: Path) -> Path:
    """Write a model folder and return it."""
    from synthc.runtime.training.checkpoint import save_model

    save_model(Trained(model=model(), settings=MODEL, vocab=VOCAB), folder)
    return folder


def strategy(folder: Path, of: Users, by: Mechanism, *, state: State | None = None, test_noise: int | None = 1, **changed: Any) -> PrivateFedAvg:
    """Return the strategy of a federation, seeded so that two can be compared, some of its settings changed."""
    settings = {**SETTINGS, **changed}
    start = flat(model())
    beginning = State(round=0, weights=start, server=server.beginning(settings["server"], len(start)), mechanism=by.begin(len(start)))
    sizes = np.array([of.words(user) for user in range(len(of))])
    return PrivateFedAvg(
        mechanism=by,
        rounds=Rounds(folder=folder, log=folder / "rounds.jsonl", test_noise=test_noise),
        sizes_U=sizes,
        absence=Absence.of(settings, 0, of.numbers, sizes),
        state=state or beginning,
        server=settings["server"],
        seed=0,
        charge=lambda *_: None,
        told=lambda _: None,
    )
