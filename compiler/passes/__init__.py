"""Rewrites of the graph, one a file; `PASSES` is their order. None is needed yet."""

from __future__ import annotations

from collections.abc import Callable

from synthc.compiler.graph import Graph

PASSES: tuple[Callable[[Graph], Graph], ...] = ()
