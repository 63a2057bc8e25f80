"""Chooses a token: penalties, what is allowed, warpers, and then the log-probabilities that are told, in TGI's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthc.runtime.endpoints.embedded.network import Array

NEVER = np.float32(-np.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoding:
    """The settings that say how likely tokens are; None is off."""

    sampled: bool = False
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    typical_p: float | None = None
    repetition_penalty: float | None = None
    frequency_penalty: float | None = None


def logprobs(logits: Array, allowed: NDArray[np.bool_], seen: Sequence[int], decoding: Decoding) -> Array:
    """Return the log-probabilities of the next token; one that is not allowed has minus infinity."""
    scores = np.where(allowed, _penalised(logits, seen, decoding), NEVER)
    if decoding.sampled:
        scores = _warped(scores, decoding)
    return log_softmax(scores)


def draw(scores: Array, random: np.random.Generator) -> int:
    """Return a token by its probability."""
    edges = np.cumsum(np.exp(scores.astype(np.float64)))
    return int(min(np.searchsorted(edges, random.random() * edges[-1], side="right"), np.flatnonzero(scores > NEVER)[-1]))


def likely(scores: Array, count: int) -> list[int]:
    """Return the most likely tokens, best first; those that are not allowed are none."""
    if count == 0:
        return []
    found = np.sort(np.argpartition(-scores, count)[:count])
    return [int(token) for token in found[np.argsort(-scores[found], kind="stable")] if scores[token] > NEVER]


def log_softmax(scores: Array) -> Array:
    """Return log-probabilities over the last axis."""
    shifted = scores - scores.max(-1, keepdims=True)
    found: Array = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return found


def _penalised(logits: Array, seen: Sequence[int], decoding: Decoding) -> Array:
    penalty, by_count = decoding.repetition_penalty, decoding.frequency_penalty
    if penalty is None and by_count is None:
        return logits
    scores, tokens = logits.copy(), np.asarray(seen)
    if penalty is not None:
        scores[tokens] = np.where(scores[tokens] < 0, scores[tokens] * penalty, scores[tokens] / penalty)
    if by_count is not None:
        scores -= (np.bincount(tokens, minlength=len(scores)) / len(tokens) * by_count).astype(np.float32)
    return scores


def _warped(scores: Array, decoding: Decoding) -> Array:
    if decoding.temperature is not None:
        scores = scores / np.float32(decoding.temperature)
    if decoding.top_k is not None and decoding.top_k < len(scores):
        scores = np.where(scores < np.partition(scores, -decoding.top_k)[-decoding.top_k], NEVER, scores)
    if decoding.top_p is not None:
        scores = _within(scores, np.argsort(-scores, kind="stable"), decoding.top_p)
    if decoding.typical_p is not None:
        found = log_softmax(scores).astype(np.float64)
        chance = np.exp(found)
        surprise = -(chance * np.where(chance > 0, found, 0)).sum()
        scores = _within(scores, np.argsort(np.abs(-found - surprise), kind="stable"), decoding.typical_p)
    return scores


def _within(scores: Array, order: NDArray[np.intp], mass: float) -> Array:
    """Keep the first tokens of an order that hold so much probability together, and at least one."""
    chance = np.exp(log_softmax(scores[order]).astype(np.float64))
    kept = order[np.cumsum(chance) - chance < mass]
    found = np.full_like(scores, NEVER)
    found[kept] = scores[kept]
    return found
