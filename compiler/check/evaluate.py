"""`evaluate accuracy = next_word(baseline, warm) over users.test { ... }`."""

from __future__ import annotations

from typing import Any

from synthc.compiler.catalog.metric import METRICS, Evaluation
from synthc.compiler.catalog.metrics.next_word import METRIC, NextWord
from synthc.compiler.catalog.trainers import SAME_FOR_COMPARED
from synthc.compiler.check import scores
from synthc.compiler.check.references import behind, call, clause, named, text_column
from synthc.compiler.graph import Privacy
from synthc.compiler.privacy import Flow, join
from synthc.compiler.program import Thing
from synthc.compiler.refusal import no_value
from synthc.compiler.scope import Scope
from synthc.compiler.settings import settings_of
from synthc.compiler.suggest import guess
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Label, error


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the evaluation; over private rows its numbers are private."""
    span = declared.name.span
    written = declared.value.function.span.text if isinstance(declared.value, syntax.Call) else ""
    made = call(declared, METRICS.possible(written), scope)
    metric = METRICS.find(written)
    settings = settings_of(metric.settings, declared, scope) if metric is not None else None
    over = _over(declared, scope)
    if made is None or metric is None or settings is None or over is None:
        return None
    models = [named(argument.value, ("trained",), scope, argument.span) for argument in made.arguments]
    known = {argument.value.span.text: m for argument, m in zip(made.arguments, models, strict=True) if m is not None}
    if not made.arguments:
        scope.report(error("missing-value", f"an evaluation names the models it judges: `{written}(MODEL, ...)`", made.span))
    rows, part = over
    if not known or len(known) < len(models) or not text_column(rows, settings.column, scope, span):
        return None
    pairs = _pairs(settings.pairs, known, scope)
    require = _require(settings.require, known, metric.numbers, scope)
    if pairs is None or require is None:
        return None
    if isinstance(settings, NextWord) and not scores.plain(declared, settings, rows, scope):
        return None
    judged: dict[str, Any] = {"models": [{"node": m.name} for m in known.values()], "pairs": [[{"node": a.name}, {"node": b.name}] for a, b in pairs], "require": [json for json, _ in require]}
    own: Flow | None = rows.flow.through(span, f"`{declared.name.name}` scores `{rows.name}` here")
    noised: dict[str, Any] | None = {}
    if isinstance(settings, NextWord) and settings.dp is not None:
        own = scores.flow_of(declared, rows, list(known.values()), scope)
        noised = None if own is None else scores.under_dp(declared, settings, rows, scope, part=str(part), judged=judged)
    if own is None or noised is None:
        return None
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="evaluation",
        kind="evaluate",
        span=span,
        flow=join(own, *(m.flow.through(span, f"`{declared.name.name}` judges `{m.name}` here") for m in known.values())),
        origin=rows.origin or (rows if rows.flow.label is Privacy.PRIVATE else None),
        settings={
            "metric": written,
            **({} if metric is METRIC else _of_other(settings, metric.numbers)),
            "models": judged["models"],
            "rows": {"node": rows.name},
            "part": part,
            "column": settings.column,
            "bootstrap": settings.bootstrap,
            "pairs": judged["pairs"],
            "require": judged["require"],
            "require_text": [text for _, text in require],
            **noised,
        },
        inputs=(*(m.name for m in known.values()), rows.name),
    )


def _of_other(settings: Evaluation, numbers: tuple[str, ...]) -> dict[str, Any]:
    """Return what a run has to know of a metric of another package: its numbers, and what is set for it alone."""
    return {"numbers": list(numbers), "own": settings.model_dump(exclude=set(Evaluation.model_fields))}


def _over(declared: syntax.Declaration, scope: Scope) -> tuple[Thing, str | None] | None:
    """Return the rows and the part of their split."""
    written = clause(declared, "over")
    part: syntax.Identifier | None = None
    if isinstance(written, syntax.Field) and scope.find(written) is None:
        part, written = written.name, written.of
    rows = named(written, ("rows",), scope, declared.name.span) if part else behind(declared, "over", scope)
    if rows is None:
        return None
    source = rows.origin or rows
    split = source.settings.get("split") if source.kind == "source" else None
    parts = {"train", *(split["parts"] if split else ())}
    if part is not None and (split is None or part.name not in parts):
        help_, fix = guess(part.name, parts, part.span)
        known = "its parts are " + ", ".join(f"`{p}`" for p in sorted(parts)) if split else f"`{rows.name}` has no split"
        scope.report(error("unknown-part", f"`{rows.name}` has no part `{part.name}`", part.span, help=help_ or known, fix=fix))
        return None
    if part is None and rows.flow.label is Privacy.PRIVATE and "test" not in parts:
        scope.report(error("unknown-part", f"`{rows.name}` has no part `test` to be judged on", declared.name.span, labels=(Label(span=source.span, text="declared here"),), help="add `split = { test = 10% }` to the source"))
        return None
    return rows, part.name if part else "test" if rows.flow.label is Privacy.PRIVATE else None


def _pairs(written: Any, models: dict[str, Thing], scope: Scope) -> list[tuple[Thing, Thing]] | None:
    pairs = []
    for item in _items(written):
        if not isinstance(item, syntax.Binary) or item.operator != "vs":
            scope.report(error("wrong-value", "`pairs` lists comparisons such as `warm vs baseline`", item.span))
            return None
        left, right = _judged(item.left, models, scope), _judged(item.right, models, scope)
        if left is not None and left is right:
            scope.report(error("wrong-value", f"`{left.name}` is compared with itself", item.span, help="name two of the models judged here"))
            return None
        if left is None or right is None or not _equal_arms(left, right, item, scope):
            return None
        pairs.append((left, right))
    return pairs if scope.all_once([(item.span.text, item.span) for item in _items(written)], "the comparison") else None


def _items(written: Any) -> tuple[Any, ...]:
    if written is None:
        return ()
    return written.items if isinstance(written, syntax.ListOf) else (written,)


def _judged(written: Any, models: dict[str, Thing], scope: Scope) -> Thing | None:
    """Return a model by its name, None after reporting that it is not judged here."""
    model = models.get(written.span.text)
    found = scope.find(written) if model is None and isinstance(written, syntax.Name | syntax.Field) else None
    other = found and scope.program.thing(*found)
    if other and other.thing == "evaluation":
        scope.report(no_value(other, written.span, "a requirement"))
    elif model is None:
        help_, fix = guess(written.span.text, models, written.span)
        judged = "judged here are " + ", ".join(f"`{name}`" for name in models)
        scope.report(error("unknown-name", f"`{written.span.text}` is none of the models judged here", written.span, help=help_ or judged, fix=fix))
    return model


def _equal_arms(left: Thing, right: Thing, item: syntax.Binary, scope: Scope) -> bool:
    """Refuse a comparison of two trainings of a kind that differ in more than their text or start."""
    if left.kind != right.kind:
        return True
    different = [key for key in SAME_FOR_COMPARED[left.kind] if left.settings[key] != right.settings[key]]
    if different:
        shown = ", ".join(f"`{key}` ({_shown(left.settings[key])} and {_shown(right.settings[key])})" for key in different)
        labels = (Label(span=left.span, text=f"`{left.name}` is trained here"), Label(span=right.span, text=f"`{right.name}` is trained here"))
        scope.report(error("unequal-arms", f"arms that are compared are trained alike, and these differ in {shown}", item.span, labels=labels, help=f"write `like = {right.name}`"))
    return not different


def _shown(value: Any) -> str:
    if not isinstance(value, dict):
        return f"{value:,}" if isinstance(value, int) else str(value)
    return ", ".join(f"{key} {each}" for key, each in value.items() if each is not None)


def _require(written: Any, models: dict[str, Thing], numbers: tuple[str, ...], scope: Scope) -> list[tuple[Any, str]] | None:
    found = [(_requirement(item, models, numbers, scope), item.span.text) for item in _items(written)]
    return None if any(json is None for json, _ in found) else found


COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})


def _requirement(written: Any, models: dict[str, Thing], numbers: tuple[str, ...], scope: Scope) -> Any:
    """Return the JSON of what must hold of metrics, None after reporting what is wrong."""
    operator = written.operator if isinstance(written, syntax.Binary) else ""
    if operator not in {"and", "or", *COMPARISONS}:
        scope.report(error("wrong-value", "`require` compares metrics of the models judged here, such as `warm.top1 >= 0.2`", written.span))
        return None
    of = _number if operator in COMPARISONS else _requirement
    left = of(written.left, models, numbers, scope)
    right = None if left is None else of(written.right, models, numbers, scope)
    return None if right is None else {"op": operator, "args": [left, right]}


def _number(written: Any, models: dict[str, Thing], numbers: tuple[str, ...], scope: Scope) -> Any:
    """Return the JSON of arithmetic over metrics, None after reporting what is wrong."""
    if isinstance(written, syntax.Number | syntax.Share):
        return {"value": written.value}
    if isinstance(written, syntax.Binary) and written.operator in {"+", "-", "*", "/"}:
        left, right = _number(written.left, models, numbers, scope), _number(written.right, models, numbers, scope)
        return None if left is None or right is None else {"op": written.operator, "args": [left, right]}
    if not isinstance(written, syntax.Field):
        scope.report(error("wrong-value", "`require` speaks of numbers and of metrics of the models judged here, such as `warm.top1`", written.span))
        return None
    model = _judged(written.of, models, scope)
    if model is None:
        return None
    if written.name.name not in numbers:
        help_, fix = guess(written.name.name, numbers, written.name.span)
        scope.report(error("unknown-field", f"there is no metric `{written.name.name}`", written.name.span, help=help_ or "metrics are " + ", ".join(numbers), fix=fix))
        return None
    return {"metric": [{"node": model.name}, written.name.name]}
