"""What a device does: a few steps of SGD from the model it was sent, and the difference they made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from synthc.runtime.federated.dp.mechanism import clip
from synthc.runtime.federated.users import Users
from synthc.runtime.training.checkpoint import weights
from synthc.runtime.training.loop import loss_sum

STATS = ("users", "clipped", "targets", "loss")
"""What is summed beside the updates; it is private and stays on this machine."""


@dataclass(slots=True, kw_only=True)
class Device:
    """One model whose parameters are views of a flat buffer, lent to one user after the other."""

    model: nn.Module
    users: Users
    settings: Mapping[str, Any]
    flat: Tensor = field(init=False)

    def __post_init__(self) -> None:
        """Put the parameters side by side."""
        parameters = list(weights(self.model).values())
        self.flat = torch.cat([weight.detach().reshape(-1) for weight in parameters])
        begin = 0
        for weight in parameters:
            weight.data = self.flat[begin : begin + weight.numel()].view_as(weight)
            begin += weight.numel()

    def clipped_sum(self, start: NDArray[np.float32], users: NDArray[np.int64], *, norm: float, seed: int, round_: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the sum of the updates of some users, each clipped to a norm, in their order, and `STATS`."""
        sent = torch.from_numpy(start)
        total, stats = np.zeros(len(start)), np.zeros(len(STATS))
        for user in users:
            targets, loss = self._train(sent, int(user), np.random.default_rng([seed, round_, int(self.users.numbers[user])]))
            update, clipped = clip((self.flat - sent).double().numpy(), norm)
            total += update
            stats += (1, clipped, targets, loss)
        return total, stats

    def _train(self, sent: Tensor, user: int, random: np.random.Generator) -> tuple[int, float]:
        """Train on one user's text; return the number of targets and the summed loss."""
        local, seen, summed = self.settings["local"], 0, 0.0
        self.flat.copy_(sent)
        self.model.train()
        parameters = list(weights(self.model).values())
        for _ in range(local["epochs"]):
            for which in self.users.batches(user, batch=local["batch"], max_words=local["max_words"], random=random):
                total, count = loss_sum(self.model, *self.users.encoded.batch(which))
                gradients = torch.autograd.grad(total / count, parameters)
                with torch.no_grad():
                    torch._foreach_add_(parameters, gradients, alpha=-local["learning_rate"])
                seen, summed = seen + count, summed + float(total.detach())
        return seen, summed
