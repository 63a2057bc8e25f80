"""The loss of a batch: in single precision or with the layers in bfloat16, over all ids or over some that are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from synthc.runtime.training.cross_entropy import summed_cross_entropy
from synthc.runtime.training.sampled import draw, sampled_cross_entropy
from synthc.runtime.training.vocab import PAD


def loss_sum(model: nn.Module, inputs: Tensor, targets: Tensor) -> tuple[Tensor, int]:
    """Return the summed cross-entropy in nats over all targets, end marks included, and their number."""
    return _loss(model, inputs, targets, None)


def training_loss(model: nn.Module, inputs: Tensor, targets: Tensor, settings: Mapping[str, Any], *, seed: int, step: int) -> tuple[Tensor, int]:
    """Return the summed loss that a pre-training goes down, and the number of targets."""
    sampled = settings["softmax"]
    drawn = draw(model.out.weight.shape[0], sampled["words"], seed, step).to(inputs.device) if sampled else None
    with torch.autocast(inputs.device.type, torch.bfloat16, enabled=settings["precision"] == "bfloat16"):
        return _loss(model, inputs, targets, drawn)


def _loss(model: nn.Module, inputs: Tensor, targets: Tensor, drawn: Tensor | None) -> tuple[Tensor, int]:
    real = targets != PAD
    count, wanted = int(real.sum()), targets[real]
    if not hasattr(model, "features"):
        return F.cross_entropy(model(inputs)[real].float(), wanted, reduction="sum"), count
    features = model.features(inputs)[real]
    weight, bias = model.out.weight, model.out.bias
    if inputs.is_cuda and drawn is None:
        # All logits at once: a few rows at a time suit a processor's cache and starve a GPU.
        return F.cross_entropy(F.linear(features, weight, bias).float(), wanted, reduction="sum"), count
    with torch.autocast(inputs.device.type, enabled=False):
        if drawn is not None:
            return sampled_cross_entropy(features.float(), weight, bias, wanted, drawn), count
        return summed_cross_entropy(features.float(), weight, bias, wanted), count
