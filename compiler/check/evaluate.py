"""`evaluate accuracy = next_word(baseline, warm) over users.test { ... }`."""

from __future__ import annotations

from typing import Any

from synthc.compiler.catalog.metrics.next_word import METRICS, NextWord
from synthc.compiler.catalog.trainers.pretrain import SAME_FOR_COMPARED
from synthc.compiler.check.references import call, clause, named, text_column
from synthc.compiler.graph import Privacy
from synthc.compiler.privacy import join
from synthc.compiler.program import Thing
from synthc.compiler.scope import Scope
from synthc.compiler.settings import like, plain, read_settings
from synthc.compiler.suggest import spelling
from synthc.dsl import syntax
from synthc.dsl.diagnostic import Label, error


def check(declared: syntax.Declaration, scope: Scope) -> Thing | None:
    """Return the evaluation; over private rows its numbers are private."""
    span = declared.name.span
    made = call(declared, ("next_word",), scope)
    settings = read_settings(NextWord, plain(declared.settings, "like"), scope, owner=declared.name, inherited=like(declared, scope))
    over = _over(declared, scope)
    if made is None or settings is None or over is None:
        return None
    models = [named(argument.value, ("trained",), scope, argument.span) for argument in made.arguments]
    known = {argument.value.span.text: m for argument, m in zip(made.arguments, models, strict=True) if m is not None}
    if not made.arguments:
        scope.report(error("missing-value", "an evaluation names the models it judges: `next_word(MODEL, ...)`", made.span))
    rows, part = over
    if not known or len(known) < len(models) or not text_column(rows, settings.column, scope, span):
        return None
    pairs = _pairs(settings.pairs, known, scope)
    require = _require(settings.require, known, scope)
    if pairs is None or require is None:
        return None
    flow = join(rows.flow.through(span, f"`{declared.name.name}` scores `{rows.name}` here"), *(m.flow for m in known.values()))
    return Thing(
        name=scope.prefix + declared.name.name,
        thing="evaluation",
        kind="evaluate",
        span=span,
        flow=flow,
        origin=rows.origin or (rows if rows.flow.label is Privacy.PRIVATE else None),
        settings={
            "metric": "next_word",
            "models": [{"node": m.name} for m in known.values()],
            "rows": {"node": rows.name},
            "part": part,
            "column": settings.column,
            "bootstrap": settings.bootstrap,
            "pairs": [[{"node": a.name}, {"node": b.name}] for a, b in pairs],
            "require": [json for json, _ in require],
            "require_text": [text for _, text in require],
        },
        inputs=(*(m.name for m in known.values()), rows.name),
    )


def _over(declared: syntax.Declaration, scope: Scope) -> tuple[Thing, str | None] | None:
    """Return the rows and the part of their split."""
    written = clause(declared, "over")
    part: syntax.Identifier | None = None
    if isinstance(written, syntax.Field) and scope.find(written) is None:
        part, written = written.name, written.of
    rows = named(written, ("rows",), scope, declared.name.span)
    if rows is None:
        return None
    source = rows.origin or rows
    split = source.settings.get("split") if source.kind == "source" else None
    parts = {"train", *(split["parts"] if split else ())}
    if part is not None and (split is None or part.name not in parts):
        help_, fix = spelling(part.name, parts, part.span)
        known = "its parts are " + ", ".join(f"`{p}`" for p in sorted(parts)) if split else f"`{rows.name}` has no split"
        scope.report(error("unknown-part", f"`{rows.name}` has no part `{part.name}`", part.span, help=help_ or known, fix=fix))
        return None
    if part is None and rows.flow.label is Privacy.PRIVATE and "test" not in parts:
        scope.report(error("unknown-part", f"`{rows.name}` has no part `test` to be judged on", declared.name.span, labels=(Label(span=source.span, text="declared here"),), help="add `split = { test = 10% }` to the source"))
        return None
    return rows, part.name if part else "test" if rows.flow.label is Privacy.PRIVATE else None


def _pairs(written: Any, models: dict[str, Thing], scope: Scope) -> list[tuple[Thing, Thing]] | None:
    if written is None:
        return []
    items = written.items if isinstance(written, syntax.ListOf) else (written,)
    pairs = []
    for item in items:
        if not isinstance(item, syntax.Binary) or item.operator != "vs":
            scope.report(error("wrong-value", "`pairs` lists comparisons such as `warm vs baseline`", item.span))
            return None
        sides = [models.get(side.span.text) for side in (item.left, item.right)]
        for side, model in zip((item.left, item.right), sides, strict=True):
            if model is None:
                help_, fix = spelling(side.span.text, models, side.span)
                scope.report(error("unknown-name", f"`{side.span.text}` is none of the models judged here", side.span, help=help_, fix=fix))
                return None
        left, right = sides
        assert left is not None
        assert right is not None
        if not _equal_arms(left, right, item, scope):
            return None
        pairs.append((left, right))
    return pairs


def _equal_arms(left: Thing, right: Thing, item: syntax.Binary, scope: Scope) -> bool:
    """Refuse a comparison of pre-trainings that differ in more than their text."""
    if left.kind != "pretrain" or right.kind != "pretrain":
        return True
    different = [key for key in SAME_FOR_COMPARED if left.settings[key] != right.settings[key]]
    if different:
        shown = ", ".join(f"`{key}` ({left.settings[key]} and {right.settings[key]})" for key in different)
        labels = (Label(span=left.span, text=f"`{left.name}`"), Label(span=right.span, text=f"`{right.name}`"))
        scope.report(error("unequal-arms", f"arms that are compared are trained alike, and these differ in {shown}", item.span, labels=labels, help=f"write `like = {right.name}`"))
    return not different


def _require(written: Any, models: dict[str, Thing], scope: Scope) -> list[tuple[Any, str]] | None:
    if written is None:
        return []
    items = written.items if isinstance(written, syntax.ListOf) else (written,)
    found = [(_requirement(item, models, scope), item.span.text) for item in items]
    return None if any(json is None for json, _ in found) else found


def _requirement(written: Any, models: dict[str, Thing], scope: Scope) -> Any:
    """Return the JSON of an expression over metrics, None after reporting what is wrong."""
    if isinstance(written, syntax.Number):
        return {"value": written.value}
    if isinstance(written, syntax.Share):
        return {"value": written.value}
    if isinstance(written, syntax.Binary) and written.operator in {"and", "or", "+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!="}:
        sides = [_requirement(side, models, scope) for side in (written.left, written.right)]
        return None if None in sides else {"op": written.operator, "args": sides}
    if isinstance(written, syntax.Field) and written.of.span.text in models:
        if written.name.name in METRICS:
            return {"metric": [{"node": models[written.of.span.text].name}, written.name.name]}
        help_, fix = spelling(written.name.name, METRICS, written.name.span)
        scope.report(error("unknown-field", f"there is no metric `{written.name.name}`", written.name.span, help=help_ or "metrics are " + ", ".join(METRICS), fix=fix))
        return None
    scope.report(error("wrong-value", "`require` compares metrics of the models judged here, such as `warm.top1 >= 0.2`", written.span))
    return None
