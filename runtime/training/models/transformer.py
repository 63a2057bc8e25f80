"""A small decoder: norms before its layers (RMSNorm), rotary positions, no biases but the output's.

Shapes: B sentences, T places, E embedding, W width, N heads, D of a head, F inner, V ids. A sentence is padded at its
right, and no place looks ahead, so padding needs no mask.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

BASE = 10_000.0
"""The slowest pair of a head turns about once in so many places times two pi (Su et al. 2021)."""
TINY = 1e-6


class Transformer(nn.Module):
    """Word vectors, up to W where E differs, layers, a norm, down to E, and the output."""

    def __init__(self, settings: Mapping[str, Any], vocabulary: int) -> None:
        """Take the settings of a model node and V."""
        super().__init__()
        width, layers = settings["width"], settings["layers"]
        embedding = settings["embedding"] or width
        aside = embedding != width
        self.embed = nn.Embedding(vocabulary, embedding)
        self.up = nn.Linear(embedding, width, bias=False) if aside else nn.Identity()
        self.layers = nn.ModuleList(Layer(width, settings["heads"], settings["inner"] or 4 * width) for _ in range(layers))
        self.norm = Norm(width)
        self.down = nn.Linear(width, embedding, bias=False) if aside else nn.Identity()
        self.out = nn.Linear(embedding, vocabulary)
        self.scale = embedding**0.5 if settings["tied"] else 1.0
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                # What is added to the stream starts smaller the more layers add to it (Radford et al. 2019).
                last = name.endswith(("mixed.weight", "inner_down.weight"))
                nn.init.normal_(weight, std=0.02 / (2 * layers) ** 0.5 if last else 0.02)
        nn.init.zeros_(self.out.bias)
        if settings["tied"]:
            self.out.weight = self.embed.weight

    def features(self, ids: Tensor) -> Tensor:
        """Return h_BTE for ids_BT: what the output layer reads at each place."""
        h: Tensor = self.up(self.embed(ids) * self.scale)
        turns = turning(h.shape[1], self.layers[0].size, h.device)
        for layer in self.layers:
            h = layer(h, turns)
        down: Tensor = self.down(self.norm(h))
        return down

    def forward(self, ids: Tensor) -> Tensor:
        """Return logits_BTV for ids_BT."""
        logits: Tensor = self.out(self.features(ids))
        return logits


class Norm(nn.Module):
    """Divides by the root of the mean square (Zhang and Sennrich 2019), in operations that every exporter knows."""

    def __init__(self, width: int) -> None:
        """Take W."""
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """Return x_BTW of length one in each place, times what is learnt of each feature."""
        lengths = torch.rsqrt(x.float().square().mean(-1, keepdim=True) + TINY)
        scaled: Tensor = (x * lengths).to(x.dtype) * self.weight
        return scaled


class Layer(nn.Module):
    """Attention, then a feed-forward part, each behind a norm and added to the stream."""

    def __init__(self, width: int, heads: int, inner: int) -> None:
        """Take W, N and F."""
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.before_attention, self.before_inner = Norm(width), Norm(width)
        self.asked = nn.Linear(width, 3 * width, bias=False)
        self.mixed = nn.Linear(width, width, bias=False)
        self.inner_up = nn.Linear(width, inner, bias=False)
        self.inner_down = nn.Linear(inner, width, bias=False)

    def forward(self, x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
        """Return h_BTW for x_BTW."""
        batch, places, width = x.shape
        asked = self.asked(self.before_attention(x)).view(batch, places, 3, self.heads, self.size).permute(2, 0, 3, 1, 4)
        query, key, value = turned(asked[0], turns), turned(asked[1], turns), asked[2]
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.mixed(mixed.transpose(1, 2).reshape(batch, places, width))
        added: Tensor = x + self.inner_down(F.gelu(self.inner_up(self.before_inner(x))))
        return added


def turning(places: int, size: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return cosines_TD2 and sines_TD2 of how far each pair of a head of size D is turned at each place."""
    pace = BASE ** (-torch.arange(0, size, 2, device=device) / size)
    angles = torch.arange(places, device=device)[:, None] * pace
    return angles.cos(), angles.sin()


def turned(x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    """Return x_BNTD with the pairs of its two halves turned by place (rotary positions, Su et al. 2021)."""
    cosines, sines = (part.to(x.dtype) for part in turns)
    left, right = x.chunk(2, -1)
    return torch.cat((left * cosines - right * sines, right * cosines + left * sines), -1)
