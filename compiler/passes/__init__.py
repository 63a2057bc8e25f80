"""Rewrites of the graph, one a file; `PASSES` is their order.

None is there yet. A condition that is moved in front of an `ask` changes which rows are set aside and so
whether `max_failures` stops the run; the rules `ask-before-*` propose that to the author instead.
"""

from __future__ import annotations

from collections.abc import Callable

from synthc.compiler.graph import Graph

PASSES: tuple[Callable[[Graph], Graph], ...] = ()
