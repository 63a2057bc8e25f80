"""How much one run of our own federation tells about its canaries, beside the epsilon that is claimed.

python bench/privacy/audit.py [--quick]

Two kinds of canaries, each included by a coin of its own. Directions pull one number each of the model
as hard as they may, over all rounds: the strongest there is against clip, noise and sampling. Under `tree`,
`blt` and `banded` they come as often as the separation lets them, and the auditor weighs the rounds by how
their noise hangs together; under an adaptive clip norm they say that they fit, so that it falls. Sentences
are sequences of words drawn at random, each typed by one person; a small LSTM is tuned over them and
over others, and the auditor sees the model before and behind. The bound is that of Steinke, Nasr and
Jagielski 2023 at a confidence of 95%: without noise it should lie far above zero, under a mechanism
below the epsilon claimed; with faults built in, above it. Writes bench/results/privacy_audit.json.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 - the tests stand beside the package, and are no part of it
import torch  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from synthc.compiler.graph.accounting import noise_for  # noqa: E402
from synthc.runtime.federated.client import client_app  # noqa: E402
from synthc.runtime.federated.device import Device  # noqa: E402
from synthc.runtime.federated.dp.gaussian import Gaussian  # noqa: E402
from synthc.runtime.federated.dp.mechanism import Mechanism  # noqa: E402
from synthc.runtime.federated.dp.none import NoMechanism  # noqa: E402
from synthc.runtime.federated.grid import LocalGrid  # noqa: E402
from synthc.runtime.federated.users import Users  # noqa: E402
from synthc.runtime.training.checkpoint import Trained, build, save_model, weights  # noqa: E402
from synthc.runtime.training.score import logprob  # noqa: E402
from synthc.runtime.training.sentences import Encoded  # noqa: E402
from synthc.runtime.training.vocab import Vocab  # noqa: E402
from tests.runtime.federated.directions import federated, pulled  # noqa: E402
from tests.runtime.federated.faults import Made, adaptive, correlated, faulty, hasty, quiet  # noqa: E402
from tests.runtime.federated.one_run import lower_bound  # noqa: E402

DELTA = 1e-5
CLIP = 0.3
EPSILONS = (1.0, 2.0, 4.0, 8.0)
VOCAB = Vocab(words=tuple(f"w{index}" for index in range(300)), lowercase=True)
MODEL = {"kind": "lstm", "embedding": 48, "hidden": 96, "projection": None, "layers": 1, "coupled": False, "tied": True}
LOCAL = {"kind": "sgd", "learning_rate": 1.0, "epochs": 4, "batch": 8, "max_words": 200, "max_sentences": None, "proximal": 0.0}
SENTENCE = 6
CYCLIC = {"rounds": 40, "separation": 4}


def gaussian(epsilon: float, sampling: float, rounds: int, expected: float) -> Callable[[int], Gaussian]:
    """Return the mechanism of a claimed epsilon, by the number of users there are."""
    noise = noise_for(epsilon=epsilon, delta=DELTA, sampling=sampling, rounds=rounds)
    return lambda users: Gaussian(users=users, clip=CLIP, noise=noise, sampling=sampling, cohort=max(1, round(expected)), coin=sampling, drawn=expected)


def main() -> None:
    """Audit both kinds of canaries and write what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer canaries and rounds, to see that it runs")
    quick = parser.parse_args().quick
    logging.getLogger("flwr").setLevel(logging.ERROR)
    torch.set_num_threads(1)
    began, load = time.process_time(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "directions": directions(Path(folder), canaries=500 if quick else 4000),
            "correlated": cyclic(Path(folder), canaries=1000 if quick else 4000),
            "adaptive": moving(Path(folder), canaries=1000 if quick else 4000),
            "sentences": sentences(Path(folder), canaries=60 if quick else 160, rounds=8 if quick else 40),
        }
    result = {"delta": DELTA, "confidence": 0.95, "cpu_seconds": round(time.process_time() - began, 1), "load": load, "cores": os.cpu_count(), **found}
    if not quick:
        (ROOT / "bench" / "results" / "privacy_audit.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))
    sys.exit(not all(case["as_it_should_be"] for cases in found.values() for case in cases))


def directions(folder: Path, *, canaries: int) -> list[dict[str, Any]]:
    """Audit sums of pulls: one round of everybody, many rounds of a sample, and faults."""
    found = []
    for rounds, sampling in ((1, 1.0), (20, 1.0), (20, 0.1)):
        for epsilon in EPSILONS:
            by = gaussian(epsilon, sampling, rounds, sampling * canaries / 2)
            found.append({"mechanism": "gaussian", "sampling": sampling, "rounds": rounds, **_judged(epsilon, _pulled(folder, by, canaries, rounds))})
    solved = gaussian(2.0, 1.0, 5, canaries / 2)
    rare = gaussian(2.0, 0.005, 5, canaries / 2)
    faults: dict[str, Made] = {
        "no mechanism": lambda users: NoMechanism(users=users, coin=1.0, drawn=users),
        "a quarter of the noise": lambda users: replace(solved(users), noise=solved(users).noise / 4),
        "no clipping": solved,
        "everybody, counted as one in two hundred": lambda users: replace(rare(users), coin=1.0),
    }
    for fault, made in faults.items():
        found.append({"fault": fault, "rounds": 5, **_judged(2.0, _pulled(folder, made, canaries, 5, clips=fault != "no clipping"), broken=True)})
    return found


def cyclic(folder: Path, *, canaries: int) -> list[dict[str, Any]]:
    """Audit correlated noise: without any, under what is claimed, and with faults built in."""
    found = []
    for name in ("tree", "blt", "banded"):
        asked: dict[str, Any] = {**CYCLIC, "delta": DELTA, "cohort": canaries}
        rounds, apart = CYCLIC["rounds"], CYCLIC["separation"]
        bare = _pulled(folder, quiet(correlated(name, epsilon=2.0, **asked)), canaries, rounds, apart=apart)
        found.append({"mechanism": name, **CYCLIC, "without_noise": True, "epsilon_at_least": round(bare, 3), "as_it_should_be": bare > 4})
        for epsilon in EPSILONS:
            by = correlated(name, epsilon=epsilon, **asked)
            found.append({"mechanism": name, **CYCLIC, **_judged(epsilon, _pulled(folder, by, canaries, rounds, apart=apart))})
        for fault, (made, came) in faulty(name, epsilon=2.0, **asked).items():
            found.append({"mechanism": name, **CYCLIC, "fault": fault, **_judged(2.0, _pulled(folder, made, canaries, rounds, apart=came), broken=True)})
    return found


def moving(folder: Path, *, canaries: int, rounds: int = 10, rate: float = 4.0) -> list[dict[str, Any]]:
    """Audit a clip norm that falls fast."""
    known: dict[str, Any] = {"mechanism": "gaussian, adaptive clip", "rounds": rounds, "rate": rate}
    by = {epsilon: adaptive(noise_for(epsilon=epsilon, delta=DELTA, sampling=1.0, rounds=rounds), canaries // 2, rate) for epsilon in EPSILONS}
    bare = _pulled(folder, lambda users: replace(by[2.0](users), noise=1e-6), canaries, rounds)
    return [
        {**known, "without_noise": True, "epsilon_at_least": round(bare, 3), "as_it_should_be": bare > 4},
        *({**known, **_judged(epsilon, _pulled(folder, made, canaries, rounds))} for epsilon, made in by.items()),
        {**known, "fault": "noise by the norm that has moved", **_judged(2.0, _pulled(folder, lambda users: hasty(by[2.0](users)), canaries, rounds), broken=True)},
    ]


def _pulled(folder: Path, made: Made, canaries: int, rounds: int, **more: Any) -> float:
    included = np.random.default_rng().random(canaries) < 0.5
    axes = np.flatnonzero(included)
    return lower_bound(pulled(folder, made(len(axes)), axes, canaries, rounds, **more), included, delta=DELTA)


def _judged(epsilon: float, bound: float, *, broken: bool = False) -> dict[str, Any]:
    return {"epsilon_claimed": epsilon, "epsilon_at_least": round(bound, 3), "as_it_should_be": bound > epsilon if broken else bound <= epsilon}


def sentences(folder: Path, *, canaries: int, rounds: int) -> list[dict[str, Any]]:
    """Audit a tuned LSTM by the likelihood of sentences that one person each typed, or nobody."""
    random = np.random.default_rng(5)
    secrets = [" ".join(f"w{word}" for word in random.integers(0, 300, SENTENCE)) for _ in range(canaries)]
    # What the others type has little variety, as chats have: words that are frequent behind words that are.
    others = [[" ".join(f"w{word}" for word in np.minimum(random.zipf(1.4, 8), 299)) for _ in range(8)] for _ in range(canaries // 3)]
    found = []
    for epsilon in (None, 2.0, 8.0):
        included = np.random.default_rng().random(canaries) < 0.5
        texts = [*([secret] * 8 for secret, there in zip(secrets, included, strict=True) if there), *others]
        made: Mechanism = NoMechanism(users=len(texts), coin=1.0, drawn=len(texts)) if epsilon is None else gaussian(epsilon, 1.0, rounds, len(texts))(len(texts))
        bound = lower_bound(_likelier(folder / str(epsilon), made, texts, secrets, rounds), included, delta=0.0 if epsilon is None else DELTA)
        told = {"mechanism": "none", "epsilon_at_least": round(bound, 3), "as_it_should_be": bound > 1} if epsilon is None else {"mechanism": "gaussian", **_judged(epsilon, bound)}
        found.append({"canaries": canaries, "rounds": rounds, **told})
    return found


def _likelier(folder: Path, by: Mechanism, texts: list[list[str]], secrets: list[str], rounds: int) -> NDArray[np.float64]:
    """Return by how many nats a word each secret became likelier in a federation over some users."""
    model = build(MODEL, VOCAB, seed=0)
    start = torch.cat([w.detach().reshape(-1) for w in weights(model).values()]).numpy().astype(np.float32)
    device = Device(model=model, users=_users(texts), settings={"local": LOCAL, "stragglers": 0.0})
    after = federated(folder, by, LocalGrid(client_app(device), 1), start, sizes=np.ones(len(texts), np.int64), rounds=rounds)
    scores = []
    for name, flat in (("start", start), ("tuned", after)):
        device.flat.copy_(torch.from_numpy(flat))
        save_model(Trained(model=model, settings=MODEL, vocab=VOCAB), folder / name)
        scores.append(logprob(folder / name, secrets))
    return scores[1] - scores[0]


def _users(texts: list[list[str]]) -> Users:
    ids: list[int] = []
    starts, firsts = [0], [0]
    for sentences_ in texts:
        for words in (words for text in sentences_ for words in VOCAB.encode(text)):
            ids.extend(words)
            starts.append(len(ids))
        firsts.append(len(starts) - 1)
    encoded = Encoded(ids=np.array(ids, np.int32), starts=np.array(starts, np.int64))
    return Users(encoded=encoded, firsts=np.array(firsts, np.int64), numbers=np.arange(len(texts), dtype=np.uint64))


if __name__ == "__main__":
    main()
