"""Expressions of the graph as expressions of Polars, run over whole frames.

They are total: where there is no value the result is null, and the row is set aside by whoever asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

Score = Callable[[str, Sequence[str]], "np.typing.NDArray[np.float64]"]
"""`logprob` of a node's model over texts."""


def expression(json: Mapping[str, Any], score: Score | None = None) -> pl.Expr:
    """Return the Polars expression of an expression in JSON."""

    def of(inner: Mapping[str, Any]) -> pl.Expr:
        return expression(inner, score)

    if "value" in json:
        return _literal(json["value"])
    if "column" in json:
        return pl.col(json["column"])
    if "op" in json:
        return _operator(json["op"], json["args"], of)
    if "field" in json:
        return of(json["of"]).struct.field(json["field"])
    if "method" in json:
        return of(json["of"]).struct.field("p").struct.field(json["args"][0]["value"])
    if "list" in json:
        return pl.concat_list([of(item) for item in json["list"]])
    if "record" in json:
        return pl.struct([of(item).alias(name) for name, item in json["record"].items()])
    if json.get("call") == "logprob":
        reference, text = json["args"]
        assert score is not None
        return _python(of(text), lambda texts: score(reference["node"], texts), pl.Float64)
    return FUNCTIONS[json["call"]](*(of(argument) for argument in json["args"]))


def present(value: pl.Expr, of: Any) -> pl.Expr:
    """Return whether there is a value: not null, not NaN, not infinite."""
    return value.is_not_null() & value.is_finite() if of in {pl.Float64, pl.Float32} else value.is_not_null()


def _literal(value: Any) -> pl.Expr:
    if isinstance(value, list):
        return pl.lit(pl.Series([value]), allow_object=False).first() if value else pl.lit([], dtype=pl.List(pl.Null))
    if isinstance(value, dict):
        return pl.struct([_literal(item).alias(name) for name, item in value.items()])
    return pl.lit(value)


def _operator(operator: str, args: list[Any], of: Callable[[Mapping[str, Any]], pl.Expr]) -> pl.Expr:
    if operator == "in":
        return _membership(of(args[0]), args[1], of)
    if operator == "concat":
        return pl.concat_str([_text(of(side)) for side in args])
    return OPERATORS[operator](*(of(side) for side in args))


def _membership(value: pl.Expr, right: Mapping[str, Any], of: Callable[[Mapping[str, Any]], pl.Expr]) -> pl.Expr:
    if "range" in right:
        low, high = right["range"]
        return value.is_between(of(low), of(high))
    if isinstance(right.get("value"), list):
        return value.is_in(right["value"])
    if "list" in right and all("value" in item for item in right["list"]):
        return value.is_in([item["value"] for item in right["list"]])
    return of(right).list.contains(value)


def _text(value: pl.Expr) -> pl.Expr:
    """Return a value as it is written in a text."""
    return value.cast(pl.String)


def _python(value: pl.Expr, function: Callable[[list[str]], Any], of: Any) -> pl.Expr:
    def work(series: pl.Series) -> pl.Series:
        filled = series.fill_null("").to_list()
        found = pl.Series(function(filled), dtype=of)
        return found.fill_nan(None) if of == pl.Float64 else found

    return pl.when(value.is_not_null()).then(value.map_batches(work, return_dtype=of))


def _finite(value: pl.Expr) -> pl.Expr:
    """Return null for NaN and infinities, which would compare as if they were numbers."""
    return pl.when(value.is_finite()).then(value)


def _of_all(numbers: Sequence[pl.Expr], found: pl.Expr) -> pl.Expr:
    """Return null where any of the numbers is null, which Polars would pass over."""
    return pl.when(pl.all_horizontal(number.is_not_null() for number in numbers)).then(found)


def language(texts: Sequence[str]) -> list[str]:
    """Return the ISO 639-1 code of the language of each text, by `py3langid`."""
    from py3langid import classify

    return [classify(text)[0] for text in texts]


OPERATORS: Mapping[str, Callable[..., pl.Expr]] = {
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "not": lambda a: ~a,
    "neg": lambda a: -a,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: _finite(a.cast(pl.Float64) / b),
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in_text": lambda a, b: b.str.contains(a, literal=True),
}

WHOLE = r"^-?[0-9]+$"
DIGITS = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def _read(text: pl.Expr, form: str, of: Any) -> pl.Expr:
    """Return the value that a text of some form writes; null for any other text."""
    return pl.when(text.str.contains(form)).then(text).cast(of, strict=False)


def _given(needed: pl.Expr, found: pl.Expr) -> pl.Expr:
    """Return null where a text that something is looked for by is empty."""
    return pl.when(needed != "").then(found)  # noqa: PLC1901 - an expression of Polars has no truth


FUNCTIONS: Mapping[str, Callable[..., pl.Expr]] = {
    "words": lambda t: t.str.count_matches(r"\S+").cast(pl.Int64),
    "characters": lambda t: t.str.len_chars().cast(pl.Int64),
    "lines": lambda t: t.str.split("\n"),
    "split": lambda t, between: _given(between, t.str.split(between)),
    "language": lambda t: _python(t, language, pl.String),
    "lower": lambda t: t.str.to_lowercase(),
    "upper": lambda t: t.str.to_uppercase(),
    "strip": lambda t: t.str.strip_chars(),
    "contains": lambda t, part: t.str.contains(part, literal=True),
    "starts_with": lambda t, part: t.str.starts_with(part),
    "ends_with": lambda t, part: t.str.ends_with(part),
    "matches": lambda t, pattern: t.str.contains(pattern, strict=False),
    "extract": lambda t, pattern: t.str.extract(pl.concat_str(pl.lit("("), pattern, pl.lit(")"))),
    "replace": lambda t, old, new: _given(old, t.str.replace_all(old, new, literal=True)),
    "int": lambda t: _read(t.str.strip_chars(), WHOLE, pl.Int64),
    "float": lambda t: _read(t.str.strip_chars(), DIGITS, pl.Float64),
    "count": lambda items: items.list.len().cast(pl.Int64),
    "join": lambda items, between: items.list.join(between),
    "first": lambda items: items.list.first(),
    "last": lambda items: items.list.last(),
    "unique": lambda items: items.list.unique(maintain_order=True),
    "sum": lambda items: pl.when(items.is_not_null()).then(items.list.sum().fill_null(0)),
    "mean": lambda items: items.list.mean(),
    "min": lambda *numbers: _of_all(numbers, pl.min_horizontal(*numbers)),
    "max": lambda *numbers: _of_all(numbers, pl.max_horizontal(*numbers)),
    "abs": lambda number: number.abs(),
    "round": lambda number: number.round(mode="half_away_from_zero").cast(pl.Int64, strict=False),
    "floor": lambda number: number.floor().cast(pl.Int64, strict=False),
    "ceil": lambda number: number.ceil().cast(pl.Int64, strict=False),
    "log": lambda number: _finite(number.cast(pl.Float64).log()),
    "exp": lambda number: _finite(number.cast(pl.Float64).exp()),
    "sqrt": lambda number: _finite(number.cast(pl.Float64).sqrt()),
    "date": lambda t: pl.when(t.str.contains(ISO_DATE)).then(t).str.to_date("%Y-%m-%d", strict=False),
    "year": lambda day: day.dt.year().cast(pl.Int64),
    "month": lambda day: day.dt.month().cast(pl.Int64),
    "day": lambda day: day.dt.day().cast(pl.Int64),
    "weekday": lambda day: day.dt.weekday().cast(pl.Int64),
    "days": lambda start, end: (end - start).dt.total_days(),
}
