"""The compiler and a run give the same value to every function of the library, whatever it is given."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from synthc.compiler import constant
from synthc.compiler.catalog.functions import FUNCTIONS
from synthc.compiler.fold import AT_RUN, CALLS, fold
from synthc.compiler.types import DATE, FLOAT, TEXT, Type
from synthc.runtime.steps.expression import expression, present

TEXTS = st.text(alphabet="aA\u00e9\u00df\u0130\u03a3 \t\n\u00a0\u2003.,-+0123456789e", max_size=12)
NUMBERS = st.one_of(st.integers(-1000, 1000), st.floats(-1e6, 1e6, allow_nan=False).map(lambda n: round(n, 3)))
DATES = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))
ISO = DATES.map(str) | st.just("2024-02-30")


def arguments(name: str, slots: tuple[Type, ...]) -> st.SearchStrategy[list[Any]]:
    """Return what a function may be given."""
    if name == "date":
        return st.tuples(ISO | TEXTS).map(list)
    return st.tuples(*(values(slot) for slot in slots)).map(list)


def values(of: Type) -> st.SearchStrategy[Any]:
    """Return values of a type."""
    if of.kind == "list":
        assert of.of is not None
        return st.lists(values(of.of if of.of.kind != "unknown" else TEXT), min_size=1, max_size=4).map(alike)
    return {TEXT: TEXTS, FLOAT: NUMBERS, DATE: DATES}[of]


def alike(items: list[Any]) -> list[Any]:
    """Return a list of numbers as the language has it: all whole or none."""
    return [float(item) for item in items] if any(isinstance(item, float) for item in items) else items


CALLED = st.sampled_from([name for name in FUNCTIONS if name in CALLS]).flatmap(lambda name: st.tuples(st.just(name), arguments(name, FUNCTIONS[name].slots)))


@settings(max_examples=600, deadline=None, database=None, derandomize=True)
@given(called=CALLED)
def test_the_same_value(called: tuple[str, list[Any]]) -> None:
    """Of the same type too; no value where the other has none."""
    name, given = called
    tree = {"call": name, "args": [constant.expression(each) for each in given]}

    worked = fold(tree)
    frame = pl.select(found=expression(tree))
    found = frame.filter(present(pl.col("found"), frame.schema["found"]))["found"].to_list()

    if worked is None:
        assert found == []
        return
    assert type(worked) is type(found[0])
    assert worked == found[0] or math.isclose(worked, found[0], rel_tol=1e-12)


def test_all_of_the_library_is_worked_out_but_what_takes_rows() -> None:
    """A new function comes with both of its sides."""
    assert set(FUNCTIONS) - set(CALLS) == AT_RUN - {"logprob"}
