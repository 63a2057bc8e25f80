"""What a run came to, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from synthc.cli.cut_answers import cut_answers
from synthc.cli.ledger_lines import ledger_lines
from synthc.cli.table import table


def results(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the metrics, what was spent, who answered, and which answers were cut off."""
    for name, found in document["metrics"].items():
        yield from metrics(name, found)
        yield ""
    touched = {name: source for name, source in document["privacy"].items() if _touched(source)}
    yield from ledger_lines(touched)
    if any(answered["server"] == "embedded" for answered in document.get("endpoints", {}).values()):
        yield "answers came from the bundled 5M model, which is there to make the pipeline run, not to replace a real LLM"
    yield from cut_answers(document)


def _touched(source: Mapping[str, Any]) -> bool:
    """Tell whether a mechanism is finished, or was ever charged to these people."""
    return bool(source["lifetime_epsilon"]) or any(mechanism["rounds_charged"] is not None for mechanism in source["mechanisms"])


def metrics(name: str, found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the table of one evaluation, and its comparisons."""
    told = [f"on the part `{found['part']}`"] if found.get("part") else []
    if found.get("release"):
        told.append(f"released without DP, scored {found['times_scored']} time{'s' * (found['times_scored'] != 1)} so far")
    yield ", ".join([f"{name}: next word", *told])
    rows = [["  model", "top-1", "top-3"]]
    rows += [[f"  {model}", _share(values.get("top1")), _share(values.get("top3"))] for model, values in found["models"].items()]
    yield table(rows, right="lrr").rstrip("\n")
    for pair in found["pairs"]:
        low, high = pair["interval"]
        change = f"{pair['relative']:+.1%} (95% interval by user {low:+.1%} to {high:+.1%})"
        yield f"  {pair['model']} against {pair['against']}, top-1: {change}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2%}"
