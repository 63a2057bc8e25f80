"""`evaluate ... { dp = gaussian(epsilon = 1) }`: accuracies over private people that are released with noise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from typing import Any

from synthc.compiler.catalog.metrics.next_word import NextWord
from synthc.compiler.check.budget import budget_of
from synthc.compiler.check.promise import people_of
from synthc.compiler.check.release import released
from synthc.compiler.graph import Privacy
from synthc.compiler.graph.privacy_document import train_share
from synthc.compiler.privacy import Flow, private_flow
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import setting_span
from synthc.dsl import syntax
from synthc.dsl.diagnostic import error


def plain(declared: syntax.Declaration, settings: NextWord, rows: Thing, scope: Scope) -> bool:
    """Tell whether the settings of an evaluation go together, after reporting those without effect."""
    wrong: list[tuple[str, str]] = []
    if settings.dp is not None and rows.flow.label is not Privacy.PRIVATE:
        wrong.append(("dp", f"`dp` has no effect: `{rows.name}` is not private, so its numbers need no noise"))
    if settings.dp is None and "metrics" in settings.model_fields_set:
        wrong.append(("metrics", "`metrics` has no effect without `dp`: all numbers are there"))
    if settings.dp is not None and "bootstrap" in settings.model_fields_set:
        wrong.append(("bootstrap", "`bootstrap` has no effect with `dp`: its intervals follow from the noise"))
    for name, message in wrong:
        scope.report(error("useless-setting", message, setting_span(declared, name), help="remove it"))
    return not wrong


def under_dp(declared: syntax.Declaration, settings: NextWord, rows: Thing, scope: Scope, *, part: str, judged: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what an evaluation under a mechanism adds to its node, None after a report.

    A user adds one number in [-1/2, 1/2] for each released metric of each model and for each pair,
    and 1/2 to the count of users: the root of a quarter of how many there are bounds its L2 norm.
    """
    metrics, source = settings.metrics, rows.origin or rows
    if not _released(declared, judged["require"], metrics, scope):
        return None
    numbers = len(judged["models"]) * len(metrics) + len(judged["pairs"]) + 1
    share = _share(source, part)
    release = released(declared.name, settings.dp, source, scope, clip=sqrt(numbers) / 2, share=share)
    if release is None:
        return None
    budget = budget_of(source, scope)
    return {"metrics": metrics, **release, **people_of(source), "part_share": share, "budget": budget.model_dump() if budget else None}


def flow_of(declared: syntax.Declaration, rows: Thing, models: Sequence[Thing], scope: Scope) -> Flow | None:
    """Return what a release with noise tells, None after refusing models that are private themselves."""
    name, span = declared.name.name, declared.name.span
    for model in models:
        if model.flow.label is Privacy.PRIVATE:
            start = model.flow.through(span, f"`{name}` judges `{model.name}` here")
            scope.report(private_flow(start, span, "an evaluation under DP by a model that is private itself", "judge models of public text or such that were tuned under DP, or leave `dp` out"))
            return None
    source = rows.origin or rows
    label = Privacy.SIMULATED if source.settings["simulate"] else Privacy.DP
    return rows.flow.relabelled(label, span, f"`{name}` scores `{rows.name}` here", name)


def _share(source: Thing, part: str) -> float:
    """Return the share of the population that a part holds; where a column splits, nobody says, and it is all."""
    split = source.settings["split"]
    if split is None or split["by"] is not None or part == "train":
        return train_share(split)
    return float(split["parts"][part])


def _released(declared: syntax.Declaration, require: Sequence[Any], metrics: Sequence[str], scope: Scope) -> bool:
    """Refuse a requirement on a number that is not released."""
    for one in (name for json in require for name in _metrics(json)):
        if one not in metrics:
            mend = f"say `metrics = [{', '.join([*metrics, one])}]`" if one in {"top1_macro", "top3_macro"} else "means over words would need a bound on the words of each user; require a mean over users, such as `top1_macro`"
            scope.report(error("wrong-value", f"`{one}` is not released with noise; released are " + ", ".join(f"`{name}`" for name in metrics), setting_span(declared, "require"), help=mend))
            return False
    return True


def _metrics(json: Any) -> Iterator[str]:
    if "metric" in json:
        yield json["metric"][1]
    for side in json.get("args", ()):
        yield from _metrics(side)
