"""What a device does: a few steps of SGD from the model it was sent, and the difference they made."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from synthc.runtime.federated.absence import steps_done
from synthc.runtime.federated.users import Users
from synthc.runtime.training.checkpoint import weights
from synthc.runtime.training.loss import loss_sum

STATS = ("users", "clipped", "targets", "loss")
"""What is summed beside the updates; it is private and stays on this machine."""
PIECE = 1 << 15
"""Numbers of an update that are measured or added at a time."""


@dataclass(slots=True, kw_only=True)
class Device:
    """One model whose parameters are views of a flat buffer, lent to one user after the other."""

    model: nn.Module
    users: Users
    settings: Mapping[str, Any]
    built: Mapping[str, Tensor] = field(init=False)
    flat: Tensor = field(init=False)
    update: Tensor = field(init=False)
    learned: list[Tensor] = field(init=False)

    def __post_init__(self) -> None:
        """Put the parameters side by side, and remember what the model keeps beside them."""
        self.built = {name: kept.detach().clone() for name, kept in beside(self.model)}
        self.learned = list(weights(self.model).values())
        self.flat = torch.cat([weight.detach().reshape(-1) for weight in self.learned])
        self.update = torch.empty_like(self.flat)
        begin = 0
        for weight in self.learned:
            weight.data = self.flat[begin : begin + weight.numel()].view_as(weight)
            begin += weight.numel()

    def clipped_sum(
        self, start: NDArray[np.float32], users: NDArray[np.int64], *, norm: float, seed: int, round_: int, into: NDArray[np.float64] | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the sum of the updates of some users, each clipped to a norm, in their order, and `STATS`.

        The sum is written over `into`, where that is given.
        """
        sent = torch.from_numpy(start)
        total, stats = torch.from_numpy(into if into is not None else np.empty(len(start))), np.zeros(len(STATS))
        total.zero_()
        self.model.train()
        with torch.random.fork_rng(devices=[]):
            for user in users:
                targets, loss = self._train(sent, int(user), seed, round_)
                clipped = add_clipped(total, torch.sub(self.flat, sent, out=self.update), norm)
                stats += (1, clipped, targets, loss)
        return total.numpy(), stats

    def _train(self, sent: Tensor, user: int, seed: int, round_: int) -> tuple[int, float]:
        """Train on one user's text; return the number of targets and the summed loss.

        Neither what a model of another package keeps of a text nor the place of its own draws (dropout)
        is left to the next user: else one would change the updates of all who follow.
        """
        local, seen, summed = self.settings["local"], 0, 0.0
        rate, number = local["learning_rate"], int(self.users.numbers[user])
        self.flat.copy_(sent)
        if self.built:
            for name, kept in beside(self.model):
                kept.detach().copy_(self.built[name])
        random = np.random.default_rng([seed, round_, number])
        of = {"batch": local["batch"], "max_words": local["max_words"], "max_sentences": local["max_sentences"]}
        steps = [which for _ in range(local["epochs"]) for which in self.users.batches(user, **of, random=random)]
        torch.default_generator.manual_seed(int(random.integers(2**63)))
        for which in steps[: steps_done(self.settings["stragglers"], len(steps), seed=seed, round_=round_, number=number)]:
            total, count = loss_sum(self.model, *self.users.encoded.batch(which))
            gradients = torch.autograd.grad(total, self.learned)
            with torch.no_grad():
                if local["proximal"]:  # the gradient of proximal / 2 x |w - sent|^2 (Li et al. 2020)
                    self.flat.lerp_(sent, rate * local["proximal"])
                torch._foreach_add_(self.learned, gradients, alpha=-rate / count)
            seen, summed = seen + count, summed + float(total.detach())
        return seen, summed


def beside(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Yield what a model has beside the weights that it learns: buffers, and weights that are fixed."""
    yield from model.named_buffers()
    yield from ((name, weight.data) for name, weight in model.named_parameters() if not weight.requires_grad)


def add_clipped(total: Tensor, update: Tensor, norm: float) -> bool:
    """Add an update, made at most `norm` long, to a sum; return whether it was longer. Length and sum are in double precision.

    An update whose length is not finite counts as zero, and as longer. The update itself may be single: what is measured is
    what is added. A piece at a time stays in the processor's cache.
    """
    squares = 0.0
    for piece in update.split(PIECE):
        wide = piece.double()
        squares += float(torch.dot(wide, wide))
    length = math.sqrt(squares)
    if not math.isfinite(length):
        return True
    scale = min(1.0, norm / length) if length > 0 else 1.0
    for piece, into in zip(update.split(PIECE), total.split(PIECE), strict=True):
        into.add_(piece, alpha=scale)
    return length > norm
