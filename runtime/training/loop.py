"""The training loop of one model: from a checkpoint if there is one, to a number of target words.

`words` counts the words of sentences that were targets, end marks left out, so that arms whose
sentences differ in length see the same number of words.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from synthc.runtime.training.checkpoint import on_disk
from synthc.runtime.training.cross_entropy import summed_cross_entropy
from synthc.runtime.training.sentences import Encoded
from synthc.runtime.training.vocab import PAD

SECONDS_BETWEEN_CHECKPOINTS = 30.0


@dataclass(slots=True, kw_only=True)
class Position:
    """Where a training stands: words seen, the pass and the batch that comes next."""

    words: int = 0
    step: int = 0
    number: int = 0
    batch: int = 0


def loss_sum(model: nn.Module, inputs: Tensor, targets: Tensor) -> tuple[Tensor, int]:
    """Return the summed cross-entropy in nats over all targets, end marks included, and their number."""
    real = targets != PAD
    count = int(real.sum())
    if not hasattr(model, "features"):
        return F.cross_entropy(model(inputs)[real], targets[real], reduction="sum"), count
    features = model.features(inputs)[real]
    return summed_cross_entropy(features, model.out.weight, model.out.bias, targets[real]), count


def train(
    model: nn.Module,
    encoded: Encoded,
    settings: Mapping[str, Any],
    *,
    seed: int,
    checkpoint: Path,
    report: Callable[[int, float], None],
) -> Position:
    """Train for `settings["words"]` words with AdamW; `report` is told words and mean loss."""
    optimiser = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=settings["learning_rate"], weight_decay=0.01)
    position = _restore(model, optimiser, checkpoint)
    saved = told = time.monotonic()
    model.train()
    for number, batches in encoded.passes(settings["batch"], seed, first=position.number):
        for index in range(position.batch, len(batches)):
            if position.words >= settings["words"]:
                return position
            inputs, targets = encoded.batch(batches[index])
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(settings, position.words / settings["words"])
            total, count = loss_sum(model, inputs, targets)
            loss = total / count
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), settings["clip"])
            optimiser.step()
            position = Position(words=position.words + encoded.words_in(batches[index]), step=position.step + 1, number=number, batch=index + 1)
            now = time.monotonic()
            if now - told > 0.5:
                report(position.words, loss.item())
                told = now
            if now - saved > SECONDS_BETWEEN_CHECKPOINTS:
                _save(model, optimiser, position, checkpoint)
                saved = now
        position = Position(words=position.words, step=position.step, number=number + 1, batch=0)
    raise AssertionError("passes never end")


def learning_rate(settings: Mapping[str, Any], done: float) -> float:
    """Return the rate at a share of the training that is done: linear warm-up, then cosine or constant."""
    peak: float = settings["learning_rate"]
    if done < settings["warmup"]:
        return float(peak * (done / settings["warmup"] * 0.99 + 0.01))
    if settings["schedule"] == "constant":
        return peak
    rest = (done - settings["warmup"]) / (1 - settings["warmup"])
    return float(peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, rest)))))


def _save(model: nn.Module, optimiser: torch.optim.Optimizer, position: Position, path: Path) -> None:
    waiting = path.with_suffix(f".{os.getpid()}")
    state = {"model": model.state_dict(), "optimiser": optimiser.state_dict()}
    place = [position.words, position.step, position.number, position.batch]
    with on_disk(path.parent):
        torch.save({**state, "position": place}, waiting)
    waiting.replace(path)


def _restore(model: nn.Module, optimiser: torch.optim.Optimizer, path: Path) -> Position:
    if not path.exists():
        return Position()
    state = torch.load(path)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    words, step, number, batch = state["position"]
    return Position(words=words, step=step, number=number, batch=batch)
