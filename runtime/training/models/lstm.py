"""A word-level LSTM language model, with coupled gates, projection and tied embeddings as options.

Shapes: B sentences, T places, E embedding, H hidden, P what the output layer reads, V ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Lstm(nn.Module):
    """Embedding, LSTM layers, a dense layer down to P where H differs from it, and the output.

    Each gate has one bias, as in the public StackOverflow model of google-research/federated,
    whose 4,050,748 parameters this has at V = 10,004, E = P = 96, H = 670, untied.
    """

    def __init__(self, settings: Mapping[str, Any], vocabulary: int) -> None:
        """Take the settings of a model node and V."""
        super().__init__()
        embedding, hidden = settings["embedding"], settings["hidden"]
        output = settings["projection"] or (embedding if settings["tied"] else hidden)
        if settings["tied"] and output != embedding:
            raise ValueError("a tied model projects to the size of its embedding")
        self.embed = nn.Embedding(vocabulary, embedding)
        sizes = [embedding] + [hidden] * (settings["layers"] - 1)
        layer = CoupledLayer if settings["coupled"] else PlainLayer
        self.layers = nn.ModuleList(layer(size, hidden) for size in sizes)
        self.down = nn.Linear(hidden, output) if output != hidden else nn.Identity()
        self.out = nn.Linear(output, vocabulary)
        nn.init.uniform_(self.embed.weight, -0.05, 0.05)
        nn.init.zeros_(self.out.bias)
        if settings["tied"]:
            self.out.weight = self.embed.weight

    def features(self, ids: Tensor) -> Tensor:
        """Return h_BTP for ids_BT: what the output layer reads at each place."""
        h: Tensor = self.embed(ids)
        for layer in self.layers:
            h = layer(h)
        down: Tensor = self.down(h)
        return down

    def logits(self, features: Tensor) -> Tensor:
        """Return the logits over V of features (..., P)."""
        logits: Tensor = self.out(features)
        return logits

    def forward(self, ids: Tensor) -> Tensor:
        """Return logits_BTV for ids_BT, each row from a fresh state."""
        return self.logits(self.features(ids))


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
