"""Encoded text in flat arrays: one of ids, one of where each sentence starts; and batches of it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from synthc.runtime.training.vocab import BEGIN, END, PAD, UNKNOWN, Vocab
from synthc.runtime.training.words import sentences

POOL = 64
"""Batches that are drawn together and sorted by length, so that little is padded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """Sentences as ids without marks: `ids[starts[i]:starts[i + 1]]` is the i-th, and has `words_of[i]` words.

    Where words have several ids, `words_of` is less than the number of ids; without it each id is a word.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    words_of: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, texts: Iterable[str], vocab: Vocab, max_words: int) -> Encoded:
        """Encode texts; a sentence of more than `max_words` is cut into parts."""
        ids, starts, words = array("i"), array("q", [0]), array("q")
        for text in texts:
            for part in _parts(text, vocab, max_words):
                ids.extend(vocab.encode_words(part))
                starts.append(len(ids))
                words.append(len(part))
        return cls(ids=np.array(ids, np.int32), starts=np.array(starts, np.int64), words_of=np.array(words, np.int64))

    def save(self, folder: Path) -> None:
        """Write the arrays; the last one tells that they are complete."""
        np.save(folder / "ids.npy", self.ids)
        if self.words_of is not None:
            np.save(folder / "words.npy", self.words_of)
        np.save(folder / "starts.npy", self.starts)

    @classmethod
    def load(cls, folder: Path) -> Encoded:
        """Map what `save` wrote into memory."""
        words = folder / "words.npy"
        return cls(
            ids=np.load(folder / "ids.npy", mmap_mode="r"),
            starts=np.load(folder / "starts.npy", mmap_mode="r"),
            words_of=np.load(words, mmap_mode="r") if words.exists() else None,
        )

    def __len__(self) -> int:
        """Return the number of sentences."""
        return len(self.starts) - 1

    @property
    def words(self) -> int:
        """How many words there are."""
        return len(self.ids) if self.words_of is None else int(self.words_of.sum())

    def words_each(self, which: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many words each of some sentences has."""
        return self.starts[which + 1] - self.starts[which] if self.words_of is None else self.words_of[which]

    def words_in(self, which: NDArray[np.int64]) -> int:
        """Return how many words some sentences have together."""
        return int(self.words_each(which).sum())

    @property
    def unknown(self) -> float:
        """The share of ids that stand for a word the vocabulary does not know."""
        return float((self.ids == UNKNOWN).mean()) if len(self.ids) else 0.0

    def batch(self, which: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Return inputs_BT and targets_BT: begin mark and words, words and end mark; padded at the right."""
        starts = self.starts[which]
        lengths = self.starts[which + 1] - starts
        places = np.arange(int(lengths.max()) + 1)
        inside = places < lengths[:, None]
        targets = np.where(inside, self.ids[np.where(inside, starts[:, None] + places, 0)], PAD).astype(np.int64)
        inputs = np.full_like(targets, BEGIN)
        inputs[:, 1:] = targets[:, :-1]
        targets[np.arange(len(which)), lengths] = END
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


def _parts(text: str, vocab: Vocab, max_words: int) -> Iterator[list[str]]:
    """Yield the words of each sentence of a text, of a long one part by part."""
    for words in sentences(text, vocab.rules):
        for begin in range(0, len(words), max_words):
            yield words[begin : begin + max_words]
