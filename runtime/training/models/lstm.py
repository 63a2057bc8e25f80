"""An LSTM language model, with coupled gates, projection and tied embeddings as options.

Shapes: B sentences, T places, E embedding, H hidden, P what the output layer reads, V ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

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
    """A layer whose input gate is one less its forget gate (CIFG, Greff et al. 2017)."""

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
        """Return h_BTH for x_BTE."""
        return coupled(self.input(x), self.recurrent.weight)


def coupled(gates: Tensor, weight: Tensor) -> Tensor:
    """Return h_BTH from the inputs' share of the gates, gates_BT3H: forget, cell, output."""
    batch, places, width = gates.shape
    h = gates.new_zeros(batch, width // 3)
    c = torch.zeros_like(h)
    states = []
    for place in range(places):
        forget, cell, output = (gates[:, place] + F.linear(h, weight)).chunk(3, -1)
        keep = torch.sigmoid(forget)
        c = keep * c + (1 - keep) * torch.tanh(cell)
        h = torch.sigmoid(output) * torch.tanh(c)
        states.append(h)
    return torch.stack(states, 1)
