"""The training loop of one model: from a checkpoint if there is one, to a number of target words.

`words` counts the words of sentences that were targets, end marks left out, so that arms whose
sentences differ in length see the same number of words.
"""

from __future__ import annotations

import io
import math
import os
import pickle
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from synthc.runtime.errors import InputError
from synthc.runtime.training.checkpoint import on_disk
from synthc.runtime.training.loss import loss_sum, training_loss
from synthc.runtime.training.schedule import learning_rate
from synthc.runtime.training.sentences import Encoded

SECONDS_BETWEEN_CHECKPOINTS = 30.0
SECONDS_BETWEEN_REPORTS = 0.5
NEWEST = 0.01
"""How much a step counts in the loss that is told: a mean over about the last hundred."""


@dataclass(slots=True, kw_only=True)
class Position:
    """Where a training stands: words seen, the pass and the batch that comes next, the loss, and what validation found.

    `checks` are (words, loss in nats per target) of each look at the validation text; `best` are the weights of the lowest.
    `anew` tells that there was a checkpoint which could not be read.
    """

    words: int = 0
    step: int = 0
    number: int = 0
    batch: int = 0
    loss: float = math.nan
    checks: list[tuple[int, float]] = field(default_factory=list)
    best: dict[str, Tensor] | None = None
    stopped: bool = False
    anew: bool = False


def train(
    model: nn.Module,
    encoded: Encoded,
    settings: Mapping[str, Any],
    *,
    seed: int,
    checkpoint: Path,
    report: Callable[[int, float], None],
    validation: Encoded | None = None,
    device: str = "cpu",
) -> Position:
    """Train for `settings["words"]` words with AdamW; `report` is told words and mean loss.

    With `patience` it stops when so many looks at the validation text in a row found no lower loss, and the model is left with the weights of the lowest.

    Raises:
        InputError: the loss is no number any more.
    """
    model.to(device).train()
    learned = [weight for weight in model.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=settings["learning_rate"], weight_decay=0.01)
    position = _restore(model, optimiser, checkpoint)
    if settings["compile"]:
        part = "features" if hasattr(model, "features") else "forward"
        setattr(model, part, torch.compile(getattr(model, part), dynamic=True))
    mean = torch.tensor(position.loss, device=device)
    saved = told = time.monotonic()
    for number, batches in encoded.passes(settings["batch"], seed, first=position.number):
        for index in range(position.batch, len(batches)):
            if position.words >= settings["words"] or position.stopped:
                return _ended(model, position, mean, settings)
            inputs, targets = (ids.to(device, non_blocking=True) for ids in encoded.batch(batches[index]))
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(settings, position.words / settings["words"])
            total, count = training_loss(model, inputs, targets, settings, seed=seed, step=position.step)
            loss = total / count
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(learned, settings["clip"])
            optimiser.step()
            mean = loss.detach() if position.step == 0 else mean.lerp(loss.detach(), NEWEST)
            position.words += encoded.words_in(batches[index])
            position.step, position.number, position.batch = position.step + 1, number, index + 1
            if validation is not None:
                _look(model, validation, settings, position)
            now = time.monotonic()
            if now - told > SECONDS_BETWEEN_REPORTS:
                report(position.words, _finite(mean, position))
                told = now
            if now - saved > SECONDS_BETWEEN_CHECKPOINTS:
                position.loss = _finite(mean, position)
                _save(model, optimiser, position, checkpoint)
                saved = now
        position.number, position.batch = number + 1, 0
    raise AssertionError("passes never end")


def _look(model: nn.Module, validation: Encoded, settings: Mapping[str, Any], position: Position) -> None:
    """Look at the validation text where it is time for that; keep the best weights where they may be wanted."""
    if position.words < settings["words"] * (len(position.checks) + 1) / settings["checks"]:
        return
    loss = validation_loss(model, validation)
    patience = settings["patience"]
    if patience and loss < min((found for _, found in position.checks), default=math.inf):
        position.best = {name: weight.detach().clone() for name, weight in model.state_dict().items()}
    position.checks.append((position.words, loss))
    losses = [found for _, found in position.checks]
    position.stopped = bool(patience) and len(losses) - 1 - int(np.argmin(losses)) >= patience


def validation_loss(model: nn.Module, validation: Encoded, batch: int = 128) -> float:
    """Return the cross-entropy over all ids in nats per target, end marks included."""
    device = next(model.parameters()).device
    lengths = np.diff(validation.starts)
    order = np.argsort(lengths, kind="stable")
    total, count = 0.0, 0
    model.eval()
    with torch.no_grad():
        for begin in range(0, len(order), batch):
            found, targets = loss_sum(model, *(ids.to(device) for ids in validation.batch(order[begin : begin + batch])))
            total, count = total + float(found), count + targets
    model.train()
    return total / max(1, count)


def _finite(mean: Tensor, position: Position) -> float:
    """Return the loss. It is a mean over all steps so far, so what is no number once stays none."""
    loss = float(mean)
    if not math.isfinite(loss):
        raise InputError(f"its loss is no number any more after at most {position.words:,} words: the steps are too large; lower `learning_rate`, or raise `warmup`")
    return loss


def _ended(model: nn.Module, position: Position, mean: Tensor, settings: Mapping[str, Any]) -> Position:
    if settings["patience"] and position.best is not None:
        model.load_state_dict(position.best)
    # The last step may be the one that went too far.
    position.loss = _finite(mean + sum(0 * weight.detach().sum() for weight in model.parameters()), position)
    return position


def _save(model: nn.Module, optimiser: torch.optim.Optimizer, position: Position, path: Path) -> None:
    """Write a checkpoint beside the one before and put it in its place; a full disk leaves that one alone."""
    waiting = path.with_suffix(f".{os.getpid()}")
    state = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "position": asdict(position)}
    try:
        with on_disk(path.parent):
            torch.save(state, waiting)
    except OSError:
        waiting.unlink(missing_ok=True)
        raise
    waiting.replace(path)


def _restore(model: nn.Module, optimiser: torch.optim.Optimizer, path: Path) -> Position:
    """Go back to the checkpoint, if there is one; one that cannot be read, after a power cut perhaps, counts as none."""
    for left in path.parent.glob(f"{path.stem}.[0-9]*"):  # of a process that was killed while it wrote
        left.unlink(missing_ok=True)
    if not path.exists():
        return Position()
    written = path.read_bytes()
    try:
        state = torch.load(io.BytesIO(written), map_location="cpu")
    except (RuntimeError, OSError, EOFError, ValueError, KeyError, pickle.UnpicklingError):
        return Position(anew=True)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    return Position(**state["position"])
