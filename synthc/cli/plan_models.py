"""What a plan says of its models: how many numbers they learn, how large they are, and how much work a word is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from synthc.cli.table import table

STEPS = ("", "k", "M", "G", "T")


def plan_models(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table of the models of a plan, and what its columns mean."""
    found = [node for node in document["nodes"] if node.get("model")]
    if not found:
        return
    rows = [["model", "parameters", "float32", "int8", "training", "FLOP a word"]]
    for node in found:
        model = node["model"]
        size = model["bytes"]
        rows.append([node["name"], f"{model['parameters']:,}", f"{brief(size)}B", f"{brief(size / 4)}B", f"{brief(model['training_bytes'])}B", brief(model["flops"])])
    yield from table(rows, right="lrrrrr").splitlines()
    yield "  at most, where the vocabulary is full; training is weights, gradients and AdamW's means, without what a batch takes; in a `subword_vocab` the work is that of a piece"
    for node in document["nodes"]:
        if noise := node.get("noise"):
            size = "" if noise["bytes"] is None else f", {brief(noise['bytes'])}B"
            yield f"  `{node['name']}` remembers up to {noise['vectors']:,} vectors of noise{size}: in memory, and in its state on the disk"


def brief(number: float) -> str:
    """Return a number in three digits and a power of a thousand.

    >>> brief(4_050_748), brief(15_900), brief(96)
    ('4.05 M', '15.9 k', '96 ')
    """
    power = 0
    while abs(number) >= 999.5 and power < len(STEPS) - 1:  # the largest number of three digits
        number, power = number / 1000, power + 1
    return f"{number:.3g} {STEPS[power]}"
