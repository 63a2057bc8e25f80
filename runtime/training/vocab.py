"""Word vocabularies: the most frequent words of some rows, each input weighed alike or by its size."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from synthc.runtime.context import Context
from synthc.runtime.rows import Dataset
from synthc.runtime.training.words import sentences

PAD, UNKNOWN, BEGIN, END = range(4)
"""Ids that are no words: padding, every unknown word, and the marks around a sentence."""
FIRST_WORD = 4


@dataclass(frozen=True, kw_only=True)
class Vocab:
    """Words in the order of their ids, which start at 4."""

    words: tuple[str, ...]
    lowercase: bool

    @cached_property
    def ids(self) -> dict[str, int]:
        """The id of each word."""
        return {word: id_ for id_, word in enumerate(self.words, FIRST_WORD)}

    @property
    def size(self) -> int:
        """How many ids there are, the four special ones included."""
        return len(self.words) + FIRST_WORD

    def encode(self, text: str) -> Iterator[list[int]]:
        """Yield the word ids of each sentence, without marks."""
        ids = self.ids
        for words in sentences(text, lowercase=self.lowercase):
            yield [ids.get(word, UNKNOWN) for word in words]

    def save(self, path: Path) -> None:
        """Write the words as JSON."""
        document = {"kind": "word_vocab", "lowercase": self.lowercase, "words": self.words}
        path.write_text(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Vocab:
        """Read what `save` wrote."""
        document = json.loads(path.read_text(encoding="utf-8"))
        return cls(words=tuple(document["words"]), lowercase=document["lowercase"])


def make_vocab(context: Context) -> None:
    """Count the inputs of a vocab node and write `vocab.json` and `coverage.json`."""
    settings = context.node.settings
    names = [reference["node"] for reference in settings["from"]]
    counts = {name: _count(context.rows(name), settings["column"], lowercase=settings["lowercase"]) for name in names}
    vocab = Vocab(words=_heaviest(list(counts.values()), settings["size"], alike=settings["weigh"] == "alike"), lowercase=settings["lowercase"])
    vocab.save(context.folder / "vocab.json")
    coverage = {name: _coverage(count, vocab) for name, count in counts.items()}
    (context.folder / "coverage.json").write_text(json.dumps(coverage, indent=1) + "\n")
    for name, share in coverage.items():
        context.note(f"{share['known']:.1%} of the {share['words']:,} words of `{name}` are in the vocabulary")


def _count(rows: Dataset, column: str, *, lowercase: bool) -> Counter[str]:
    counter: Counter[str] = Counter()
    for frame in rows.frames([column]):
        for text in frame[column]:
            for words in sentences(text, lowercase=lowercase):
                counter.update(words)
    return counter


def _heaviest(counts: list[Counter[str]], size: int, *, alike: bool) -> tuple[str, ...]:
    """Return the words of largest weight, ties in alphabetical order."""
    weights: dict[str, float] = {}
    for counter in counts:
        total = counter.total() if alike else 1
        for word, number in counter.items():
            weights[word] = weights.get(word, 0.0) + number / total
    return tuple(sorted(weights, key=lambda word: (-weights[word], word))[:size])


def _coverage(counter: Counter[str], vocab: Vocab) -> dict[str, float | int]:
    total = counter.total()
    known = sum(number for word, number in counter.items() if word in vocab.ids)
    return {"words": total, "distinct": len(counter), "known": known / total if total else 0.0}
