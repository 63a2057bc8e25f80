"""Next-word accuracy: how often the next word of a message is among a model's first guesses.

Targets are the words of a message; an unknown word counts as wrong; unknown, padding and begin are
never guessed. A message is cut into sentences as in training, each from a fresh state.

Where words have several ids, a guess is a whole word, written out piece by piece with the likeliest next piece
(greedily) until one ends a word. The first guess begins with the likeliest first piece, the first three with the three
likeliest. So a word is hit by the first guess if each of its pieces is the likeliest behind those before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synthc.runtime.training.checkpoint import Trained
from synthc.runtime.training.logits import read_logits
from synthc.runtime.training.vocab import BEGIN, PAD, UNKNOWN

KEPT = (1, 3)
ROWS_AT_ONCE = 128
COUNTS = ("words", "known", "later", "later_hits1", "later_hits3", "hits1", "hits3")
"""What is counted per user: words, known ones, words behind the first of a message, and hits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """counts_UC: for each of U users the columns of `COUNTS`."""

    values: NDArray[np.float64]

    def metrics(self) -> dict[str, float]:
        """Return every accuracy, micro over words and macro over users, and the share of unknown words."""
        found: dict[str, float] = {}
        for k in KEPT:
            pairs = {"": (f"hits{k}", "words"), "_known": (f"hits{k}", "known"), "_after_first": (f"later_hits{k}", "later")}
            for which, (hits, of) in pairs.items():
                found[f"top{k}{which}"] = self.rate(hits, of)
                found[f"top{k}_macro{which}"] = self.mean_rate(hits, of)
        found["unknown"] = 1 - self.rate("known", "words")
        found["words"] = float(self.column("words").sum())
        found["users"] = float(len(self.values))
        return found

    def compared(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the hits of the first guess, and the words."""
        return self.column("hits1"), self.column("words")

    def column(self, name: str) -> NDArray[np.float64]:
        """Return one count of all users."""
        return self.values[:, COUNTS.index(name)]

    def rate(self, hits: str, of: str) -> float:
        """Return hits over words of all users together."""
        return float(self.column(hits).sum() / max(1.0, self.column(of).sum()))

    def mean_rate(self, hits: str, of: str) -> float:
        """Return the mean of the users' own rates; users without such words are left out."""
        some = self.column(of) > 0
        return float((self.column(hits)[some] / self.column(of)[some]).mean()) if some.any() else 0.0


def count(trained: Trained, messages: Sequence[str], users: NDArray[np.int64], number: int) -> Counts:
    """Count the hits of one model; `users[i]` is the index below `number` of who wrote message i."""
    sentences, owners, first = [], [], []
    for message, user in zip(messages, users, strict=True):
        for index, sentence in enumerate(trained.vocab.encode(message)):
            sentences.append(sentence)
            owners.append(user)
            first.append(index == 0)
    counts = np.zeros((number, len(COUNTS)))
    order = sorted(range(len(sentences)), key=lambda i: len(sentences[i]))
    for begin in range(0, len(order), ROWS_AT_ONCE):
        which = order[begin : begin + ROWS_AT_ONCE]
        rows = _count_batch(trained, [sentences[i] for i in which], np.array([first[i] for i in which]))
        np.add.at(counts, np.array([owners[i] for i in which]), rows)
    return Counts(values=counts)


def _guessed(logits_NV: Tensor, _: slice) -> Tensor:  # noqa: N803
    """Return the likeliest ids of each place, first the likeliest."""
    logits_NV[:, [PAD, UNKNOWN, BEGIN]] = -torch.inf
    return logits_NV.topk(max(KEPT), -1).indices


def _count_batch(trained: Trained, sentences: list[list[int]], first: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the columns of `COUNTS` for each sentence of a batch; its places B x T become words B x W."""
    width = max(len(sentence) for sentence in sentences)
    ids = np.full((len(sentences), width + 1), PAD)
    ids[:, 0] = BEGIN
    for row, sentence in enumerate(sentences):
        ids[row, 1 : len(sentence) + 1] = sentence
    inputs, targets = torch.from_numpy(ids[:, :-1]), torch.from_numpy(ids[:, 1:])
    guesses = read_logits(trained.model, inputs, _guessed)
    real = (targets != PAD).numpy()
    begins = real & np.concatenate([np.ones((len(ids), 1), np.bool_), trained.vocab.ends[ids[:, 1:-1]]], 1)
    first_hit = (guesses[..., 0] == targets).numpy()
    among = (guesses == targets[..., None]).any(-1).numpy()

    def words(piece: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return for which words something holds of each piece; there is no unknown one that it holds of."""
        missed = np.zeros(begins.shape)
        rows, places = np.nonzero(real & ~piece)
        np.add.at(missed, (rows, np.cumsum(begins, 1)[rows, places] - 1), 1)
        there: NDArray[np.bool_] = (np.arange(width) < begins.sum(1)[:, None]) & (missed == 0)
        return there

    some = words(real)
    known = words((targets != UNKNOWN).numpy())
    later = some.copy()
    later[first, 0] = False
    hit1 = words(first_hit) & known
    hit3 = words(np.where(begins, among, first_hit)) & known
    columns = (some, known, later, hit1 & later, hit3 & later, hit1, hit3)
    return np.stack([column.sum(1) for column in columns], 1).astype(float)
