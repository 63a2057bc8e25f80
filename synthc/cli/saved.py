"""What passes save: the plan of the graph before each against that of the graph after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from synthc.cli.table import number
from synthc.compiler.compile import Rewrite
from synthc.compiler.graph import Graph

KEYS = ("requests", "tokens_in", "tokens_out")
WORDS = {"requests": "requests", "tokens_in": "tokens read", "tokens_out": "tokens written"}


def saved(rewrites: Sequence[Rewrite], planned: Callable[[Graph], Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return for each pass what it saves at most, as far as a plan of either graph tells; what isn't known is null."""
    found = []
    for rewrite in rewrites:
        before, after = planned(rewrite.before)["totals"], planned(rewrite.after)["totals"]
        found.append({"pass": rewrite.name, **{key: None if before[key] is None or after[key] is None else before[key] - after[key] for key in KEYS}})
    return found


def saved_lines(passes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line for each pass that changed the graph.

    >>> list(saved_lines([{"pass": "drop-before-ask", "requests": 900, "tokens_in": None, "tokens_out": 7200}]))
    ['`drop-before-ask` saves up to 900 requests, 7,200 tokens written']
    """
    for one in passes:
        known = [f"{number(one[key])} {WORDS[key]}" for key in KEYS if one[key]]
        yield f"`{one['pass']}` saves " + (f"up to {', '.join(known)}" if known else "what nobody can count yet")
