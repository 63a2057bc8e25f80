"""Types of the graph as types of frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from synthc.compiler.graph import Node
from synthc.runtime.rows import ID, PART, USER

SCALARS: Mapping[str, Any] = {
    "text": pl.String,
    "choice": pl.String,
    "int": pl.Int64,
    "float": pl.Float64,
    "share": pl.Float64,
    "bool": pl.Boolean,
    "date": pl.Date,
}


def column_type(of: Mapping[str, Any]) -> Any:
    """Return the Polars type of a column.

    >>> column_type({"kind": "list", "of": {"kind": "text"}})
    List(String)
    """
    if of["kind"] == "list":
        return pl.List(column_type(of["of"]))
    if of["kind"] == "record":
        return pl.Struct({name: column_type(inner) for name, inner in of["fields"].items()})
    if of["kind"] == "answer":
        return answer_type(of["of"])
    return SCALARS[of["kind"]]


def answer_type(of: Mapping[str, Any]) -> Any:
    """Return the type of a column made by `ask`: value, ok, raw, logprob, and p of a choice."""
    fields = {"value": column_type(of), "ok": pl.Boolean, "raw": pl.String, "logprob": pl.Float64}
    if of["kind"] == "choice":
        fields["p"] = pl.Struct(dict.fromkeys(of["options"], pl.Float64))
    return pl.Struct(fields)


def schema(node: Node, *, users: bool) -> dict[str, Any]:
    """Return the columns of a node's rows at rest."""
    hidden = {ID: pl.String, **({USER: pl.String, PART: pl.String} if users else {})}
    return {**hidden, **{name: column_type(of) for name, of in node.columns.items()}}
