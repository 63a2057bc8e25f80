"""Cross-entropy over a large vocabulary, a few rows at a time.

The logits of a whole batch are tens of megabytes that are written and read several times; a few
rows of them stay in the processor's cache. The gradient is worked out on the way, so nothing of
that size is kept.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from synthc.runtime.training.product import product

ROWS = 256
"""Rows at a time: about ten megabytes of logits at 10,000 words."""


class _SummedCrossEntropy(torch.autograd.Function):
    """Shapes: N targets, P features, V ids."""

    @staticmethod
    def forward(ctx: Any, features_NP: Tensor, weight_VP: Tensor, bias_V: Tensor, targets_N: Tensor) -> Tensor:  # noqa: N803
        wanted = any(ctx.needs_input_grad)
        gradients: list[Tensor] = [torch.empty_like(features_NP), weight_VP.new_zeros(()).expand_as(weight_VP), torch.zeros_like(bias_V)]
        total = features_NP.new_zeros(())
        for begin in range(0, len(targets_N), ROWS):
            features, targets = features_NP[begin : begin + ROWS], targets_N[begin : begin + ROWS, None]
            scores = product(features, weight_VP, bias_V)
            highest = scores.amax(1, keepdim=True)
            right = scores.gather(1, targets) - highest
            shares = scores.sub_(highest).exp_()
            sums = shares.sum(1, keepdim=True)
            total += (sums.log() - right).sum()
            if wanted:
                shares.div_(sums).scatter_add_(1, targets, torch.full_like(right, -1.0))
                gradients[0][begin : begin + ROWS] = product(shares, weight_VP.t())
                part = product(shares.t(), features.t())
                gradients[1] = part if begin == 0 else gradients[1].add_(part)
                gradients[2].add_(shares.sum(0))
        ctx.save_for_backward(*gradients)
        return total

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> tuple[Tensor | None, ...]:
        features, weight, bias = ctx.saved_tensors
        if outer[0] == 1:  # the sum itself is differentiated
            return features, weight, bias, None
        return outer[0] * features, outer[0] * weight, outer[0] * bias, None


def summed_cross_entropy(features_NP: Tensor, weight_VP: Tensor, bias_V: Tensor, targets_N: Tensor) -> Tensor:  # noqa: N803
    """Return the summed cross-entropy, in nats, of `features @ weight.T + bias` at the targets."""
    loss: Tensor = _SummedCrossEntropy.apply(features_NP, weight_VP, bias_V, targets_N)
    return loss
