"""Encoded text in flat arrays: one of ids, one of where each sentence starts; and batches of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synthc.runtime.training.vocab import BEGIN, END, PAD, UNKNOWN, Vocab

POOL = 64
"""Batches that are drawn together and sorted by length, so that little is padded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """Sentences as ids without marks: `ids[starts[i]:starts[i + 1]]` is the i-th."""

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Iterable[str], vocab: Vocab, max_words: int) -> Encoded:
        """Encode texts; a sentence of more than `max_words` is cut into pieces."""
        ids: list[int] = []
        starts = [0]
        for text in texts:
            for sentence in vocab.encode(text):
                for begin in range(0, len(sentence), max_words):
                    ids.extend(sentence[begin : begin + max_words])
                    starts.append(len(ids))
        return cls(ids=np.array(ids, np.int32), starts=np.array(starts, np.int64))

    def save(self, folder: Path) -> None:
        """Write both arrays."""
        np.save(folder / "ids.npy", self.ids)
        np.save(folder / "starts.npy", self.starts)

    @classmethod
    def load(cls, folder: Path) -> Encoded:
        """Map what `save` wrote into memory."""
        return cls(ids=np.load(folder / "ids.npy", mmap_mode="r"), starts=np.load(folder / "starts.npy"))

    def __len__(self) -> int:
        """Return the number of sentences."""
        return len(self.starts) - 1

    @property
    def words(self) -> int:
        """How many words there are."""
        return len(self.ids)

    @property
    def unknown(self) -> float:
        """The share of words that the vocabulary does not know."""
        return float((self.ids == UNKNOWN).mean()) if len(self.ids) else 0.0

    def batch(self, which: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Return inputs_BT and targets_BT: begin mark and words, words and end mark; padded at the right."""
        lengths = self.starts[which + 1] - self.starts[which]
        inputs = np.full((len(which), int(lengths.max()) + 1), PAD, np.int64)
        targets = inputs.copy()
        inputs[:, 0] = BEGIN
        for row, (index, length) in enumerate(zip(which, lengths, strict=True)):
            words = self.ids[self.starts[index] : self.starts[index + 1]]
            inputs[row, 1 : length + 1] = words
            targets[row, :length] = words
            targets[row, length] = END
        return torch.from_numpy(inputs), torch.from_numpy(targets)

    def passes(self, batch: int, seed: int, first: int = 0) -> Iterator[tuple[int, list[NDArray[np.int64]]]]:
        """Yield (number of the pass, its batches) without end, in an order drawn by the seed."""
        number = first
        lengths = np.diff(self.starts)
        while True:
            random = np.random.default_rng([seed, number])
            order = random.permutation(len(self))
            groups: list[NDArray[np.int64]] = []
            for begin in range(0, len(order), batch * POOL):
                pool = order[begin : begin + batch * POOL]
                pool = pool[np.argsort(lengths[pool], kind="stable")]
                groups.extend(pool[i : i + batch] for i in range(0, len(pool), batch))
            yield number, [groups[i] for i in random.permutation(len(groups))]
            number += 1
