"""An LSTM language model, with coupled gates, projection and tied embeddings as options.

Shapes: B sentences, T places, E embedding, H hidden, P what the output layer reads, V ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from synthc.runtime.training.models.recurrent import Recurrent


class Lstm(Recurrent):
    """Embedding, LSTM layers, a dense layer down to P where H differs from it, and the output.

    Each gate has one bias, as in the public StackOverflow model of google-research/federated,
    whose 4,050,748 parameters this has at V = 10,004, E = P = 96, H = 670, untied.
    """

    def __init__(self, settings: Mapping[str, Any], vocabulary: int) -> None:
        """Take the settings of a model node and V."""
        super().__init__(settings, vocabulary, CoupledLayer if settings["coupled"] else PlainLayer)


class PlainLayer(nn.Module):
    """The fused LSTM layer with its second, redundant bias fixed at zero."""

    def __init__(self, size: int, hidden: int) -> None:
        """Take E and H."""
        super().__init__()
        self.lstm = nn.LSTM(size, hidden, batch_first=True)
        nn.init.zeros_(self.lstm.bias_hh_l0)
        nn.init.zeros_(self.lstm.bias_ih_l0)
        self.lstm.bias_hh_l0.requires_grad = False
        nn.init.orthogonal_(self.lstm.weight_hh_l0)
        with torch.no_grad():
            self.lstm.bias_ih_l0[hidden : 2 * hidden] = 1.0

    def forward(self, x: Tensor) -> Tensor:
        """Return h_BTH for x_BTE."""
        h: Tensor = self.lstm(x)[0]
        return h


class CoupledLayer(nn.Module):
    """A layer whose input gate is one less its forget gate (CIFG, Greff et al. 2017).

    1 - sigmoid(x) is sigmoid(-x), so it is an LSTM whose input gate has the forget gate's weights with their signs
    turned: three gates are learnt, and the fused kernel works out four.
    """

    def __init__(self, size: int, hidden: int) -> None:
        """Take E and H."""
        super().__init__()
        self.input = nn.Linear(size, 3 * hidden)
        self.recurrent = nn.Linear(hidden, 3 * hidden, bias=False)
        nn.init.orthogonal_(self.recurrent.weight)
        nn.init.zeros_(self.input.bias)
        with torch.no_grad():
            self.input.bias[:hidden] = 1.0

    def forward(self, x: Tensor) -> Tensor:
        """Return h_BTH for x_BTE; gates are learnt in the order forget, cell, output."""
        hidden = self.recurrent.in_features
        parts = (self.input.weight, self.recurrent.weight, self.input.bias)
        inner, recurrent, bias = (torch.cat((-part[:hidden], part)) for part in parts)
        start = x.new_zeros(1, x.shape[0], hidden)
        weights = [inner, recurrent, bias, torch.zeros_like(bias)]
        h: Tensor = torch._VF.lstm(x, (start, start), weights, True, 1, 0.0, self.training, False, True)[0]  # a kernel's own order
        return h
