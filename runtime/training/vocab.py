"""Vocabularies: which id each word has, and how text becomes ids."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthc.runtime.training.words import Rules, sentences

PAD, UNKNOWN, BEGIN, END = range(4)
"""Ids that are no words: padding, every unknown word, and the marks around a sentence."""
FIRST_WORD = 4
RULES = ("lowercase", "numbers", "emoji", "punctuation")


@dataclass(frozen=True, kw_only=True)
class Vocab:
    """Words in the order of their ids, which start at 4, and the rules by which text becomes words."""

    words: tuple[str, ...]
    lowercase: bool
    numbers: str = "kept"
    emoji: str = "kept"
    punctuation: str = "dropped"

    @cached_property
    def rules(self) -> Rules:
        """The rules by which text becomes words."""
        return Rules(**{name: getattr(self, name) for name in RULES})

    @cached_property
    def ids(self) -> dict[str, int]:
        """The id of each word."""
        return {word: id_ for id_, word in enumerate(self.words, FIRST_WORD)}

    @cached_property
    def ends(self) -> NDArray[np.bool_]:
        """Which ids end a word: here each of them, as each is a word."""
        return np.ones(self.size, np.bool_)

    @property
    def size(self) -> int:
        """How many ids there are, the four special ones included."""
        return len(self.words) + FIRST_WORD

    def encode(self, text: str) -> Iterator[list[int]]:
        """Yield the ids of each sentence, without marks."""
        for words in sentences(text, self.rules):
            yield self.encode_words(words)

    def encode_words(self, words: Sequence[str]) -> list[int]:
        """Return the ids of some words."""
        ids = self.ids
        return [ids.get(word, UNKNOWN) for word in words]

    def document(self) -> dict[str, Any]:
        """Return what is written."""
        return {"kind": "word_vocab", **{name: getattr(self, name) for name in RULES}, "words": self.words}

    def save(self, path: Path) -> None:
        """Write the words as JSON."""
        path.write_text(json.dumps(self.document(), ensure_ascii=False) + "\n", encoding="utf-8")

    @staticmethod
    def load(path: Path) -> Vocab:
        """Read what `save` wrote, of whatever kind."""
        document = json.loads(path.read_text(encoding="utf-8"))
        rules = {name: document[name] for name in RULES if name in document}
        words = tuple(document["words"])
        if document["kind"] == "subword_vocab":
            from synthc.runtime.training.subwords import Subwords

            return Subwords(words=words, **rules, bpe=document["bpe"])
        return Vocab(words=words, **rules)
