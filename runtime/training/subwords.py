"""Subword vocabularies: byte-pair encoding of words, so that no word is unknown.

A word is cut into pieces on its own, never across its borders. Its bytes end with a space, which is the last byte
of its last piece and of no other: so a piece tells whether it ends a word, and a word that is written out piece by
piece is done when such a piece comes. There is a piece for each byte, so whatever can be written has pieces.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer

from synthc.runtime.training.vocab import FIRST_WORD, Vocab

SPACE = "\u0120"
"""How byte-level encoding writes a space."""
COUNTED = 2_000_000
"""The words from which pieces are learned are scaled to about so many, each at least once."""


@dataclass(frozen=True, kw_only=True)
class Subwords(Vocab):
    """Pieces in the order of their ids, which start at 4; `bpe` is the tokenizer as `tokenizers` writes it."""

    bpe: Mapping[str, Any]

    @cached_property
    def ends(self) -> NDArray[np.bool_]:
        """Which ids end a word; of the special ones all but padding count as whole."""
        return np.array([True] * FIRST_WORD + [piece.endswith(SPACE) for piece in self.words])

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return Tokenizer.from_str(json.dumps(self.bpe))

    @cached_property
    def _known(self) -> dict[str, list[int]]:
        """Return the pieces of words that were met before: most words of a text are few."""
        return {}

    def encode_words(self, words: Sequence[str]) -> list[int]:
        """Return the ids of the pieces of some words."""
        known = self._known
        found: list[int] = []
        for word in words:
            pieces = known.get(word)
            if pieces is None:
                pieces = [FIRST_WORD + id_ for id_ in self._tokenizer.encode(word + " ", add_special_tokens=False).ids]
                known[word] = pieces
            found.extend(pieces)
        return found

    def document(self) -> dict[str, Any]:
        """Return what is written."""
        return {**super().document(), "kind": "subword_vocab", "bpe": self.bpe}


def learn(weights: Mapping[str, float], size: int) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return the pieces, at most `size` of them, and the tokenizer that is learned from words by their weights."""
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False, use_regex=False)
    trainer = BpeTrainer(vocab_size=size, initial_alphabet=sorted(ByteLevel.alphabet()), show_progress=False)
    tokenizer.train_from_iterator(_scaled(weights), trainer)
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    return tuple(piece for piece, _ in pieces), json.loads(tokenizer.to_str())


def _scaled(weights: Mapping[str, float]) -> Iterator[list[str]]:
    """Yield each word as often as its share of all weights wants; the trainer counts words and takes no weights."""
    total = sum(weights.values())
    for word in sorted(weights):
        yield [word + " "] * max(1, round(COUNTED * weights[word] / total))
