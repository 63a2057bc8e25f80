"""Specs compiled for tests, with no word to say about them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synthc.compiler.compile import compile_spec
from synthc.compiler.graph import Graph


def graph_of(path: Path, text: str | None = None, *, params: Mapping[str, str] | None = None) -> Graph:
    """Return the graph of a spec, compiled in its own folder as a user does; `text` is written to it first."""
    if text is not None:
        path.write_text(text)
    compiled = compile_spec(path, path.parent, params=params or {})
    assert compiled.graph is not None, [found.message for found in compiled.diagnostics]
    return compiled.graph
