"""Makes a vocabulary from rows, each input weighed alike or by its size, and tells how much of each it knows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from synthc.runtime.context import Context
from synthc.runtime.errors import InputError
from synthc.runtime.rows import Dataset
from synthc.runtime.training.vocab import FIRST_WORD, RULES, Vocab
from synthc.runtime.training.words import Rules, sentences


def make_vocab(context: Context) -> None:
    """Count the inputs of a vocab node and write `vocab.json` and `coverage.json`.

    Raises:
        InputError: there is no word in any of its inputs.
    """
    settings = context.node.settings
    rules = Rules(**{name: settings[name] for name in RULES})
    names = [reference["node"] for reference in settings["from"]]
    counts = {name: _counted(context, name, rules) for name in names}
    if not any(counts.values()):
        raise InputError(f"{context.node.place}: `{context.node.name}` has no words to choose from; {', '.join(f'`{name}`' for name in names)} holds none")
    vocab = _made(_weights(list(counts.values()), alike=settings["weigh"] == "alike"), settings)
    vocab.save(context.folder / "vocab.json")
    coverage = {name: _coverage(count, vocab) for name, count in counts.items()}
    (context.folder / "coverage.json").write_text(json.dumps(coverage, indent=1) + "\n")
    for name, share in coverage.items():
        if settings["kind"] == "subword_vocab":
            context.note(f"the {share['words']:,} words of `{name}` take {share['pieces']:.2f} pieces each; {share['known']:.1%} of them take one")
        else:
            context.note(f"{share['known']:.1%} of the {share['words']:,} words of `{name}` are in the vocabulary")


def _made(weights: Mapping[str, float], settings: Mapping[str, Any]) -> Vocab:
    rules = {name: settings[name] for name in RULES}
    if settings["kind"] == "subword_vocab":
        from synthc.runtime.training.subwords import Subwords, learn

        pieces, bpe = learn(weights, settings["size"])
        return Subwords(words=pieces, **rules, bpe=bpe)
    heaviest = sorted(weights, key=lambda word: (-weights[word], word))[: settings["size"]]
    return Vocab(words=tuple(heaviest), **rules)


def _counted(context: Context, name: str, rules: Rules) -> Counter[str]:
    """Return how often each word stands in an input; of a measure, how often it was counted."""
    measured = context.graph.by_name[name].kind == "measure"
    return _measured(context.rows(name), rules) if measured else _count(context.rows(name), context.node.settings["column"], rules)


def _measured(rows: Dataset, rules: Rules) -> Counter[str]:
    """Return the counts of measured values, rounded; those that the noise brought below one are none."""
    counter: Counter[str] = Counter()
    for frame in rows.frames(["value", "count"]):
        for text, number in frame.iter_rows():
            for words in sentences(text, rules):
                counter.update(dict.fromkeys(words, max(0, round(number))))
    return +counter


def _count(rows: Dataset, column: str, rules: Rules) -> Counter[str]:
    counter: Counter[str] = Counter()
    for frame in rows.frames([column]):
        for text in frame[column]:
            for words in sentences(text, rules):
                counter.update(words)
    return counter


def _weights(counts: list[Counter[str]], *, alike: bool) -> dict[str, float]:
    """Return the weight of each word over all inputs."""
    weights: dict[str, float] = {}
    for counter in counts:
        total = counter.total() if alike else 1
        for word, number in counter.items():
            weights[word] = weights.get(word, 0.0) + number / total
    return weights


def _coverage(counter: Counter[str], vocab: Vocab) -> dict[str, float | int]:
    """Return how many words there are, how many are one id of their own, and how many ids a word takes."""
    total = max(1, counter.total())
    pieces = {word: vocab.encode_words([word]) for word in counter}
    whole = {word for word, ids in pieces.items() if len(ids) == 1 and ids[0] >= FIRST_WORD}
    return {
        "words": counter.total(),
        "distinct": len(counter),
        "known": sum(counter[word] for word in whole) / total,
        "known_distinct": len(whole) / max(1, len(counter)),
        "pieces": sum(counter[word] * len(ids) for word, ids in pieces.items()) / total,
    }
