"""The Llama layout in numpy, with a cache of keys and values.

Shapes: B rows, T places, D width, H query heads, K key heads, V tokens. Every product is one of a
row's own, and T is one of a few, so that a row's numbers do not depend on who else is in the batch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

Array = NDArray[np.float32]
At = int | NDArray[np.int64]
"""The place of the first of some tokens: the same in all rows, or that of each row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Weights and sizes."""

    weights: Mapping[str, Array]
    config: Mapping[str, Any]

    @classmethod
    def load(cls, folder: Path) -> Network:
        """Read `model.safetensors` and `config.json`."""
        tensors = load_file(str(folder / "model.safetensors"))
        config = json.loads((folder / "config.json").read_text())
        return cls(weights={name: np.ascontiguousarray(w.astype(np.float32)) for name, w in tensors.items()}, config=config)

    def cache(self, rows: int, places: int) -> Array:
        """Return an empty cache: layers, keys or values, B, K, T, head."""
        c = self.config
        head = c["hidden_size"] // c["num_attention_heads"]
        return np.zeros((c["num_hidden_layers"], 2, rows, c["num_key_value_heads"], places, head), np.float32)

    def features(self, ids: NDArray[np.int64], starts: NDArray[np.int64], cache: Array, at: int) -> Array:
        """Return h_BTD of the last layer for ids_BT that stand at places `at` and on.

        `starts` is the place of each row's first real token; what stands left of it is padding.
        """
        h: Array = self.weights["model.embed_tokens.weight"][ids]
        places = np.arange(at, at + ids.shape[1])
        turns = self._turns(np.maximum(0, places[None, :] - starts[:, None]))
        seen = np.arange(at + ids.shape[1])
        hidden = (seen[None, None, :] > places[None, :, None]) | (seen[None, None, :] < starts[:, None, None])
        mask = np.where(hidden, np.float32(-1e9), np.float32(0))[:, None, None]
        return self._layers(h, turns, mask, cache, at)

    def step(self, ids: NDArray[np.int64], places: NDArray[np.int64], cache: Array) -> Array:
        """Return h_BD for one more token of each row, ids_B, that stands at a place of its own, places_B.

        Every row begins at the first place, and all of them attend to as many places as the cache has.
        """
        h: Array = self.weights["model.embed_tokens.weight"][ids][:, None]
        mask = np.where(np.arange(cache.shape[4]) > places[:, None], np.float32(-1e9), np.float32(0))[:, None, None, None]
        return self._layers(h, self._turns(places[:, None]), mask, cache, places)[:, 0]

    def _layers(self, h: Array, turns: tuple[Array, Array], mask: Array, cache: Array, at: At) -> Array:
        eps = self.config["rms_norm_eps"]
        for layer in range(self.config["num_hidden_layers"]):
            name = f"model.layers.{layer}."
            attended = self._attend(name, _norm(h, self.weights[name + "input_layernorm.weight"], eps), turns, mask, cache[layer], at)
            h = h + attended
            h = h + self._mlp(name, _norm(h, self.weights[name + "post_attention_layernorm.weight"], eps))
        return _norm(h, self.weights["model.norm.weight"], eps)

    def logits(self, features: Array) -> Array:
        """Return logits_BV of h_BD, row by row: one product of all rows sums the last of them in another order."""
        product: Array = features[:, None] @ self.weights["model.embed_tokens.weight"].T
        return product[:, 0]

    def _turns(self, places: NDArray[np.int64]) -> tuple[Array, Array]:
        """Return the cosines and sines of rotary positions, B1T and head."""
        head = self.config["hidden_size"] // self.config["num_attention_heads"]
        rates = self.config["rope_theta"] ** (-np.arange(0, head, 2, dtype=np.float64) / head)
        angle = places[..., None] * rates
        angle = np.concatenate((angle, angle), -1)[:, None]
        return np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)

    def _attend(self, name: str, x: Array, turns: tuple[Array, Array], mask: Array, cache: Array, at: At) -> Array:  # noqa: PLR0917
        (cos, sin), c = turns, self.config
        heads, pairs = c["num_attention_heads"], c["num_key_value_heads"]
        b, t, d = x.shape
        head = d // heads
        q = (x @ self.weights[name + "self_attn.q_proj.weight"].T).reshape(b, t, heads, head).transpose(0, 2, 1, 3)
        k = (x @ self.weights[name + "self_attn.k_proj.weight"].T).reshape(b, t, pairs, head).transpose(0, 2, 1, 3)
        v = (x @ self.weights[name + "self_attn.v_proj.weight"].T).reshape(b, t, pairs, head).transpose(0, 2, 1, 3)
        keys, values = _kept(cache, k * cos + _half_turn(k) * sin, v, at)
        turned: Array = (q * cos + _half_turn(q) * sin).reshape(b, pairs, heads // pairs, t, head)
        scores: Array = turned @ keys[:, :, None].swapaxes(-1, -2) * np.float32(head**-0.5) + mask
        scores -= scores.max(-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(-1, keepdims=True)
        weighed: Array = scores @ values[:, :, None]
        out = weighed.reshape(b, heads, t, head).transpose(0, 2, 1, 3).reshape(b, t, d)
        product: Array = out @ self.weights[name + "self_attn.o_proj.weight"].T
        return product

    def _mlp(self, name: str, x: Array) -> Array:
        gate = x @ self.weights[name + "mlp.gate_proj.weight"].T
        gate = gate / (1 + np.exp(-gate)) * (x @ self.weights[name + "mlp.up_proj.weight"].T)
        product: Array = gate @ self.weights[name + "mlp.down_proj.weight"].T
        return product


def _norm(x: Array, weight: Array, eps: float) -> Array:
    scaled: Array = x * (weight / np.sqrt((x * x).mean(-1, keepdims=True) + np.float32(eps)))
    return scaled


def _half_turn(x: Array) -> Array:
    half = x.shape[-1] // 2
    return np.concatenate((-x[..., half:], x[..., :half]), -1)


def _kept(cache: Array, keys: Array, values: Array, at: At) -> tuple[Array, Array]:
    """Put keys and values at their places in a layer's cache, and return all that are attended to."""
    if isinstance(at, int):
        end = at + keys.shape[2]
        cache[0, :, :, at:end], cache[1, :, :, at:end] = keys, values
        return cache[0, :, :, :end], cache[1, :, :, :end]
    rows = np.arange(len(at))
    cache[0, rows, :, at], cache[1, rows, :, at] = keys[:, :, 0], values[:, :, 0]
    return cache[0], cache[1]
