"""What a run came to, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from synthc.cli.cut_answers import cut_answers, no_answers
from synthc.cli.ledger_lines import ledger_lines
from synthc.cli.table import table


def results(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the metrics, what was spent, who answered, and which answers were cut off or none."""
    for name, found in document["metrics"].items():
        yield from metrics(name, found)
        yield ""
    touched = {name: source for name, source in document["privacy"].items() if _touched(source)}
    yield from ledger_lines(touched)
    if any(answered["server"] == "embedded" for answered in document.get("endpoints", {}).values()):
        yield "answers came from the bundled 5M model, which is there to make the pipeline run, not to replace a real LLM"
    yield from cut_answers(document)
    yield from no_answers(document)


def _touched(source: Mapping[str, Any]) -> bool:
    """Tell whether a mechanism is finished, or was ever charged to these people."""
    return bool(source["lifetime_epsilon"]) or any(mechanism["rounds_charged"] is not None for mechanism in source["mechanisms"])


def metrics(name: str, found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the table of one evaluation, and its comparisons."""
    told = [f"on the part `{found['part']}`"] if found.get("part") else []
    if found.get("release") == "dp":
        told.append("released under DP")
    elif found.get("noised"):
        told.append("released with noise that protects nobody")
    elif found.get("release"):
        told.append(f"released without DP, scored {found['times_scored']} time{'s' * (found['times_scored'] != 1)} so far")
    yield ", ".join([f"{name}: {found.get('metric', 'next word')}", *told])
    if found.get("noised"):
        yield from _noised(found)
        return
    numbers = {name: name for name in found["numbers"]} if "numbers" in found else {"top1": "top-1", "top3": "top-3"}
    rows = [["  model", *numbers.values()]]
    rows += [[f"  {model}", *(_share(values.get(number)) for number in numbers)] for model, values in found["models"].items()]
    yield table(rows, right="l" + "r" * len(numbers)).rstrip("\n")
    for pair in found["pairs"]:
        low, high = pair["interval"]
        never = not found["models"][pair["against"]][next(iter(numbers))]
        change = "no relative change over what was never right" if never else f"{pair['relative']:+.1%} (95% interval by user {low:+.1%} to {high:+.1%})"
        yield f"  {pair['model']} against {pair['against']}, {next(iter(numbers.values()))}: {change}"


def _noised(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the means over users with their intervals, and the comparisons that the noise leaves."""
    rows = [["  model", "number", "mean over users", "95% interval"]]
    for model, values in found["models"].items():
        for metric in (name for name in values if f"{name}_interval" in values):
            low, high = values[f"{metric}_interval"]
            rows.append([f"  {model}", metric, _share(values[metric]), f"{low:.2%} to {high:.2%}"])
    yield table(rows, right="llrr").rstrip("\n")
    for pair in found["pairs"]:
        yield f"  {pair['model']} against {pair['against']}, {pair['metric']}: {_change(pair)}"
    yield "  an interval of one model takes users to differ as much as they could, that of a pair as much as they do; both hold the noise"


def _change(pair: Mapping[str, Any]) -> str:
    """Return how two models compare: relatively, or by the difference where there is next to nothing to divide by."""
    if pair["relative"] is not None:
        low, high = pair["interval"]
        return f"{pair['relative']:+.1%} (95% interval {low:+.1%} to {high:+.1%})"
    why = f"no relative change, for `{pair['against']}` cannot be told from 0"
    if "difference" not in pair:
        return why
    low, high = (100 * share for share in pair["difference_interval"])
    return f"{100 * pair['difference']:+.2f} percentage points (95% interval {low:+.2f} to {high:+.2f}); {why}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2%}"
