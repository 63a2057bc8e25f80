"""What the language has a place for and nobody has built yet: said plainly wherever it is written."""

from __future__ import annotations

from synthc.dsl.diagnostic import Diagnostic, error
from synthc.dsl.source import Span

CALLS = {
    "local": "noise that devices add themselves is not built yet: `gaussian(...)`, `tree(...)` and `blt(...)` add it to the sum of a round",
    "banded": "noise by banded matrices is not built yet: `blt(...)` is the mechanism with a matrix",
}


def not_built(message: str, span: Span) -> Diagnostic:
    """Return the finding."""
    return error("not-built", message, span)
