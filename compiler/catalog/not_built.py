"""What the language has a place for and nobody has built yet: said plainly wherever it is written."""

from __future__ import annotations

from synthc.dsl.diagnostic import Diagnostic, error
from synthc.dsl.source import Span

CALLS = {
    "tree": "tree aggregation is not built yet: `gaussian(...)` is the one mechanism",
    "blt": "noise by buffered linear Toeplitz matrices is not built yet: `gaussian(...)` is the one mechanism",
    "adaptive": "clipping that adapts is not built yet: `clip` is a number",
}


def not_built(message: str, span: Span) -> Diagnostic:
    """Return the finding."""
    return error("not-built", message, span)
