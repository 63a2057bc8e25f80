"""Judges models on rows and writes `metrics.json`, with what its `require` finds unmet."""

from __future__ import annotations

import json
import operator
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from synthc.compiler.graph import Privacy
from synthc.runtime.context import Context
from synthc.runtime.errors import InputError
from synthc.runtime.evaluation.people import Messages, messages_of
from synthc.runtime.store import Store

if TYPE_CHECKING:
    from synthc.runtime.evaluation.judged import Judged

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "and": lambda a, b: bool(a) and bool(b),
    "or": lambda a, b: bool(a) or bool(b),
}


def evaluate(context: Context) -> None:
    """Score every model of an evaluate node and compare its pairs."""
    from synthc.runtime.training.checkpoint import family, load_model

    settings = context.node.settings
    judges = messages_of(context, context.reference("rows"), settings["part"], settings["column"])
    if not judges.messages:
        raise InputError(f"{context.node.place}: `{context.node.name}` has nothing to score; the part `{settings['part']}` of `{context.reference('rows')}` is empty")
    names = [reference["node"] for reference in settings["models"]]
    counts: dict[str, list[Any]] = {}
    for index, name in enumerate(names):
        context.progress(index, len(names), "models")
        counts[name] = [_judged(context, load_model(folder), judges) for folder in family(context.inputs[name])]
    document = _noised(context, counts) if context.node.mechanism else _exact(context, counts)
    (context.folder / "metrics.json").write_text(json.dumps(document, indent=1) + "\n")


def _judged(context: Context, trained: Any, judges: Messages) -> Judged:
    if context.node.settings["metric"] == "next_word":
        from synthc.runtime.evaluation.next_word import count

        return count(trained, judges.messages, judges.users, judges.number)
    from synthc.runtime.evaluation.judged import judge

    return judge(context, trained, judges)


def _exact(context: Context, counts: Mapping[str, list[Judged]]) -> dict[str, Any]:
    """Return the numbers as they are."""
    from synthc.runtime.evaluation.bootstrap import relative_change

    settings = context.node.settings
    models = {name: _family_metrics([c.metrics() for c in found]) for name, found in counts.items()}
    # The document of `next_word` is a promise and stays as it is; another metric says beside it what it counts.
    other = {"metric": settings["metric"], "numbers": settings["numbers"]} if "numbers" in settings else {}
    compared = {"metric": settings["numbers"][0]} if other else {}
    pairs = []
    for left, right in settings["pairs"]:
        relative, interval = relative_change(counts[left["node"]], counts[right["node"]], samples=settings["bootstrap"], seed=context.seed)
        pairs.append({"model": left["node"], "against": right["node"], **compared, "relative": relative, "interval": list(interval)})
    return {
        **other,
        # Also over public rows, where a model was tuned without a mechanism, or under one that protects nobody.
        "release": "not dp" if context.node.label.rank > Privacy.DP.rank else None,
        "part": settings["part"],
        "times_scored": _scored(context),
        "models": models,
        "pairs": pairs,
        "unmet": _unmet(context, models),
    }


def _noised(context: Context, counts: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Return the numbers that are released under a mechanism; a scoring that is charged isn't counted beside, one whose noise protects nobody is."""
    from synthc.runtime.evaluation.released import released

    found = released(context, counts)
    # Under a limit, a seed or a pretended population the noise protects nobody.
    kind = "dp" if context.node.label is Privacy.DP else "not dp"
    times = None if kind == "dp" else _scored(context)
    return {"release": kind, "part": context.node.settings["part"], "times_scored": times, **found, "unmet": _unmet(context, found["models"])}


def _family_metrics(seeds: list[dict[str, float]]) -> dict[str, Any]:
    """Return the mean of each metric over the seeds of a family, and the range of the first."""
    mean: dict[str, Any] = {name: float(np.mean([seed[name] for seed in seeds])) for name in seeds[0]}
    first = next(iter(mean))
    firsts = [seed[first] for seed in seeds]
    return {**mean, "seeds": len(seeds), f"{first}_range": [min(firsts), max(firsts)]}


def _scored(context: Context) -> int:
    """Return how often these rows were scored, as far as it is counted: of private people, whom their rows go back to."""
    node = context.graph.by_name[context.reference("rows")]
    if not node.private:
        return 1
    while "from" in node.settings:
        node = context.graph.by_name[node.settings["from"]["node"]]
    return count_scoring(context.project, node.settings["people"], context.node.settings["part"], context.node.name)


def count_scoring(project: Path, people: str, part: str, evaluation: str) -> int:
    """Return how often a part of some people was scored on this machine, this time included."""
    ledger = project / ".synth" / "privacy" / "evaluations.jsonl"
    ledger.parent.mkdir(parents=True, exist_ok=True)
    key = {"people": people, "part": part}
    with Store(root=project / ".synth").lock("evaluations"), ledger.open("a+", encoding="utf-8") as file:
        file.seek(0)
        before = sum(1 for line in file if {k: json.loads(line)[k] for k in key} == key)
        file.write(json.dumps({**key, "node": evaluation, "time": round(time.time())}) + "\n")
    return before + 1


def _unmet(context: Context, models: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a sentence for each requirement that does not hold."""
    settings, found = context.node.settings, []
    for expression, text in zip(settings["require"], settings["require_text"], strict=True):
        if not _value(expression, models):
            sides = [_shown(side, models) for side in expression.get("args", [])]
            found.append(f"`require = {text}` does not hold: {' against '.join(sides)}")
    return found


def _shown(expression: Any, models: Mapping[str, Mapping[str, Any]]) -> str:
    return f"{_value(expression, models):.4g}"


def _value(expression: Any, models: Mapping[str, Mapping[str, Any]]) -> Any:
    if "value" in expression:
        return expression["value"]
    if "metric" in expression:
        reference, metric = expression["metric"]
        return models[reference["node"]][metric]
    left, right = (_value(side, models) for side in expression["args"])
    return OPERATORS[expression["op"]](left, right)
