"""A language model of gated recurrent units, with projection and tied embeddings as options.

Shapes: B sentences, T places, E embedding, H hidden, P what the output layer reads, V ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from synthc.runtime.training.models.recurrent import Recurrent


class Gru(Recurrent):
    """Embedding, GRU layers, a dense layer down to P where H differs from it, and the output."""

    def __init__(self, settings: Mapping[str, Any], vocabulary: int) -> None:
        """Take the settings of a model node and V."""
        super().__init__(settings, vocabulary, GruLayer)


class GruLayer(nn.Module):
    """One fused layer; both biases of a gate stay, since that of the new state is inside the reset (Cho et al. 2014, as in cuDNN)."""

    def __init__(self, size: int, hidden: int) -> None:
        """Take E and H."""
        super().__init__()
        self.gru = nn.GRU(size, hidden, batch_first=True)
        nn.init.zeros_(self.gru.bias_hh_l0)
        nn.init.zeros_(self.gru.bias_ih_l0)
        nn.init.orthogonal_(self.gru.weight_hh_l0)

    def forward(self, x: Tensor) -> Tensor:
        """Return h_BTH for x_BTE."""
        h: Tensor = self.gru(x)[0]
        return h
