"""Why a declaration cannot be read as a value."""

from __future__ import annotations

from synthc.compiler.graph import Privacy
from synthc.compiler.privacy import private_flow
from synthc.compiler.program import Thing
from synthc.compiler.wording import a
from synthc.dsl.diagnostic import Diagnostic, error
from synthc.dsl.source import Span

REMEDIES = {
    "evaluation": "the numbers of an evaluation over private rows may stand in its own `require` and nowhere else",
    "trained": "a model that was tuned without noise is as private as the text it saw; tune it with `dp = gaussian(...)`",
}
PRIVATE_ROWS = "private rows are reached by `federate` and `evaluate` alone"


def no_value(thing: Thing, span: Span, reader: str) -> Diagnostic:
    """Return the finding for a declaration that a constant or an expression reads as if it were a value."""
    if thing.flow.label is Privacy.PRIVATE:
        flow = thing.flow.through(span, f"`{thing.name}` is read here")
        return private_flow(flow, span, reader, REMEDIES.get(thing.thing, PRIVATE_ROWS))
    return error("wrong-kind", f"a value is wanted here, and `{thing.name}` is {a(thing.kind)}", span)
