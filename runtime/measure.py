"""Counts how often each value of a stated domain stands in people's rows, and releases the counts once, with noise.

A user's counts make one vector, shortened to the clip norm: nobody moves the sum by more, however
many rows they have. What lies outside the domain is counted in the private log alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from synthc.runtime.context import Context
from synthc.runtime.errors import InputError
from synthc.runtime.federated.release import Contributions, release
from synthc.runtime.grid import slot_values
from synthc.runtime.rows import ID, USER, DatasetWriter
from synthc.runtime.schema import schema


def measure(context: Context) -> None:
    """Carry out a measure node: rows of `value`, `count` and `share`, and `release.json` beside them."""
    settings = context.node.settings
    domain = slot_values(settings["domain"], lambda node, column: _distinct(context, node, column))
    if not domain:
        raise InputError(f"{context.node.place}: the domain of `{context.node.name}` is empty; no value is there to be counted")
    rows = context.rows(context.reference("users")).part(settings["part"], [settings["column"]])
    people = settings["population"] * settings["train_share"]
    deviation = settings["dp"]["noise"] * settings["dp"]["clip"] * people / settings["cohort"]
    mean = release(context, histogram(rows, settings["column"], domain), deviation=deviation)
    counts = mean * people
    context.note(f"each `count` of `{context.node.name}` carries noise with a standard deviation of {deviation:.3g}")
    frame = pl.DataFrame({ID: [f"m{index}" for index in range(len(domain))], "value": list(domain), "count": counts, "share": shares(counts)}, strict=False)
    writer = DatasetWriter(folder=context.folder, schema=schema(context.node, users=False))
    writer.write(frame)
    writer.close({"in": len(domain), "out": len(domain), "filtered": 0, "duplicates": 0, "failed": 0, "added": 0})


def histogram(rows: pl.DataFrame, column: str, domain: Sequence[Any]) -> Contributions:
    """Return how often each user has each value of a domain; a list counts with every item."""
    users = rows[USER].unique().sort()
    values = rows.select(USER, pl.col(column).alias("value"))
    values = values.explode("value", empty_as_null=False) if isinstance(values.schema["value"], pl.List) else values
    places = pl.DataFrame({"value": pl.Series(list(domain), dtype=values.schema["value"], strict=False), "place": np.arange(len(domain))})
    numbers = pl.DataFrame({USER: users, "user": np.arange(len(users))})
    counted = values.join(places, on="value").join(numbers, on=USER).group_by("user", "place").len().sort("user", "place")
    cells = (counted["user"].to_numpy(), counted["place"].to_numpy())
    found = sparse.csr_array((counted["len"].to_numpy().astype(np.float64), cells), shape=(len(users), len(domain)))
    inside = float(counted["len"].sum())
    return Contributions(values=found, told={"counted": inside, "outside": len(values) - inside})


def shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what part each count is of all that lies above zero; zeros where none does.

    >>> shares(np.array([6.0, -1.0, 2.0])).tolist()
    [0.75, 0.0, 0.25]
    """
    above = np.maximum(counts, 0.0)
    return above / max(float(above.sum()), 1e-300)


def _distinct(context: Context, node: str, column: str) -> list[Any]:
    return pl.concat(context.rows(node).frames([column]))[column].unique(maintain_order=True).drop_nulls().to_list()
