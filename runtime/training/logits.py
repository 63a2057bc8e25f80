"""Logits a few places at a time: those of a whole batch, or of one endless sentence, would be gigabytes."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from synthc.runtime.training.product import product

PLACES = 256
"""Places at a time: about ten megabytes of logits at 10,000 words."""


def read_logits(model: nn.Module, ids_BT: Tensor, read: Callable[[Tensor, slice], Tensor]) -> Tensor:  # noqa: N803
    """Return what `read` makes of the logits of each place, B x T x whatever that is, without a gradient.

    It is given logits_NV of some places and where they stand among all of B x T. A model without `features` gives all of them at once.
    """
    with torch.inference_mode():
        if not hasattr(model, "features"):
            return read(model(ids_BT).flatten(0, 1), slice(None)).unflatten(0, ids_BT.shape)
        features, weight, bias = model.features(ids_BT).flatten(0, 1), model.out.weight, model.out.bias
        places = [slice(begin, begin + PLACES) for begin in range(0, len(features), PLACES)]
        return torch.cat([read(product(features[at], weight, bias), at) for at in places]).unflatten(0, ids_BT.shape)
