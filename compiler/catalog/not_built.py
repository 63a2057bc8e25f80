"""What the language has a place for and nobody has built yet: said plainly wherever it is written."""

from __future__ import annotations

from synthc.dsl.diagnostic import Diagnostic, error
from synthc.dsl.source import Span

CALLS = {
    "local": "noise that devices add themselves is not built yet: `gaussian(...)`, `tree(...)`, `blt(...)` and `banded(...)` add it to the sum of a round",
}


def not_built(message: str, span: Span) -> Diagnostic:
    """Return the finding."""
    return error("not-built", message, span)
