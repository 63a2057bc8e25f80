"""Words a second of pre-training beside a bare PyTorch loop over the same model and batches.

python bench/training/measure.py [--words 40000] [--runs 3]

One core, and the GPU where there is one. The bare loop has its batches ready and the loss of torch; ours draws, gathers and
counts them, tells its progress and uses its own loss. The two alternate, and the median of processor time (of the clock on a GPU) counts. The share of
the limit is what the products of a step come to beside the quickest product in single precision that was found on the same core or card: of square
matrices and of those of the models, by each library that torch has. Writes bench/results/training.json.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from synthc.compiler.catalog.model import MODELS
from synthc.runtime.training.checkpoint import build
from synthc.runtime.training.loop import train
from synthc.runtime.training.product import product
from synthc.runtime.training.schedule import learning_rate
from synthc.runtime.training.sentences import Encoded
from synthc.runtime.training.vocab import PAD, Vocab

RESULT = Path(__file__).parents[1] / "results" / "training.json"
VOCAB = Vocab(words=tuple(f"w{i}" for i in range(10_000)), lowercase=True)
TRIED: dict[str, dict[str, Any]] = {
    "lstm": {"kind": "lstm", "embedding": 96, "hidden": 670, "projection": None, "layers": 1, "coupled": False, "tied": True},
    "lstm coupled": {"kind": "lstm", "embedding": 96, "hidden": 670, "projection": None, "layers": 1, "coupled": True, "tied": True},
    "gru": {"kind": "gru", "embedding": 96, "hidden": 670, "projection": None, "layers": 1, "tied": True},
    "transformer": {"kind": "transformer", "embedding": 128, "width": 256, "layers": 4, "heads": 4, "inner": None, "tied": True},
}
SETTINGS: dict[str, Any] = {
    "batch": 64, "learning_rate": 0.002, "schedule": "cosine", "warmup": 0.02, "clip": 1.0,
    "softmax": None, "precision": "float32", "compile": False, "checks": 20, "patience": None,
}  # fmt: skip
WAYS: dict[str, dict[str, Any]] = {"bfloat16": {"precision": "bfloat16"}, "sampled(1000)": {"softmax": {"words": 1000}}}
LEAST = 0.9
SHAPES = ((1024, 1024, 1024), (2048, 2048, 2048), (256, 96, 10_004), (256, 10_004, 96), (832, 670, 2680), (832, 256, 1024))
"""Rows, inner and columns: squares, the loss over the vocabulary, layers over a batch of sentences."""


def text(words: int) -> Encoded:
    """Return sentences of three to nineteen words, frequent ones as often as in text."""
    random = np.random.default_rng(0)
    lengths = random.integers(3, 20, words // 11 + 1)
    ids = 4 + np.minimum(random.zipf(1.2, int(lengths.sum())), 10_000) - 1
    return Encoded(ids=ids.astype(np.int32), starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


def ours(kind: dict[str, Any], encoded: Encoded, words: int, device: str, **others: Any) -> Callable[[], int]:
    """Return our loop from its begin to its end; it tells how many words it saw."""
    settings = {**SETTINGS, **others, "words": words}

    def run() -> int:
        with tempfile.TemporaryDirectory() as folder:
            model = build(kind, VOCAB, seed=1)
            return train(model, encoded, settings, seed=1, checkpoint=Path(folder) / "none.pt", report=lambda *_: None, device=device).words

    return run


def bare(kind: dict[str, Any], encoded: Encoded, words: int, device: str) -> Callable[[], int]:
    """Return a loop as one writes it by hand, over the batches of ours, which lie ready."""
    _, batches = next(iter(encoded.passes(SETTINGS["batch"], 1)))
    ready = [(encoded.words_in(which), *(ids.to(device) for ids in encoded.batch(which))) for which in batches]
    settings = {**SETTINGS, "words": words}

    def run() -> int:
        model = build(kind, VOCAB, seed=1).to(device).train()
        optimiser = torch.optim.AdamW(model.parameters(), lr=0.002, weight_decay=0.01)
        seen = 0
        for count, inputs, targets in ready:
            if seen >= words:
                break
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(settings, seen / words)
            optimiser.zero_grad(set_to_none=True)
            F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten(), ignore_index=PAD).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            seen += count
        return seen

    return run


def rate(run: Callable[[], int], device: str) -> float:
    """Return words a second: of processor time on a processor, by the clock on a GPU."""
    clock = time.perf_counter if device == "cuda" else time.process_time
    before = clock()
    words = run()
    if device == "cuda":
        torch.cuda.synchronize()
    return words / (clock() - before)


def loading(encoded: Encoded, words: int) -> float:
    """Return the seconds of processor time that drawing and gathering the batches of so many words takes."""
    before, seen = time.process_time(), 0
    _, batches = next(iter(encoded.passes(SETTINGS["batch"], 1)))
    for which in batches:
        if seen >= words:
            break
        encoded.batch(which)
        seen += encoded.words_in(which)
    return time.process_time() - before


def limit(device: str) -> float:
    """Return the FLOP a second of the quickest product in single precision: of several shapes, by MKL or cuBLAS and by oneDNN, the best of several tries each.

    One library's product of large squares is no limit: on a processor of another maker MKL leaves half of it unused.
    """
    return max(rate(partial(_products, way, torch.randn(m, k, device=device), torch.randn(n, k, device=device)), device) for way in (F.linear, product) for m, k, n in SHAPES for _ in range(5))


def _products(way: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], a: torch.Tensor, b: torch.Tensor) -> int:
    """Work out some billions of operations and return how many."""
    each = 2 * len(a) * len(b) * a.shape[1]
    times = max(1, 4_000_000_000 // each)
    for _ in range(times):
        way(a, b)
    return times * each


def measured(name: str, encoded: Encoded, *, words: int, runs: int, device: str, most: float) -> dict[str, Any]:
    """Return what one model comes to, where `most` FLOP a second are possible."""
    kind = TRIED[name]
    loops = {"bare": bare(kind, encoded, words, device), "ours": ours(kind, encoded, words, device)}
    loops |= {way: ours(kind, encoded, words, device, **others) for way, others in WAYS.items()}
    rates: dict[str, list[float]] = {way: [] for way in loops}
    for _ in range(runs):
        for way, run in loops.items():
            rates[way].append(rate(run, device))
    middle = {way: statistics.median(found) for way, found in rates.items()}
    entry = MODELS.find(kind["kind"])
    assert entry is not None
    assert entry.size is not None
    work = 3 * entry.size(kind, VOCAB.size).flops * (len(encoded.ids) + len(encoded)) / encoded.words
    return {
        "words_per_second": {way: round(found) for way, found in middle.items()},
        "of_bare": round(middle["ours"] / middle["bare"], 3),
        "met": middle["ours"] >= LEAST * middle["bare"],
        "loading_share": round(loading(encoded, words) * middle["ours"] / words, 4),
        "share_of_limit": round(middle["ours"] * work / most, 3),
    }


def main() -> int:
    """Measure every model, show and keep the numbers; return 1 if ours is below nine tenths of the bare loop anywhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=40_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    encoded = text(2 * options.words)
    result: dict[str, Any] = {"words": options.words, "vocabulary": len(VOCAB.words), "batch": SETTINGS["batch"], "threads": 1, "load": round(os.getloadavg()[0], 1)}
    result["loop_ms"] = round(min(1000 * 300_000 / rate(lambda: sum(i * i for i in range(300_000)) and 300_000, "cpu") for _ in range(5)), 1)
    for device in ("cpu", *(["cuda"] if torch.cuda.is_available() else [])):
        most = limit(device)
        result[f"{device}_gflops"] = round(most / 1e9)
        result[device] = {}
        for name in TRIED:
            result[device][name] = measured(name, encoded, words=options.words, runs=options.runs, device=device, most=most)
            print(device, name, json.dumps(result[device][name]), flush=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return int(not all(found["met"] for device in ("cpu", "cuda") for found in result.get(device, {}).values()))


if __name__ == "__main__":
    raise SystemExit(main())
