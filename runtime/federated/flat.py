"""All weights of a model side by side, as rounds add them up."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from synthc.runtime.training.checkpoint import weights


def flat(model: nn.Module) -> NDArray[np.float32]:
    """Return the trained numbers of a model in a row."""
    row: NDArray[np.float32] = torch.cat([weight.detach().reshape(-1) for weight in weights(model).values()]).numpy().astype(np.float32)
    return row


def load_flat(model: nn.Module, row: NDArray[Any]) -> None:
    """Put flat weights back where they belong."""
    begin = 0
    with torch.no_grad():
        for weight in weights(model).values():
            weight.copy_(torch.from_numpy(row[begin : begin + weight.numel()]).view_as(weight))
            begin += weight.numel()
