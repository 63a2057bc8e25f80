"""What stands around recurrent layers: word vectors, the way down, and the output.

Shapes: B sentences, T places, E embedding, H hidden, P what the output layer reads, V ids.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor, nn


class Recurrent(nn.Module):
    """Embedding, layers, a dense layer down to P where H differs from it, and the output."""

    def __init__(self, settings: Mapping[str, Any], vocabulary: int, layer: Callable[[int, int], nn.Module]) -> None:
        """Take the settings of a model node, V, and what makes a layer of a size and H."""
        super().__init__()
        embedding, hidden = settings["embedding"], settings["hidden"]
        output = settings["projection"] or (embedding if settings["tied"] else hidden)
        assert output == embedding or not settings["tied"], "a tied model projects to the size of its embedding"
        self.embed = nn.Embedding(vocabulary, embedding)
        sizes = [embedding] + [hidden] * (settings["layers"] - 1)
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

    def forward(self, ids: Tensor) -> Tensor:
        """Return logits_BTV for ids_BT, each row from a fresh state."""
        logits: Tensor = self.out(self.features(ids))
        return logits
