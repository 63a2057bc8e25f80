"""synthc: the engine of a run with all that a run does: its secrets, its charges and its states on the disk, each when a run writes it."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from work import BATCH, CLIP, COHORT, NOISE, RATE, WORDS, Clock, Work

from synthc.runtime.engines.engine import Engine
from synthc.runtime.federated.absence import Absence
from synthc.runtime.federated.carry import carry, hush, worker_of
from synthc.runtime.federated.charges import Charges
from synthc.runtime.federated.dp.gaussian import Gaussian
from synthc.runtime.federated.federate import SECONDS_BETWEEN_STATES
from synthc.runtime.federated.flat import flat
from synthc.runtime.federated.rounds import Rounds, State
from synthc.runtime.federated.users import Users
from synthc.runtime.training.checkpoint import Trained, build, load_model, save_model
from synthc.runtime.training.sentences import Encoded
from synthc.runtime.training.vocab import Vocab

LOCAL: dict[str, Any] = {"kind": "sgd", "learning_rate": RATE, "epochs": 1, "batch": BATCH, "max_words": 100_000, "max_sentences": None, "proximal": 0.0}
ABSENT: dict[str, Any] = {"dp": None, "population_is": "simulated", "stragglers": 0.0, "dropout": 0.0, "report_goal": None}
SETTINGS: dict[str, Any] = {**ABSENT, "local": LOCAL, "server": {"kind": "sgd", "learning_rate": 1.0, "momentum": 0.0}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohorts(Gaussian):
    """Noise as ever, over the cohorts that all engines of the bench take."""

    work: Work

    def sample(self, round_: int, key: bytes, state: Any) -> Any:
        """Return the round's cohort."""
        del key
        return self.work.cohort(round_), state


def prepare(work: Work) -> None:
    """Write model and users, once for all engines."""
    if (work.folder / "users" / "numbers.npy").exists():
        return
    vocab = Vocab(words=tuple(f"w{n}" for n in range(work.vocabulary - 4)), lowercase=True)
    save_model(Trained(model=build(work.settings, vocab, seed=0), settings=work.settings, vocab=vocab), work.folder / "model")
    text = work.text()
    encoded = Encoded(ids=text.reshape(-1), starts=np.arange(0, text.size + 1, WORDS))
    Users(encoded=encoded, firsts=np.arange(0, work.users * work.sentences + 1, work.sentences), numbers=np.arange(work.users, dtype=np.uint64)).save(work.folder / "users")


def tune(work: Work, rounds: int, clock: Clock, *, engine: str, workers: int) -> None:
    """Carry out some rounds on an engine."""
    scratch = work.folder / f"{engine}-{workers}"
    scratch.mkdir(exist_ok=True)
    for old in ("state.safetensors", "keys.json"):
        (scratch / old).unlink(missing_ok=True)
    shutil.rmtree(scratch / ".synth", ignore_errors=True)
    dp = {"mechanism": "gaussian", "sampling": COHORT / work.users, "noise": NOISE}
    charges = Charges(project=scratch, people="bench", node="tuned", place="bench", dp=dp, series=None, budgets=[])
    hush(scratch)
    from synthc.runtime.federated.strategy import PrivateFedAvg

    logging.getLogger("flwr").setLevel(logging.CRITICAL)
    torch.set_num_threads(1)
    row = flat(load_model(work.folder / "model").model)
    sizes = np.full(work.users, work.sentences * WORDS)
    by = Cohorts(users=work.users, clip=CLIP, noise=NOISE, sampling=COHORT / work.users, cohort=COHORT, coin=COHORT / work.users, drawn=COHORT, work=work)
    strategy = PrivateFedAvg(
        mechanism=by,
        rounds=Rounds(folder=scratch, log=scratch / "rounds.jsonl", test_noise=None, held=SECONDS_BETWEEN_STATES, total=rounds),
        sizes_U=sizes,
        absence=Absence.of(SETTINGS, 0, np.arange(work.users, dtype=np.uint64), sizes),
        state=State(round=0, weights=row, server={}, mechanism=by.begin(len(row))),
        server=SETTINGS["server"],
        seed=0,
        charge=charges.charge,
        told=clock.tick,
    )
    of = Engine.of(engine)
    try:
        carry(strategy, rounds, worker_of(work.folder / "model", work.folder / "users", SETTINGS), workers=workers, engine=of, alive=lambda: None)
    finally:
        of.close()
